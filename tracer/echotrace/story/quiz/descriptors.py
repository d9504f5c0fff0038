"""Which descriptor a call works with, where only one of the task's refers to the connection."""

from collections.abc import Iterator

from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.story.quiz.fields import said_of
from echotrace.story.quiz.ground import Ground, connections
from echotrace.story.quiz.nouns import Asked, Field, Hidden
from echotrace.story.quiz.settled import accept_of
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall

_ASKED_OF = ("recv", "send", "shutdown", "close")


def candidates(ground: Ground) -> Iterator[Asked]:
    """One for each call on a connection that the number can be worked out for."""
    for side, story in ground.sides:
        for connection in connections(story):
            for event in map(story.event, connection.events):
                answer = said_of(story, event.seq, Field.DESCRIPTOR)
                if answer is not None and _follows(story, connection, event, answer):
                    yield Asked(
                        "descriptor", side, event.seq, _case(story, connection, event), answer,
                        facts={"connection": event.place.name},
                        accepted=(f"fd {answer}",),
                        hidden=_hidden(ground, side, connection, event),
                        evidence=tuple(filter(None, (accept_of(story, connection), event.seq))),
                        merit=1,
                    )  # fmt: skip


def _hidden(
    ground: Ground, side: int, connection: Connection, event: StoryEvent
) -> tuple[Hidden, ...]:
    """The number in the row of the call, and in those of the connection further down."""
    story, answer = ground.stories[side], said_of(ground.stories[side], event.seq, Field.DESCRIPTOR)
    own = (
        other.seq
        for other in map(story.event, connection.events)
        if other.seq >= event.seq and said_of(story, other.seq, Field.DESCRIPTOR) == answer
    )
    found = (each for seq in own for each in ground.hidden(side, seq, Field.DESCRIPTOR))
    return tuple(dict.fromkeys(found))


def _case(story: Story, connection: Connection, event: StoryEvent) -> str:
    """Whether its process got the number from `accept`, or with a copy of another's table."""
    accept = accept_of(story, connection)
    acceptor = story.event(accept).actor if accept is not None else event.actor
    process = story.roles.process
    return "used" if process(acceptor) == process(event.actor) else "copied"


def _follows(story: Story, connection: Connection, event: StoryEvent, answer: str) -> bool:
    """Whether the number is the only one it can be, and what is received does not spell it."""
    call = event.record
    if connection.datagram or connection.description is None or not isinstance(call, Syscall):
        return False
    if logical_event(call.name) not in _ASKED_OF or answer == call.data:
        return False
    if _called_before(story, connection, event):
        return False
    table = story.before(event.seq).table(call.tid)
    slots = table.descriptors if table else ()
    own = [slot.fd for slot in slots if slot.description.id == connection.description]
    return [str(fd) for fd in own] == [answer]


def _called_before(story: Story, connection: Connection, event: StoryEvent) -> bool:
    """Whether the task has worked with it already, so that the row above has the number."""
    return any(
        other.actor == event.actor
        and isinstance(other.record, Syscall)
        and logical_event(other.record.name) in _ASKED_OF
        for other in map(story.event, connection.events)
        if other.seq < event.seq
    )
