"""What may end the waiting of a call, indexed by what it waits for."""

from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import inf
from typing import TypeAlias

from echotrace.kernel.descriptions import Description, Touch
from echotrace.kernel.flows import given_to
from echotrace.kernel.sockets import SocketState
from echotrace.story.events import StoryEvent
from echotrace.story.roles import Roles
from echotrace.syscalls import ROWS, Effect
from echotrace.trace import ClientStep, Exit, Signal, Syscall

#: When a stir happened, its event, and whether it made the thing readable (None: unknown).
Stir: TypeAlias = tuple[int, int, bool | None]

_STIRRING_STEPS = frozenset({"connect", "send", "shutdown", "close", "reset"})
#: Steps in which a client takes bytes; when it sends, it takes what the server wants to get rid of.
_DRAINING_STEPS = frozenset({"expect", "send", "close", "reset"})
_SENDS = frozenset(row.name for row in ROWS.values() if row.event == "send")
_EXECS = frozenset(row.name for row in ROWS.values() if row.effect is Effect.EXECS)
#: The descriptions that a call of one task stirs for another, by id.
_REACHES: Mapping[str, Callable[[Description | None], tuple[int | None, ...]]] = {
    **dict.fromkeys(
        _SENDS, lambda to: (to.id if to.kind == "eventfd" else to.other,) if to else ()
    ),
    "splice": lambda to: (to.other,) if to else (),
    "shutdown": lambda to: (to.id, to.other) if to else (),
}


@dataclass
class Wake:
    """A call that woke sleepers; `left` counts those that are not known yet."""

    time: int
    seq: int
    left: int


class Index:
    """What may end a waiting, by what it is that waited for.

    `stirs` with their `times`, and `drains` (steps with which a client may make room for a send) by
    description id; `connects` by connection; `ends` and `execs` by the role of a process;
    `interrupted` are wakers found already, the signals; `wakes` by process and address in memory
    (futex(2)).
    """

    def __init__(self, roles: Roles) -> None:
        self.roles = roles
        self.stirs: dict[int, list[Stir]] = defaultdict(list)
        self.times: dict[int, list[int]] = defaultdict(list)  # a list to search in, without a key
        self.drains: dict[int, list[tuple[int, StoryEvent]]] = defaultdict(list)
        self.connects: dict[int, StoryEvent] = {}
        self.ends: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.execs: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.interrupted: dict[int, int] = {}
        self.wakes: dict[tuple[str, object], deque[Wake]] = defaultdict(deque)
        # interrupted calls whose signal is still to come, and when they ended, by task
        self._awaiting: dict[int, tuple[int, int]] = {}

    def add(self, event: StoryEvent) -> None:
        """Note what the event may wake. Events in the order of their numbers."""
        record = event.record
        if isinstance(record, Syscall):
            self._add_call(event, record)
        elif isinstance(record, ClientStep):
            self._add_step(event, record)
        elif isinstance(record, Exit):
            self.ends[self.roles.process(event.actor)].append((event.start, event.seq))
            self._add_freed(event)
        elif isinstance(record, Signal) and record.tid in self._awaiting:
            seq, ended = self._awaiting[record.tid]
            if record.time >= ended:  # else it was for an earlier attempt, which was restarted
                self.interrupted[seq] = event.seq
                del self._awaiting[record.tid]

    def _add_step(self, event: StoryEvent, step: ClientStep) -> None:
        touch = event.touch
        if step.error is not None or touch is None or touch.used is None:
            return
        if step.action == "connect" and event.place.connection is not None:
            self.connects[event.place.connection] = event
        listening = touch.after is not None and touch.after.state is SocketState.LISTENING
        if listening == (step.action == "connect"):
            # another step of a connection that waits in the accept queue does not stir the listener
            if step.action in _STIRRING_STEPS:
                self._stir(event, touch.used.id, _turned(touch))
            if step.action in _DRAINING_STEPS:
                self.drains[touch.used.id].append((event.start, event))

    def _add_call(self, event: StoryEvent, call: Syscall) -> None:
        if self._awaiting:
            self._awaiting.pop(call.tid, None)
        if call.errno is not None:
            if call.errno.startswith(("EINTR", "ERESTART")):
                self._awaiting[call.tid] = event.seq, event.end or 0
            return
        if call.name in _EXECS:
            self.execs[event.actor].append((event.start, event.seq))
            self._add_freed(event)
        elif call.name == "futex":
            self._add_wake(event, call)
        elif event.touch is not None:
            if event.touch.freed:
                self._add_freed(event)
            elif call.name in _REACHES:
                sink = given_to(call, event.touch) or event.touch.used
                self._add_reached(event, _REACHES[call.name](sink))

    def _add_wake(self, event: StoryEvent, call: Syscall) -> None:
        if str(call.args.get("op")).startswith("FUTEX_WAKE") and call.result:
            wake = Wake(event.start, event.seq, call.result)
            self.wakes[self.roles.process(event.actor), call.args.get("uaddr")].append(wake)

    def _add_reached(self, event: StoryEvent, reached: Iterable[int | None]) -> None:
        for description in reached:
            if description is not None:
                self._stir(event, description, None)

    def _stir(self, event: StoryEvent, description: int, turned: bool | None) -> None:
        self.stirs[description].append((event.start, event.seq, turned))
        self.times[description].append(event.start)

    def _add_freed(self, event: StoryEvent) -> None:
        """The last end of a pipe that is closed is the end of input at the other."""
        for freed in event.touch.freed if event.touch else ():
            if not freed.left:
                self._add_reached(event, (freed.description.other,))

    def stirred(self, thing: Description, event: StoryEvent, *, late: bool = False) -> Stir | None:
        """What made `thing` readable while `event` waited; the last stir if `late`."""
        times = self.times.get(thing.id)
        if times is None:
            return None
        stirs = self.stirs[thing.id]
        first = bisect_right(times, event.start)
        until = bisect_left(times, event.end or inf, first)
        if first >= until:
            return None
        if late:
            return stirs[until - 1]
        turning = (stirs[at] for at in range(until - 1, first - 1, -1) if stirs[at][2])
        return next(turning, stirs[first])


def _turned(touch: Touch) -> bool | None:
    """Whether a step made a socket readable that was not."""
    if touch.before is None or touch.after is None or touch.after.readable is None:
        return None
    return not touch.before.readable


def time_of(stir: Stir) -> int:
    """When a stir happened."""
    return stir[0]
