"""Why a client waits on one side and not on the other: for its turn, while another is served."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import attrgetter

from echotrace.story.compare.differences.sides import Pair, Side, difference
from echotrace.story.compare.nouns import Difference
from echotrace.story.nouns import StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import ClientStep


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
                f"{connect.actor} waits in the accept queue from its connect "
                f"({side.at(connect)}) until {accept.actor}, which serves {busy.place.name}, "
                f"accepts it ({side.at(accept)}); in {across.name} {taken.actor} serves "
                f"nobody else then ({across.at(taken)})",
                (side, connect), (side, accept), (across, taken),
            )  # fmt: skip


def _connect(side: Side, accept: StoryEvent | None) -> StoryEvent | None:
    """The client's connect to the connection that accept returned."""
    if accept is None or accept.place.connection is None:
        return None
    events = map(side.story.event, side.story.connection(accept.place.connection).events)
    found = (e for e in events if isinstance(e.record, ClientStep) and e.record.action == "connect")
    return next(found, None)


def _busy(side: Side, accept: StoryEvent) -> StoryEvent | None:
    """The last call by which who accepts served another, while the client was connected already.

    A call counts that had begun before the connect and returned after it.
    """
    connect = _connect(side, accept)
    if connect is None:
        return None
    events = side.story.events
    before = bisect_left(events, accept.start, key=attrgetter("start"))
    for event in reversed(events[:before]):
        if event.actor != accept.actor:
            continue
        if (event.end or event.start) <= connect.start:
            return None
        if event.place.connection and _serves(event):
            return event
        if event.start <= connect.start:
            return None
    return None


def _serves(event: StoryEvent) -> bool:
    return logical_event(getattr(event.record, "name", "")) in ("recv", "send")
