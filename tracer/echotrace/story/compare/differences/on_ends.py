"""What differs in how a connection ends: a shutdown, a close that resets, an end that is told."""

from collections.abc import Iterator, Sequence

from echotrace.kernel.descriptions import Freed
from echotrace.kernel.sockets import SocketState
from echotrace.story.compare.differences.sides import (
    Pair,
    Side,
    call_of,
    difference,
    function,
    of_datagrams,
)
from echotrace.story.compare.nouns import Difference
from echotrace.story.explain.case import speaks_tcp
from echotrace.story.nouns import StoryEvent
from echotrace.story.roles import client_role


def shutdowns(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """One sends the end of its data before it closes."""
    for side, across in ((one, other), (other, one)):
        event, closing = side.first("shutdown"), across.closing
        if event is None or closing is None or across.all("shutdown"):
            continue
        if call_of(event).args.get("how") == "SHUT_RD":
            continue
        yield difference(
            "shutdown",
            f"{event.actor} calls shutdown{_what_it_sends(event)}{_before_close(side, event)} "
            f"({side.at(event)}); in {across.name} {closing.actor}'s close "
            f"{_what_it_does(closing)} ({across.at(closing)})",
            (side, event), (across, closing),
        )  # fmt: skip
        return


def _what_it_sends(event: StoryEvent) -> str:
    if not _ends_in_order(event):
        return ""
    return f", which sends {_fin(event)} whoever else has {event.place.name} open"


def _before_close(side: Side, event: StoryEvent) -> str:
    closes = any(e.actor == event.actor and e.seq > event.seq for e in side.all("close"))
    sends = bool(_what_it_sends(event))
    return f"{',' if sends else ''} before it closes" if closes else ""


def _what_it_does(closing: StoryEvent) -> str:
    """What the last close sends: nothing, if the client has reset the connection before."""
    if _sends_end(closing):
        return f"is the last one, and sends {_fin(closing)}"
    reset = _ends_in(closing, SocketState.RESET)
    return f"is the last one{', and resets the connection' if reset else ''}"


def _fin(event: StoryEvent) -> str:
    touch = event.touch
    tcp = touch is not None and speaks_tcp(touch.used, touch.before)
    return "the FIN" if tcp else "the end of its data"


_OPEN = (SocketState.CONNECTED, SocketState.PEER_ENDED)
_ENDED = (SocketState.ENDED, SocketState.CLOSED)


def _ends_in_order(event: StoryEvent) -> bool:
    return (
        event.touch is not None
        and event.touch.before is not None
        and event.touch.before.state in _OPEN
    )


def _sends_end(closing: StoryEvent) -> bool:
    """Whether a close ends the data in order: nothing is left unread, as far as can be known."""
    return any(
        slot.before.unread == 0 or slot.before.state is SocketState.PEER_ENDED
        for slot in _ends_in(closing, *_ENDED)
        if slot.before and not slot.before.unread
    )


def _ends_in(event: StoryEvent, *states: SocketState) -> list[Freed]:
    """The descriptors that were the last of an open connection, and leave it in such a state."""
    return [
        slot
        for slot in (event.touch.freed if event.touch else ())
        if slot.left == 0 and slot.before and slot.before.state in _OPEN
        and slot.after is not None and slot.after.state in states
    ]  # fmt: skip


def resets(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """One close resets the connection, which the other ends in order (RFC 1122, 4.2.2.13)."""
    for side, across in ((one, other), (other, one)):
        abrupt, orderly = side.closing, across.closing
        if abrupt is None or orderly is None or not _sends_end(orderly):
            continue
        slot = next(iter(_ends_in(abrupt, SocketState.RESET)), None)
        if slot is None or slot.before is None:
            continue
        yield difference(
            "reset",
            f"{abrupt.actor} closes {abrupt.place.name} {_why_reset(side, slot)} "
            f"({side.at(abrupt)}); in {across.name} {orderly.actor}'s close sends {_fin(orderly)} "
            f"({across.at(orderly)})",
            (side, abrupt), (across, orderly),
        )  # fmt: skip


def _why_reset(side: Side, slot: Freed) -> str:
    """Why a close resets: RFC 1122, 4.2.2.13, says so of unread bytes; socket(7) of SO_LINGER."""
    before = slot.before
    if before is None or not before.unread:
        return "with SO_LINGER of 0, so the kernel sends a RST and no FIN"
    number = side.connection.client if side.connection else None
    client = client_role(number) if number else "the client"
    rst = " the kernel sends a RST and no FIN, and" if speaks_tcp(slot.description, before) else ""
    return (
        f"with {before.unread:,} {'byte' if before.unread == 1 else 'bytes'} not received, so{rst} "
        f"{client} gets ECONNRESET"
    )


def ends_of_input(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """A recv tells of the client's end; where there are only datagrams, nothing does."""
    for side, across in ((one, other), (other, one)):
        taken = across.first("recv")
        if taken is None or not of_datagrams(taken):
            continue
        end = next((e for e in side.all("recv") if call_of(e).result == 0), None)
        if end is not None and not of_datagrams(end):
            yield difference(
                "end-of-input",
                f"{end.actor}'s {function(end)} returns 0, for the client has ended its data "
                f"({side.at(end)}); where {function(taken)} takes datagrams ({across.at(taken)}), "
                "the client's end sends nothing, and nobody is told of it",
                (side, end), (across, taken),
            )  # fmt: skip
