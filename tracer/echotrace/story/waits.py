"""The waits for readiness (select, poll, epoll) that lead to what happens on a connection."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from operator import attrgetter

from echotrace.story.nouns import Connection, Story, StoryEvent


def with_waits(story: Story, connection: Connection) -> list[StoryEvent]:
    """The events of a connection, and the waits that lead to them, in order."""
    found = {seq: story.event(seq) for seq in connection.events}
    found.update((wait.seq, wait) for wait in _waits(story, connection))
    return [found[seq] for seq in sorted(found)]


def _waits(story: Story, connection: Connection) -> Iterator[StoryEvent]:
    """The waits that found the connection ready, and the last one that led to its accept."""
    ready = story.links.found_ready
    yield from ready.get(connection.description or 0, ())
    accept = None if connection.accepted is None else story.event(connection.accepted)
    if accept is None or accept.touch is None or accept.touch.used is None:
        return
    before = ready.get(accept.touch.used.id, ())
    past = range(bisect_left(before, accept.seq, key=attrgetter("seq")) - 1, -1, -1)
    own = (before[at] for at in past if before[at].actor == accept.actor)
    yield from islice(own, 1)
