"""Where what a server sends a client is no echo: fewer bytes than came from it, more, or others."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import attrgetter

from echotrace.kernel.flows import SEVERAL, asked, given_to, moved, taken_from
from echotrace.story.held import Bytes, Datagrams, Deviation, Held, Stream
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.trace import Syscall


def deviation(story: Story, connection: Connection) -> Deviation | None:
    """The first answer on a connection, or to a UDP peer, that is no echo; None if there is none.

    None too where a fault explains it: an injected one, a send that failed or was cut short by the
    kernel, or the end of the task before it could answer.
    """
    calls = [e for e in map(story.event, connection.events) if isinstance(e.record, Syscall)]
    if any(isinstance(e.record, Syscall) and e.record.injected for e in calls):
        return None
    held: Held = Datagrams([]) if connection.datagram else Stream([])
    for came, bytes_ in _moves(connection, calls):
        if bytes_ is None:
            return None
        if came:
            held.take(bytes_)
        elif found := held.give(bytes_):
            return found
    left = held.rest()
    return left if left is not None and _goes_on(story, calls, left) else None


def _moves(connection: Connection, calls: list[StoryEvent]) -> Iterator[tuple[bool, Bytes | None]]:
    """What came (True) and what went, in order; None where the trace does not tell enough."""
    found: list[tuple[int, bool, Bytes | None]] = []
    for event in calls:
        call, touch = event.record, event.touch
        assert isinstance(call, Syscall)
        if touch is None or event.logical not in _MOVING:
            continue
        came, went = taken_from(call, touch), given_to(call, touch)
        whose = [
            each is not None and (connection.datagram or each.id == connection.description)
            for each in (came, went)
        ]
        if not any(whose):
            continue
        size = moved(call)
        over = event.start if event.end is None else event.end
        if call.name in SEVERAL or (whose[1] and (call.errno or _cut_short(call))):
            found.append((event.start, whose[0], None))
        elif event.end is not None and call.errno is None and (size or connection.datagram):
            bytes_ = Bytes(event, size, (call.data or "")[:size])
            found.append((over if whose[0] else event.start, whose[0], bytes_))
    for _, came_, bytes_or_none in sorted(found, key=lambda move: move[:2]):
        yield came_, bytes_or_none


_MOVING = frozenset({"recv", "send", "splice"})


def _cut_short(call: Syscall) -> bool:
    whole = asked(call)
    return whole is not None and call.result is not None and call.result < whole


def _goes_on(story: Story, calls: Sequence[StoryEvent], left: Deviation) -> bool:
    """Whether who should have answered does something else instead, and does not end.

    Who has sent nothing at all counts as going on when it receives again, or closes.
    """
    if not left.went:
        later = (e for e in calls if e.seq > left.event.seq and e.actor == left.event.actor)
        return any(event.logical in _GOES_ON for event in later)
    position = bisect_right(story.events, left.event.seq, key=attrgetter("seq"))
    following = (e for e in islice(story.events, position, None) if e.actor == left.event.actor)
    event = next(following, None)
    return event is not None and isinstance(event.record, Syscall) and event.logical != "exit"


_GOES_ON = frozenset({"recv", "close", "shutdown"})
