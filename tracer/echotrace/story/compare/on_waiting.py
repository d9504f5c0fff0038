"""Why two sides differ in what they wait for: one connection, all of them, or a turn."""

from collections.abc import Iterator, Mapping, Sequence

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.functions import called
from echotrace.story.compare.nouns import Difference
from echotrace.story.compare.on_datagrams import of_datagrams
from echotrace.story.compare.sides import Pair, Side, call_of, difference
from echotrace.story.nouns import StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import ClientStep

#: Where a wait for readiness has its list from (select(2), poll(2), epoll(7)).
_LIST: Mapping[str, str] = {
    "select": "is passed sets with each call, which have room for descriptors below 1024",
    "poll": "is passed a list of descriptors with each call",
    "epoll wait": "is passed no list: the kernel keeps it from one call to the next",
}


def asked_for_all(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Both ask which connections are ready, in different ways; or one does, and the other waits."""
    mine, your = _asks(one), _asks(other)
    if mine and your:
        if _kind(mine) != _kind(your):
            yield difference(
                "interest", f"{_told(one, mine)}; {_told(other, your)}", (one, mine), (other, your)
            )
        return
    for side, across, asks in ((one, other, mine), (other, one, your)):
        waits = next((e for e in across.calls if _is(e, "recv") and e.woken_by is not None), None)
        if asks and waits and not of_datagrams(waits):  # which wait for whoever sends one
            yield difference(
                "waits-for",
                f"{asks.actor} waits in {called(call_of(asks))} ({side.at(asks)}) and calls recv "
                f"for the connection that is ready; on the other side {waits.actor} waits in "
                f"{called(call_of(waits))} ({across.at(waits)}), for this connection alone",
                (side, asks),
                (across, waits),
            )


def _asks(side: Side) -> StoryEvent | None:
    """The wait that found the connection ready for its first recv."""
    served = side.first("recv")
    return next(
        (e for e in side.calls if _kind(e) in WAITS_FOR_READINESS and served and _leads(e, served)),
        None,
    )


def _leads(wait: StoryEvent, served: StoryEvent) -> bool:
    used = served.touch.used if served.touch else None
    ready = wait.touch.ready if wait.touch else ()
    return used is not None and any(description.id == used.id for _, description in ready)


def _told(side: Side, wait: StoryEvent) -> str:
    return f"{called(call_of(wait))} {_LIST[_kind(wait)]} ({side.at(wait)})"


def _kind(event: StoryEvent) -> str:
    return logical_event(call_of(event).name)


def _is(event: StoryEvent, kind: str) -> bool:
    return _kind(event) == kind


def queued(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """On one side the client waits in the accept queue while the server is busy with another."""
    for side, across in ((one, other), (other, one)):
        accept, taken = side.first("accept"), across.first("accept")
        connect = _connect(side, accept)
        if accept is None or taken is None or connect is None or _busy(across, taken):
            continue
        busy = _busy(side, accept)
        if busy is not None:
            yield difference(
                "turn",
                f"{connect.actor} connects (event {connect.seq}) and waits in the accept queue, "
                f"since {accept.actor} still serves {busy.place.name}, until accept takes it "
                f"({side.at(accept)}); on the other side {taken.actor} serves nobody between "
                f"connect and accept ({across.at(taken)})",
                (side, accept),
                (across, taken),
            )


def _connect(side: Side, accept: StoryEvent | None) -> StoryEvent | None:
    """The client's connect to the connection that accept returned."""
    if accept is None or accept.place.connection is None:
        return None
    events = map(side.story.event, side.story.connection(accept.place.connection).events)
    found = (e for e in events if isinstance(e.record, ClientStep) and e.record.action == "connect")
    return next(found, None)


def _busy(side: Side, accept: StoryEvent) -> StoryEvent | None:
    """The last call by which who accepts served another, while the client was connected already."""
    connect = _connect(side, accept)
    if connect is None:
        return None
    between = (
        e for e in reversed(side.story.events)
        if connect.start < e.start < accept.start and e.actor == accept.actor
    )  # fmt: skip
    return next((e for e in between if e.place.connection and _serves(e)), None)


def _serves(event: StoryEvent) -> bool:
    return logical_event(getattr(event.record, "name", "")) in ("recv", "send")
