"""Who woke whom: the event that ended the waiting of a call.

Only a call that can wait, and during which something else began, is looked at. What it waited for
*stirs* at certain events: a description when a client's step or another task's call reaches it, a
process when it ends. Of the stirs between the call's start and its end, the one that made the
description readable is the waker; where the model cannot tell, the first one.

A timeout wakes without an event. So does what echotrace cannot see: then there is no waker either.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf
from typing import TypeAlias

from msgspec.structs import replace

from echotrace.kernel.descriptions import Description, Touch
from echotrace.kernel.sockets import SocketState
from echotrace.story.nouns import StoryEvent
from echotrace.story.roles import Roles
from echotrace.syscalls import ROWS, Effect, logical_event
from echotrace.trace import ClientStep, Exit, Signal, Syscall

#: When a stir happened, its event, and whether it made the thing readable (None: unknown).
_Stir: TypeAlias = tuple[int, int, bool | None]

_STIRRING_STEPS = frozenset({"connect", "send", "shutdown", "close", "reset"})
#: Steps in which a client takes bytes; when it sends, it takes what the server wants to get rid of.
_DRAINING_STEPS = frozenset({"expect", "send", "close", "reset"})
_SENDS = frozenset(row.name for row in ROWS.values() if row.event == "send")


def woken(events: Sequence[StoryEvent], roles: Roles) -> tuple[StoryEvent, ...]:
    """The events, each that waited with its waker. `events` in the order of their numbers."""
    index = _Index(roles)
    waiting: list[int] = []
    for position, event in enumerate(events):
        index.add(event)
        end = event.end
        if (
            end is not None
            and position + 1 < len(events)
            and events[position + 1].start < end
            and isinstance(event.record, Syscall)
            and event.record.name in _RULE_OF
        ):
            waiting.append(position)
    wakers = index.interrupted
    for position in waiting:
        event = events[position]
        assert isinstance(event.record, Syscall)
        waker = None if event.seq in wakers else _RULE_OF[event.record.name](index, event)
        if waker is not None:
            wakers[event.seq] = waker
    return tuple(
        replace(event, woken_by=wakers[event.seq]) if event.seq in wakers else event
        for event in events
    )


class _Index:
    """What may end a waiting, by what it is that waited for.

    `stirs` with their `times`, and `drains` (steps with which a client may make room for a send) by
    description id; `connects` by connection; `ends` and `execs` by the role of a process;
    `interrupted` are wakers found already, the signals.
    """

    def __init__(self, roles: Roles) -> None:
        self.roles = roles
        self.stirs: dict[int, list[_Stir]] = defaultdict(list)
        self.times: dict[int, list[int]] = defaultdict(list)  # a list to search in, without a key
        self.drains: dict[int, list[tuple[int, StoryEvent]]] = defaultdict(list)
        self.connects: dict[int, StoryEvent] = {}
        self.ends: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.execs: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.interrupted: dict[int, int] = {}
        # interrupted calls whose signal is still to come, and when they ended, by task
        self._awaiting: dict[int, tuple[int, int]] = {}

    def add(self, event: StoryEvent) -> None:
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
        elif event.touch is not None:
            if event.touch.freed:
                self._add_freed(event)
            elif call.name in _REACHES:
                self._add_reached(event, _REACHES[call.name](event.touch.used))

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

    def stirred(self, thing: Description, event: StoryEvent, *, late: bool = False) -> _Stir | None:
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


def _time(stir: tuple[int, int, bool | None]) -> int:
    return stir[0]


def _accepts(index: _Index, event: StoryEvent) -> int | None:
    """The connect of the client whose connection was returned, if it came meanwhile."""
    if event.touch is None or event.touch.used is None:
        return None
    connect = index.connects.get(event.place.connection or 0)
    if connect is not None:
        return connect.seq if connect.start > event.start else None
    stir = index.stirred(event.touch.used, event)
    return stir[1] if stir else None


def _receives(index: _Index, event: StoryEvent) -> int | None:
    touch = event.touch
    if touch is None or touch.used is None or (touch.before is not None and touch.before.readable):
        return None
    assert isinstance(event.record, Syscall)
    late = "MSG_WAITALL" in str(event.record.args.get("flags"))
    stir = index.stirred(touch.used, event, late=late)
    return stir[1] if stir else None


def _sends(index: _Index, event: StoryEvent) -> int | None:
    """The last step of the client, begun before the end, in which it may have taken bytes."""
    used = event.touch.used if event.touch else None
    drains = index.drains.get(used.id) if used else None
    if not drains:
        return None
    at = bisect_left(drains, event.end or inf, key=lambda drain: drain[0]) - 1
    if at < 0:
        return None
    step = drains[at][1]
    return step.seq if step.end is None or step.end > event.start else None


def _polls(index: _Index, event: StoryEvent) -> int | None:
    """The first thing that happened to one of those that are ready."""
    ready = event.touch.ready if event.touch else ()
    stirs = (index.stirred(description, event) for _, description in ready)
    found = min((stir for stir in stirs if stir is not None), default=None, key=_time)
    return found[1] if found else None


def _waits(index: _Index, event: StoryEvent) -> int | None:
    reaped = event.touch.reaped if event.touch else None
    role = index.roles.of(reaped, event.end or 0) if reaped is not None else None
    return _last_within(index.ends.get(role or "", ()), event)


def _vforks(index: _Index, event: StoryEvent) -> int | None:
    """vfork(2): the maker waits until the child calls execve or ends."""
    call = event.record
    assert isinstance(call, Syscall)
    if call.name != "vfork" and "CLONE_VFORK" not in str(call.args.get("flags")):
        return None
    role = index.roles.of(call.result or 0, event.end or 0) or ""
    execs = _last_within(index.execs.get(role, ()), event)
    return execs if execs is not None else _last_within(index.ends.get(role, ()), event)


def _last_within(moments: Sequence[tuple[int, int]], event: StoryEvent) -> int | None:
    """The last of some moments, in order, that is between the start and the end of a call."""
    at = bisect_left(moments, event.end or inf, key=lambda moment: moment[0]) - 1
    return moments[at][1] if at >= 0 and moments[at][0] > event.start else None


_Rule = Callable[[_Index, StoryEvent], int | None]
_RULES: Mapping[str, _Rule] = {
    "accept": _accepts,
    "recv": _receives,
    "send": _sends,
    "select": _polls,
    "poll": _polls,
    "epoll wait": _polls,
    "wait": _waits,
    "spawn": _vforks,
}
_RULE_OF: Mapping[str, _Rule] = {
    name: _RULES[logical_event(name)] for name in ROWS if logical_event(name) in _RULES
}
#: The descriptions that a call of one task stirs for another, by id.
_REACHES: Mapping[str, Callable[[Description | None], tuple[int | None, ...]]] = {
    **dict.fromkeys(
        _SENDS, lambda to: (to.id if to.kind == "eventfd" else to.other,) if to else ()
    ),
    "shutdown": lambda to: (to.id, to.other) if to else (),
}
_EXECS = frozenset(row.name for row in ROWS.values() if row.effect is Effect.EXECS)
