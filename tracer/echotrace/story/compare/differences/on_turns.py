"""Why a client waits on one side and not on the other: for its turn, while another is served."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import attrgetter

from echotrace.story.compare.differences.sides import Pair, Side, difference
from echotrace.story.compare.nouns import Difference
from echotrace.story.explain.text import listed
from echotrace.story.nouns import Connection, StoryEvent
from echotrace.trace import ClientStep

#: So many connections are named.
_MOST_NAMED = 3


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
                f"accepts it ({side.at(accept)}); {_at_once(across, taken, connect.actor)}",
                (side, connect), (side, accept), (across, taken),
            )  # fmt: skip


def _at_once(side: Side, accept: StoryEvent, client: str) -> str:
    """Why who accepts had nothing else to do: it serves nobody, or waits for all that it serves."""
    held = _also_serves(side, accept)
    if not held or not _asks_before(side, accept):
        return f"in {side.name} {accept.actor} serves nobody else then ({side.at(accept)})"
    whose = listed([each.place.name for each in held[:_MOST_NAMED]])
    more = len(held) - _MOST_NAMED
    if more > 0:
        whose += f" … ({more:,} more)"
    recv = f"{whose}'s recv" if len(held) == 1 else "the recv of one of them"
    return (
        f"in {side.name} {accept.actor} has {whose} open too, but waits for all its descriptors, "
        f"not in {recv}, so it accepts {client} at once ({side.at(accept)})"
    )


def _also_serves(side: Side, accept: StoryEvent) -> list[Connection]:
    """The other connections that who accepts serves, and has open at this time."""
    found = []
    for each in side.story.connections:
        if each.accepted is None or each.accepted >= accept.seq:
            break
        used = (e for e in map(side.story.event, each.events) if e.actor == accept.actor)
        calls = [event for event in used if _serves(event) or _closes(event)]
        if any(map(_serves, calls)) and not any(_closes(e) and e.seq < accept.seq for e in calls):
            found.append(each)
    return found


def _asks_before(side: Side, accept: StoryEvent) -> bool:
    """Whether a wait for readiness of the same task found that there is somebody to accept."""
    used = accept.touch.used if accept.touch else None
    waits = side.story.links.found_ready.get(used.id, ()) if used else ()
    return any(wait.actor == accept.actor and wait.seq < accept.seq for wait in waits)


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


def _closes(event: StoryEvent) -> bool:
    return event.logical == "close"


def _serves(event: StoryEvent) -> bool:
    return event.logical in ("recv", "send")
