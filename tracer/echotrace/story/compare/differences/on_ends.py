"""What differs in how a connection ends, and who served it."""

from collections.abc import Iterator, Sequence

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
from echotrace.story.nouns import StoryEvent


def kept_copies(one: Side, other: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Who hands a connection on closes its own descriptor; on the other side nobody has to."""
    for side, across in ((one, other), (other, one)):
        keeps = service(side)
        event = next(
            (e for e in _only_here(side, pairs) if keeps and _leaves_to(keeps.who, e)), None
        )
        if event is None or keeps is None:
            continue
        fd = next(slot.fd for slot in event.touch.freed if slot.holders) if event.touch else 0
        only, closing = _only_close(across)
        yield difference(
            "parents-close",
            f"{event.actor} closes its own fd {fd} ({side.at(event)}), which would keep "
            f"{keeps.whose} open after {keeps.who} has closed its copy; {only}",
            (side, event), *closing,
        )  # fmt: skip


def _only_here(side: Side, pairs: Sequence[Pair]) -> Iterator[StoryEvent]:
    """What only this side does, at least at this place."""
    for pair in pairs:
        events = (pair.left, pair.right)
        event = events[side.position]
        if event is not None and events[1 - side.position] is None:
            yield event


def _leaves_to(keeper: str, event: StoryEvent) -> bool:
    """Whether a close gives up what another process keeps open."""
    freed = event.touch.freed if event.touch else ()
    return event.actor != keeper and any(slot.holders for slot in freed)


def _only_close(side: Side) -> tuple[str, list[Shown]]:
    """Why nobody has to close a second descriptor on this side, and what shows it."""
    own, closing = service(side), side.closing
    if own is not None and own.accept is None:
        return f"{side.name} has no descriptor for a peer ({side.at(own.served)})", [
            (side, own.served)
        ]
    if closing is None and own is not None and own.maker is not None and own.shares_table:
        return f"in {side.name} the table is shared ({side.at(own.maker)})", [(side, own.maker)]
    if closing is None:
        return f"{side.name} makes no such call", []
    whose = f"{closing.actor}'s close is the only one ({side.at(closing)})"
    if own is not None and own.shares_table:
        return f"in {side.name} the table is shared, so {whose}", [(side, closing)]
    return f"in {side.name} nobody else has {closing.place.name}, so {whose}", [(side, closing)]


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
            f"{event.actor} calls shutdown{_what_it_sends(event)} before it closes "
            f"({side.at(event)}); in {across.name} {closing.actor}'s close "
            f"{_what_it_does(closing)} ({across.at(closing)})",
            (side, event), (across, closing),
        )  # fmt: skip
        return


def _what_it_sends(event: StoryEvent) -> str:
    if not _ends_in_order(event):
        return ""
    return f", which sends {_fin(event)} whoever else has {event.place.name} open,"


def _what_it_does(closing: StoryEvent) -> str:
    sends = f", and sends {_fin(closing)}" if _closes_in_order(closing) else ""
    return f"is the last one{sends}" if sends else "is all that ends it"


def _fin(event: StoryEvent) -> str:
    touch = event.touch
    tcp = touch is not None and speaks_tcp(touch.used, touch.before)
    return "the FIN" if tcp else "the end of its data"


_OPEN = (SocketState.CONNECTED, SocketState.PEER_ENDED)


def _ends_in_order(event: StoryEvent) -> bool:
    return (
        event.touch is not None
        and event.touch.before is not None
        and event.touch.before.state in _OPEN
    )


def _closes_in_order(event: StoryEvent) -> bool:
    """Whether the last close ends the connection by a FIN and not by a reset."""
    ended = (SocketState.ENDED, SocketState.CLOSED)
    return any(
        slot.left == 0 and slot.before and slot.before.state in _OPEN
        and slot.after is not None and slot.after.state in ended
        for slot in (event.touch.freed if event.touch else ())
    )  # fmt: skip


def exits(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Who served ends by another call."""
    mine, your = one.first("exit"), other.first("exit")
    if mine is None or your is None or call_of(mine).name == call_of(your).name:
        return
    told = [_how_it_ends(side, event) for side, event in ((one, mine), (other, your))]
    yield difference("exit", "; ".join(told), (one, mine), (other, your))


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
