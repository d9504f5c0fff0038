"""The moments at which a picture of the kernel says most about a connection: three, or fewer.

A client is there, its connection comes to who serves it, a descriptor of it is given up. A UDP
server has neither accept nor close for a client: a datagram is there, it is answered, and the
client leaves without the kernel of the server keeping anything of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from echotrace.kernel.state import State
from echotrace.story.events import StoryEvent
from echotrace.story.nouns import Connection, Story
from echotrace.story.waits import with_waits
from echotrace.trace import ClientStep, Syscall

_MOST = 3
_READY = frozenset({"select", "poll", "epoll wait"})
_LEAVES = frozenset({"close", "reset"})


class Turn(StrEnum):
    """What has happened at a turning point; texts have these names."""

    ACCEPTED = "accepted"
    #: The connection comes to who serves it: with a new task, in a message, through memory.
    MADE = "made"
    PASSED = "passed"
    TAKEN = "taken"
    #: The task that accepted serves it: it begins to wait for it among others, or receives.
    WAITS = "waits"
    RECEIVED = "received"
    CLOSED = "closed"
    DATAGRAM = "datagram"
    ANSWERED = "answered"
    LEFT = "left"


@dataclass(frozen=True)
class TurningPoint:
    """The moment just after the event `seq` has happened, or with `begun`, has begun to."""

    turn: Turn
    seq: int
    begun: bool = False

    def state(self, story: Story) -> State:
        """What the kernel keeps then."""
        return story.at(self.seq, begun=self.begun)

    def time(self, story: Story) -> int:
        """When it is (ns)."""
        event = story.event(self.seq)
        return event.start if self.begun or event.end is None else event.end


def turning_points(story: Story, number: int | None = None) -> tuple[TurningPoint, ...]:
    """Those of the connection or UDP peer `number`, or of the first one, in order of time.

    None where no client was served. KeyError if there is no connection `number`.
    """
    if number is None and not story.connections:
        return ()
    connection = story.connection(1 if number is None else number)
    found = _of_peer(story, connection) if connection.datagram else _of_stream(story, connection)
    return tuple(islice(sorted(found, key=lambda point: point.time(story)), _MOST))


def _of_stream(story: Story, connection: Connection) -> Iterator[TurningPoint]:
    if connection.accepted is None:
        return
    accept = story.event(connection.accepted)
    yield TurningPoint(Turn.ACCEPTED, accept.seq)
    first = (*_hand_offs(story, connection, accept), *_served(story, connection, accept))
    yield from first[:1]
    closes = (event for event in story.events if _gives_up(event, connection))
    yield from (TurningPoint(Turn.CLOSED, event.seq) for event in islice(closes, 1))


def _hand_offs(
    story: Story, connection: Connection, accept: StoryEvent
) -> Iterator[TurningPoint]:  # fmt: skip
    """The ways by which the connection comes to another task, the first one first."""
    found = [
        TurningPoint(Turn.PASSED, story.links.receivers[sent.seq].seq)
        for sent in story.links.senders.get(connection.description or 0, ())
        if sent.seq in story.links.receivers
    ]
    for event in _later(story, connection.events, accept):
        call = event.record
        if not isinstance(call, Syscall):
            continue
        if event.logical == "spawn" and call.errno is None and call.result:
            found.append(TurningPoint(Turn.MADE, event.seq))
        elif event.actor != accept.actor and _uses(event, connection):
            found.append(TurningPoint(Turn.TAKEN, event.seq, begun=True))
    yield from sorted(found, key=lambda point: point.seq)


def _served(
    story: Story, connection: Connection, accept: StoryEvent
) -> Iterator[TurningPoint]:  # fmt: skip
    """How the task that accepted the connection comes to its first bytes."""
    for event in with_waits(story, connection):
        if event.seq <= accept.seq or not isinstance(event.record, Syscall):
            continue
        kind = event.logical
        if kind in _READY:
            yield TurningPoint(Turn.WAITS, event.seq, begun=True)
        elif kind == "recv" and event.record.errno is None:
            yield TurningPoint(Turn.RECEIVED, event.seq, begun=event.end is None)


def _of_peer(story: Story, peer: Connection) -> Iterator[TurningPoint]:
    events = [story.event(seq) for seq in peer.events]
    for turn, kind in ((Turn.DATAGRAM, "recv"), (Turn.ANSWERED, "send")):
        of_kind = (
            event
            for event in events
            if isinstance(event.record, Syscall)
            and event.logical == kind
            and event.record.errno is None
            and event.end is not None
        )
        yield from (TurningPoint(turn, event.seq) for event in islice(of_kind, 1))
    leaving = (
        event
        for event in events
        if isinstance(event.record, ClientStep) and event.record.action in _LEAVES
    )
    yield from (TurningPoint(Turn.LEFT, event.seq) for event in islice(leaving, 1))


def _later(story: Story, numbers: Iterable[int], than: StoryEvent) -> Iterator[StoryEvent]:
    return (story.event(seq) for seq in numbers if seq > than.seq)


def _uses(event: StoryEvent, connection: Connection) -> bool:
    used = event.touch.used if event.touch else None
    return used is not None and used.id == connection.description


def _gives_up(event: StoryEvent, connection: Connection) -> bool:
    freed = event.touch.freed if event.touch else ()
    return any(slot.description.id == connection.description for slot in freed)
