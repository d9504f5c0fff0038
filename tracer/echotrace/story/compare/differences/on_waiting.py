"""Why two sides differ in what they wait for: one connection, or all of them, and how they ask."""

from collections.abc import Iterator, Mapping, Sequence

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.story.compare.differences.sides import (
    Pair,
    Side,
    call_of,
    difference,
    function,
    is_call,
    kind_of,
    of_datagrams,
    shown,
)
from echotrace.story.compare.nouns import Difference
from echotrace.story.nouns import StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall

#: Where a wait for readiness has its list from (select(2), poll(2), epoll(7)).
_LIST: Mapping[str, str] = {
    "select": "passes sets with each call, which have room for descriptors below 1024",
    "poll": "passes a list with each call",
    "epoll wait": "passes none, for the kernel keeps one",
}


def waits_for(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """One side asks which connections are ready; the other waits for this one alone."""
    for side, across in ((one, other), (other, one)):
        asks, waits = _asks(side), next(iter(across.all("recv")), None)
        if not asks or waits is None or _asks(across):
            continue
        every = _lists(side, asks[-1])
        if not _asks_for_several(asks, every):
            continue
        kept = f", by a list that the kernel keeps ({side.at(*every)})" if every else ""
        yield difference(
            "waits-for",
            f"{asks[0].actor} waits in {function(asks[0])} for all descriptors at once "
            f"({side.at(*asks)}){kept}, and serves whichever is ready; {_alone(across, waits)}",
            *shown(side, [*asks, *every]), (across, waits),
        )  # fmt: skip


def _asks_for_several(asks: Sequence[StoryEvent], every: Sequence[StoryEvent]) -> bool:
    """Whether a wait is for more than one descriptor: for poll(2) those below 0 do not count."""
    added = {call_of(event).args.get("target") for event in every} - {None}
    return len(added) > 1 or any(len(_passed(call_of(event))) > 1 for event in asks)


def _passed(call: Syscall) -> set[object]:
    """The descriptors that a wait for readiness is told."""
    sets = (call.args.get(name) for name in ("readfds", "writefds", "exceptfds", "fds"))
    each = (entry for found in sets if isinstance(found, list) for entry in found)
    fds = {entry.get("fd") if isinstance(entry, dict) else entry for entry in each}
    return {fd for fd in fds if isinstance(fd, int) and fd >= 0}


def _alone(side: Side, waits: StoryEvent) -> str:
    calls = "waits in" if waits.woken_by is not None else "calls"
    what = f"in {side.name} {waits.actor} {calls} {function(waits)} ({side.at(waits)})"
    if of_datagrams(waits):
        return f"{what}, on the one socket that brings the datagrams of all"
    meanwhile = "" if waits.woken_by is not None else ", which would wait"
    return f"{what}{meanwhile}, for {waits.place.name} alone"


def interest(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Both ask which connections are ready, and tell the kernel differently which these are."""
    mine, your = _asks(one), _asks(other)
    if not mine or not your or kind_of(mine[0]) == kind_of(your[0]):
        return
    lists = [_lists(side, asks[-1]) for side, asks in ((one, mine), (other, your))]
    told = [
        f"{function(asks[0])} {_LIST[kind_of(asks[0])]} ({side.at(*asks)})"
        + (f", made by {_made_by(kept)} ({side.at(*kept)})" if kept else "")
        for side, asks, kept in ((one, mine, lists[0]), (other, your, lists[1]))
    ]
    yield difference(
        "interest", "; ".join(told),
        *shown(one, [*mine, *lists[0]]), *shown(other, [*your, *lists[1]]),
    )  # fmt: skip


def _made_by(kept: Sequence[StoryEvent]) -> str:
    return " and ".join(dict.fromkeys(function(event) for event in kept))


def _asks(side: Side) -> list[StoryEvent]:
    """The waits that found the connection ready, one of each part of its course; none if none did.

    They count only where one has led to the first recv: who accepts may wait otherwise.
    """
    served = side.first("recv")
    waits = side.all(*WAITS_FOR_READINESS)
    if served is None or not any(_leads(wait, served) for wait in waits):
        return []
    return waits


def _leads(wait: StoryEvent, served: StoryEvent) -> bool:
    used = served.touch.used if served.touch else None
    ready = wait.touch.ready if wait.touch else ()
    return used is not None and any(description.id == used.id for _, description in ready)


def _lists(side: Side, wait: StoryEvent) -> list[StoryEvent]:
    """The calls that made an interest list and put the listening socket and this connection on."""
    used = wait.touch.used if wait.touch else None
    if kind_of(wait) != "epoll wait" or used is None:
        return []
    own = {event.seq for event in side.calls}
    found = []
    for event in side.story.events:
        if event.seq > wait.seq:
            break
        if not is_call(event) or call_of(event).errno is not None:
            continue
        made = event.seq == used.maker
        controls = (
            isinstance(event.record, Syscall)
            and logical_event(event.record.name) == "epoll control"
            and event.touch is not None
            and event.touch.used is not None
            and event.touch.used.id == used.id
        )
        if made or (controls and (event.seq in own or event.place.connection is None)):
            found.append(event)
    return found
