"""What differs in how a connection ends."""

from collections.abc import Iterator, Sequence

from echotrace.kernel.descriptions import Freed
from echotrace.kernel.sockets import SocketState
from echotrace.story.compare.differences.service import service
from echotrace.story.compare.differences.sides import (
    Pair,
    Shown,
    Side,
    call_of,
    difference,
    function,
    of_datagrams,
)
from echotrace.story.compare.nouns import Difference
from echotrace.story.explain.case import speaks_tcp
from echotrace.story.explain.text import count
from echotrace.story.nouns import StoryEvent


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
        unread = slot.before.unread
        why = f"{count(unread, 'byte')} not received" if unread else "SO_LINGER of 0"
        yield difference(
            "reset",
            f"{abrupt.actor}'s close resets {abrupt.place.name}, for {why} ({side.at(abrupt)}); "
            f"in {across.name} {orderly.actor}'s close sends {_fin(orderly)} "
            f"({across.at(orderly)})",
            (side, abrupt), (across, orderly),
        )  # fmt: skip


def exits(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Who served ends by another call."""
    mine, your = _end_of_server(one), _end_of_server(other)
    if mine is None or your is None or call_of(mine).name == call_of(your).name:
        return
    told = [_how_it_ends(side, event) for side, event in ((one, mine), (other, your))]
    yield difference("exit", "; ".join(told), (one, mine), (other, your))


def _end_of_server(side: Side) -> StoryEvent | None:
    own = service(side)
    return own.ending if own else side.first("exit")


def _how_it_ends(side: Side, event: StoryEvent) -> str:
    """What the end of the task did, by the descriptors that its Exit gave up."""
    roles = side.story.roles
    process = roles.process(event.actor)
    name, at = call_of(event).name, side.at(event)
    if name == "exit_group":
        whole = "its process" if process == event.actor else f"{process} with all its threads"
        return f"{event.actor} ends {whole}, which closes all descriptors: {name} ({at})"
    end = side.story.links.ends.get(event.actor)
    if end is not None and end.touch is not None and end.touch.freed:
        return f"{event.actor} ends, the last of its process: {name} ({at})"
    return (
        f"{event.actor} ends as one thread, which closes nothing, for {process} keeps the table: "
        f"{name} ({at})"
    )


def ends_of_all(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """A thread ends the whole process."""
    for side, across in ((one, other), (other, one)):
        event = side.first("exit")
        if event is None or call_of(event).name != "exit_group":
            continue
        theirs = across.first("exit")
        if (
            theirs is not None
            and call_of(theirs).name == "exit_group"
            and (theirs.actor in across.story.roles.leaders)
        ):
            continue
        if event.actor in side.story.roles.leaders:
            process = side.story.roles.process(event.actor)
            counterpart = theirs or across.closing or across.served
            yield difference(
                "exit-of-all",
                f"{event.actor}, a thread, calls exit_group ({side.at(event)}): that ends "
                f"{process} with all its threads, and every connection that they serve",
                (side, event), *_ended(side, process),
                *([(across, counterpart)] if counterpart else []),
            )  # fmt: skip


def _ended(side: Side, process: str) -> list[Shown]:
    """The ends of all tasks of a process."""
    ends = side.story.links.ends.items()
    return [(side, end) for role, end in ends if side.story.roles.process(role) == process]


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
