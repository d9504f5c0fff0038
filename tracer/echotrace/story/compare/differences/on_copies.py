"""What differs in who has to close a connection: each process that has a copy of its descriptor."""

from collections.abc import Iterator, Sequence

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
from echotrace.story.nouns import StoryEvent


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
    if event is None or (own and any(_left_to(own.process, side, e) for e, _ in side.given_up)):
        return None
    nobody = "nobody does so" if side.given_up else "nobody closes it"
    return f"in {side.name} {nobody} ({side.at(event)}), and it stays open", [(side, event)]
