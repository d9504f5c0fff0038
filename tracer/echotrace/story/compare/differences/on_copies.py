"""What differs in who has to close a connection: each process that has a copy of its descriptor."""

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
    is_call,
    kind_of,
)
from echotrace.story.compare.nouns import Difference
from echotrace.story.explain.text import listed
from echotrace.story.nouns import StoryEvent
from echotrace.story.roles import client_role


def kept_copies(one: Side, other: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Who hands a connection on closes its own descriptor; on the other side nobody has to."""
    for side, across in ((one, other), (other, one)):
        keeps = service(side)
        event = next(
            (e for e in _only_here(side, pairs) if keeps and _left_to(keeps.process, side, e)), None
        )
        if event is None or keeps is None:
            continue
        fd = next(slot.fd for closed, slot in side.given_up if closed is event)
        only = _only_close(across)
        if only is None:
            continue
        why, closing = only
        yield difference(
            "parents-close",
            f"{event.actor} closes its own fd {fd} ({side.at(event)}), which would keep "
            f"{keeps.whose} open after {keeps.who} has closed its copy; {why}",
            (side, event), *closing,
        )  # fmt: skip


def _only_here(side: Side, pairs: Sequence[Pair]) -> Iterator[StoryEvent]:
    """What only this side does, at least at this place."""
    for pair in pairs:
        events = (pair.left, pair.right)
        event = events[side.position]
        if event is not None and events[1 - side.position] is None:
            yield event


def _left_to(process: str, side: Side, event: StoryEvent) -> bool:
    """Whether a close gives up a copy of the connection while that process keeps its own."""
    return (
        is_call(event)
        and kind_of(event) == "close"
        and side.story.roles.process(event.actor) != process
        and any(closed is event and slot.holders for closed, slot in side.given_up)
    )


def _only_close(side: Side) -> tuple[str, list[Shown]] | None:
    """Why nobody has to close a second descriptor here, and what shows it; None if somebody has."""
    own, connection = service(side), side.connection
    if own is not None and own.accept is None:
        return f"{side.name} has no descriptor for a peer ({side.at(own.served)})", [
            (side, own.served)
        ]
    if connection is None:
        return None
    if connection.ended_by is None:
        return _stays_open(side)
    shared = own is not None and own.shares_table
    why = "the table is shared" if shared else f"nobody else has {connection.place.name}"
    event = _last_use(side)
    if event is None or len(side.given_up) > 1 or len(connection.closed_by) > 1:
        return None
    how = f", and the {connection.ended_by} closes it"
    if side.closing is event:
        failed = any(kind_of(call) == "close" and call_of(call).errno for call in side.calls)
        how = f", so {event.actor}'s close is {'enough' if failed else 'the only one'}"
    return f"in {side.name} {why}{how} ({side.at(event)})", [(side, event)]


def _last_use(side: Side) -> StoryEvent | None:
    """What closed the connection last at its place; its accept if nothing did."""
    return side.given_up[-1][0] if side.given_up else side.first("accept")


def _stays_open(side: Side) -> tuple[str, list[Shown]] | None:
    """The same where a descriptor of the connection is left at the end of the trace."""
    own, event = service(side), _last_use(side)
    if (
        side.is_cut_off
        or event is None
        or (own and any(_left_to(own.process, side, e) for e, _ in side.given_up))
    ):
        return None
    if not side.given_up:
        return f"in {side.name} nobody closes it ({side.at(event)}), and it stays open", [
            (side, event)
        ]
    closed, slot = side.given_up[-1]
    client = side.connection.client if side.connection else None
    to = client_role(client) if client else "the client"
    holders = _holders(side, slot)
    until = f"until {listed(holders)} {'ends' if len(holders) == 1 else 'end'}" if holders else ""
    fin = "" if _has_ended(slot) else f": no FIN goes to {to}"
    sentence = (
        f"in {side.name} {closed.actor}'s close is not the last ({side.at(closed)}), so "
        f"{closed.place.name} stays open {until or 'to the end'}{fin}{_grows(side)}"
    )
    return sentence, [(side, event)]


def _holders(side: Side, slot: Freed) -> list[str]:
    """The processes that have the connection open when the trace ends."""
    story, last = side.story, side.story.events[-1]
    state = story.at(last.seq)
    held = state.by_description.get(slot.description.id)
    tables = {table for table, _ in held.held} if held else set()
    tids = [tid for each in state.tables if each.number in tables for tid in each.tasks]
    roles = (story.roles.of(tid, last.end or last.start) for tid in tids)
    return sorted({story.roles.process(role) for role in roles if role})


def _has_ended(slot: Freed) -> bool:
    """Whether the server's data was ended before, by shutdown."""
    state = slot.before.state if slot.before else None
    return state in (SocketState.ENDED, SocketState.CLOSED, SocketState.RESET)


def _grows(side: Side) -> str:
    """Whether who accepts keeps a descriptor of each connection, as the last state shows it."""
    story = side.story
    accepts = [e for e in story.events if is_call(e) and kind_of(e) == "accept"]
    taken = [e for e in accepts if call_of(e).errno is None and e.end is not None]
    if len(taken) < 2:
        return ""
    who = taken[-1]
    table = story.at(story.events[-1].seq).table(call_of(who).tid)
    own = {each.description for each in story.connections}
    kept = sum(d.description.id in own for d in table.descriptors) if table else 0
    if kept < len(taken):
        return ""
    return f", and {who.actor}'s table grows by one descriptor a client"
