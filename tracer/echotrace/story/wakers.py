"""Who woke whom: the event that ended the waiting of a call.

Only a call that can wait, and during which something else began, is looked at. What it waited for
*stirs* at certain events: a description when a client's step or another task's call reaches it, a
process when it ends. Of the stirs between the call's start and its end, the one that made the
description readable is the waker; where the model cannot tell, the first one.

A timeout wakes without an event. So does what echotrace cannot see: then there is no waker either.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from math import inf

from msgspec.structs import replace

from echotrace.story.events import StoryEvent
from echotrace.story.roles import Roles
from echotrace.story.stirs import Index, time_of
from echotrace.syscalls import ROWS, logical_event
from echotrace.trace import Syscall


def woken(events: Sequence[StoryEvent], roles: Roles) -> tuple[StoryEvent, ...]:
    """The events, each that waited with its waker. `events` in the order of their numbers."""
    index = Index(roles)
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


def _accepts(index: Index, event: StoryEvent) -> int | None:
    """The connect of the client whose connection was returned, if it came meanwhile."""
    if event.touch is None or event.touch.used is None:
        return None
    connect = index.connects.get(event.place.connection or 0)
    if connect is not None:
        return connect.seq if connect.start > event.start else None
    stir = index.stirred(event.touch.used, event)
    return stir[1] if stir else None


def _receives(index: Index, event: StoryEvent) -> int | None:
    touch = event.touch
    if touch is None or touch.used is None or (touch.before is not None and touch.before.readable):
        return None
    assert isinstance(event.record, Syscall)
    late = "MSG_WAITALL" in str(event.record.args.get("flags"))
    stir = index.stirred(touch.used, event, late=late)
    return stir[1] if stir else None


def _splices(index: Index, event: StoryEvent) -> int | None:
    """splice(2) waits for bytes of a pipe as of a socket."""
    used = event.touch.used if event.touch else None
    if used is None or used.kind == "socket":
        return _receives(index, event)
    stir = index.stirred(used, event)
    return stir[1] if stir else None


def _sends(index: Index, event: StoryEvent) -> int | None:
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


def _polls(index: Index, event: StoryEvent) -> int | None:
    """The first thing that happened to one of those that are ready."""
    ready = event.touch.ready if event.touch else ()
    stirs = (index.stirred(description, event) for _, description in ready)
    found = min((stir for stir in stirs if stir is not None), default=None, key=time_of)
    return found[1] if found else None


def _waits(index: Index, event: StoryEvent) -> int | None:
    reaped = event.touch.reaped if event.touch else None
    role = index.roles.of(reaped, event.end or 0) if reaped is not None else None
    return _last_within(index.ends.get(role or "", ()), event)


def _sleeps(index: Index, event: StoryEvent) -> int | None:
    """The first call that woke somebody there and whose sleepers are not all known.

    Those that sleep are woken in the order they came (futex_wake in kernel/futex/waitwake.c).
    """
    call = event.record
    assert isinstance(call, Syscall)
    if not str(call.args.get("op")).startswith("FUTEX_WAIT") or call.errno is not None:
        return None
    wakes = index.wakes[index.roles.process(event.actor), call.args.get("uaddr")]
    while wakes and (not wakes[0].left or wakes[0].time <= event.start):
        wakes.popleft()  # those who come to sleep later are later in this list too
    if not wakes or wakes[0].time >= (event.end or inf):
        return None
    wakes[0].left -= 1
    return wakes[0].seq


def _vforks(index: Index, event: StoryEvent) -> int | None:
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


_Rule = Callable[[Index, StoryEvent], int | None]
_RULES: Mapping[str, _Rule] = {
    "accept": _accepts,
    "recv": _receives,
    "send": _sends,
    "splice": _splices,
    "select": _polls,
    "poll": _polls,
    "epoll wait": _polls,
    "wait": _waits,
    "spawn": _vforks,
    "futex": _sleeps,
}
_RULE_OF: Mapping[str, _Rule] = {
    name: _RULES[logical_event(name)] for name in ROWS if logical_event(name) in _RULES
}
