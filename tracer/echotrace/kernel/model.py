"""The kernel as far as servers need it: tasks, descriptor tables, open descriptions, sockets.

Sans-I/O: feed it the moments of a trace, one by one; it does no reading and knows no clock.

    kernel = Kernel()
    for moment in moments(trace.records):
        kernel.apply(moment)            # kernel.state() is all there is at this moment
    kernel.ledger.touches[seq]          # what the event did

What a call does is in `transitions`; how a socket lives, in `sockets`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from echotrace.kernel import on_attach, on_tasks
from echotrace.kernel.descriptions import Descriptor, Touch
from echotrace.kernel.ledger import Ledger
from echotrace.kernel.live import Live
from echotrace.kernel.moments import Moment, Phase, moments
from echotrace.kernel.on_clients import steps
from echotrace.kernel.snapshot import descriptors, snapshot
from echotrace.kernel.state import State
from echotrace.kernel.tasks import Running
from echotrace.kernel.transitions import TRANSITION_OF
from echotrace.trace import Attached, ClientStep, Exec, Exit, Record, Syscall, Task


class Kernel:
    """The state at one moment; `ledger` keeps what was booked on the way."""

    def __init__(self, live: Live | None = None) -> None:
        self.live = live or Live(Ledger())

    @property
    def ledger(self) -> Ledger:
        """The books."""
        return self.live.ledger

    def apply(self, moment: Moment) -> None:
        """Let the next moment happen."""
        self.live.changed.clear()
        time, phase, _, record = moment
        if not isinstance(record, Syscall):
            _OTHERS[type(record)](self.live, record)
        elif phase == Phase.START:
            self._begin(record)
        elif record.tid in self.live.tasks:
            self._end(self.live.tasks[record.tid], record)
        self.live.gauge.settle(time)

    def _begin(self, call: Syscall) -> None:
        transition = TRANSITION_OF[call.name]
        task = self.live.tasks.get(call.tid) or self._unannounced(call)
        if task.holds is not None:
            task.let_go()
        task.calling = call
        self.live.changed.tasks.add(task.tid)
        task.using = task.target = task.before = None
        if transition.start is not None:
            transition.start(self.live, task, call)
        if transition.end is not None and task.using is not None:
            task.hold(task.using)

    def _end(self, task: Running, call: Syscall) -> None:
        transition = TRANSITION_OF[call.name]
        if transition.end is not None:
            transition.end(self.live, task, call)
        ended = task.let_go() if task.holds is not None else None
        if ended is not None:
            told = self.ledger.touches.get(call.seq, Touch(call.seq))
            if not told.made:
                self.live.book(
                    replace(told, used=told.used or ended.description, after=ended.socket)
                )

    def state(self, time: int) -> State:
        """All of it, at `time`: that of the last moment applied or later."""
        return snapshot(self.live, time)

    def descriptors(self, tid: int) -> tuple[Descriptor, ...]:
        """The descriptor table of a task, by number; empty for a task that is not alive."""
        task = self.live.tasks.get(tid)
        return descriptors(task.table) if task else ()

    def tasks(self) -> tuple[int, ...]:
        """The tasks alive, in the order in which they came to be."""
        return tuple(self.live.tasks)

    def shares(self, tid: int) -> tuple[int, ...]:
        """The tasks that have the same descriptor table as `tid`, itself included."""
        task = self.live.tasks.get(tid)
        return tuple(task.table.tasks) if task else ()

    def _unannounced(self, call: Syscall) -> Running:
        live = self.live
        live.doubt(call.seq, f"Nothing tells where task {call.tid} comes from.")
        return live.add(Running(call.tid, call.tid, live.first_table()), None)


#: What the records do that are no calls.
_OTHERS: Mapping[type, Callable[[Live, Any], None]] = {
    ClientStep: steps,
    Task: on_tasks.begins,
    Attached: on_attach.begins,
    Exec: on_tasks.replaced,
    Exit: on_tasks.exits,
}


def run(records: Iterable[Record]) -> Kernel:
    """The kernel after the last moment of a trace."""
    kernel = Kernel()
    for moment in moments(records):
        kernel.apply(moment)
    return kernel
