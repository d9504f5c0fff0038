"""Any moment of a trace, reached from the nearest keyframe.

The first run through the moments leaves a keyframe, a pickled copy of the live state, every so
many moments; a state in between is reached by letting the few moments since happen again, with
books that are thrown away. So the way to any state is as long as what changed since a keyframe.
"""

import pickle
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from operator import itemgetter

from echotrace.kernel.differences import Difference, Differences
from echotrace.kernel.gauge import MostOpen
from echotrace.kernel.ledger import Ledger
from echotrace.kernel.live import Live
from echotrace.kernel.model import Kernel
from echotrace.kernel.moments import Moment, moments
from echotrace.kernel.snapshot import process_state
from echotrace.kernel.state import ProcessState, State
from echotrace.pauses import no_garbage_collection
from echotrace.trace import Record

#: Moments between two keyframes; more if the state is large, so that keyframes cost less than it.
_INTERVAL = 2048
_BYTES_A_MOMENT = 64


class History:
    """All moments of a trace; `ledger` holds the books after the last one.

    `most_open` are the most descriptors open at one time, None where they cannot be known.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self._moments = moments(records)
        self._keyframes: list[tuple[int, bytes]] = []
        #: The kernel as one came to it last, and after how many moments: often the way goes on.
        self._reached: tuple[int, Kernel] | None = None
        last = self._run()
        self.ledger: Ledger = last.ledger
        self.most_open: MostOpen | None = last.live.gauge.most

    @no_garbage_collection()
    def _run(self) -> Kernel:
        kernel = Kernel()
        due = 0
        for number, moment in enumerate(self._moments):
            if number == due:
                due = number + self._keep(number, kernel.live)
            kernel.apply(moment)
        return kernel

    def at(self, time: int) -> State:
        """The state when all that happened up to and at `time` (ns) has happened."""
        return self._after(bisect_right(self._moments, time, key=_time), time)

    def before(self, time: int) -> State:
        """The state just before what happened at `time` (ns)."""
        return self._after(bisect_left(self._moments, time, key=_time), time - 1)

    def process_before(self, tid: int, time: int) -> ProcessState | None:
        """The process of a task just before `time` (ns), None if there is none.

        It costs no look at all the others, as `before` does.
        """
        live = self._kernel(bisect_left(self._moments, time, key=_time)).live
        task = live.tasks.get(tid)
        process = live.processes.get(task.pid) if task is not None else None
        return process_state(process) if process is not None else None

    def differences(self, times: Iterable[int]) -> Iterator[Difference]:
        """What is not as it was at the time before, at all these times (ns, ascending)."""
        kernel, count = Kernel(), 0
        differences = Differences(kernel)
        for time in times:
            until = bisect_right(self._moments, time, key=_time)
            for moment in self._moments[count:until]:
                kernel.apply(moment)
                differences.note()
            count = until
            yield differences.to(time)

    def _keep(self, number: int, live: Live) -> int:
        """Keep a keyframe; after how many moments the next one is due."""
        frame = pickle.dumps(live, pickle.HIGHEST_PROTOCOL)
        self._keyframes.append((number, frame))
        return max(_INTERVAL, len(frame) // _BYTES_A_MOMENT)

    def _after(self, count: int, time: int) -> State:
        """The state after the first `count` moments."""
        return self._kernel(count).state(time)

    @no_garbage_collection()
    def _kernel(self, count: int) -> Kernel:
        """The kernel after the first `count` moments."""
        position = bisect_right(self._keyframes, count, key=itemgetter(0)) - 1
        number, frame = self._keyframes[position] if self._keyframes else (0, b"")
        reached, self._reached = self._reached, None
        if reached is not None and number <= reached[0] <= count:
            number, kernel = reached
        else:
            kernel = _thawed(frame) if frame else Kernel()
        for moment in self._moments[number:count]:
            kernel.apply(moment)
        self._reached = count, kernel
        return kernel


def _thawed(frame: bytes) -> Kernel:
    live: Live = pickle.loads(frame)  # noqa: S301 -- what we wrote ourselves, in memory
    live.ledger = Ledger()
    return Kernel(live)


def _time(moment: Moment) -> int:
    return moment[0]
