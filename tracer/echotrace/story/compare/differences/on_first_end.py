"""What differs in who ends a connection first: a server that closes before its client has."""

from collections.abc import Iterator, Sequence

from echotrace.kernel.descriptions import Freed
from echotrace.kernel.sockets import SocketState
from echotrace.story.compare.differences.sides import (
    Pair,
    Side,
    call_of,
    difference,
    function,
    kind_of,
    of_datagrams,
)
from echotrace.story.compare.nouns import Difference
from echotrace.story.explain.case import speaks_tcp
from echotrace.story.nouns import StoryEvent
from echotrace.story.roles import client_role
from echotrace.trace import ClientStep


def ends_first(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """One closes before its client has ended its data, the other when recv has returned 0."""
    for side, across in ((one, other), (other, one)):
        closing, end = side.closing, _end_of_input(across)
        if closing is None or end is None or _end_of_input(side) is not None:
            continue
        if kind_of(closing) != "close" or side.connection is None or not side.connection.client:
            continue
        slot = next((f for f in _last(closing) if _was_open(f)), None)
        if slot is None:
            continue
        client = client_role(side.connection.client)
        yield difference(
            "ends-first",
            f"{closing.actor} closes {closing.place.name} without waiting for {client} to end its "
            f"data ({side.at(closing)}){_so(side, closing, slot)}; in {across.name} {end.actor}'s "
            f"{function(end)} returns 0 first, for {client} has ended its data ({across.at(end)})",
            (side, closing), (across, end), *([(across, across.closing)] if across.closing else []),
        )  # fmt: skip


def _end_of_input(side: Side) -> StoryEvent | None:
    """The recv that returned 0, for the client has ended its data."""
    ends = (e for e in side.all("recv") if call_of(e).result == 0 and not of_datagrams(e))
    return next((e for e in ends if call_of(e).args.get("len", 1)), None)


def _last(event: StoryEvent) -> list[Freed]:
    return [slot for slot in (event.touch.freed if event.touch else ()) if slot.left == 0]


def _was_open(slot: Freed) -> bool:
    """Whether the client had not ended its data: so a FIN went to it, or a reset."""
    before = slot.before
    return before is not None and before.state is SocketState.CONNECTED


def _so(side: Side, closing: StoryEvent, slot: Freed) -> str:
    """Who closes first has the socket that stays in TIME-WAIT (RFC 9293, 3.3.2 and 3.6)."""
    after = slot.after
    if after is None or after.state is not SocketState.ENDED:
        return ""
    if not speaks_tcp(slot.description, slot.before):
        return ""
    if slot.before is None or slot.before.unread is None or not _ends_in_order(side, closing):
        return ", so the server closes first"
    return ", so the server closes first, and its socket is the one that stays in TIME-WAIT"


def _ends_in_order(side: Side, closing: StoryEvent) -> bool:
    """Whether the client's end comes after it, and is a FIN and no reset."""
    assert side.connection is not None
    events = map(side.story.event, side.connection.events)
    steps = [e.record for e in events if e.seq > closing.seq and isinstance(e.record, ClientStep)]
    ends = [step for step in steps if step.action in ("shutdown", "close", "reset")]
    sends = any(step.action == "send" for step in steps)
    return bool(ends) and not sends and ends[0].action != "reset" and not ends[0].unread
