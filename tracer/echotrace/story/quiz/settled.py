"""Events after which the references of a connection are no matter of timing."""

from collections.abc import Iterator

from echotrace.kernel.facts import succeeded
from echotrace.story.events import StoryEvent
from echotrace.story.nouns import Connection, Story
from echotrace.story.quiz.exits import end_of
from echotrace.story.roles import is_thread
from echotrace.trace import Syscall


def turns(story: Story, connection: Connection) -> Iterator[tuple[StoryEvent, str]]:
    """The calls that make or give up references to a connection, and which of these they do.

    `accept`, `spawn` (a new process has a copy, a new thread shares), `close` or `exit`.
    """
    if connection.datagram or connection.description is None:
        return
    accept = accept_of(story, connection)
    for event in map(story.event, connection.events):
        call = event.record
        if not isinstance(call, Syscall) or (not succeeded(call) and call.result is not None):
            continue
        logical = event.logical
        if event.seq == accept:
            yield event, "accept"
        elif logical == "spawn" and call.result:
            yield event, "spawn"
        elif logical in ("close", "exit") and _gives_up(story, event, connection.description):
            yield event, logical


def made_by(story: Story, spawn: StoryEvent) -> str:
    """What a call makes: a `thread`, which shares the table, or a `process`, which has a copy."""
    call = spawn.record
    made = call.result if isinstance(call, Syscall) else None
    role = story.roles.of(made, spawn.end or spawn.start) if made else None
    return "thread" if role is not None and is_thread(role) else "process"


def accept_of(story: Story, connection: Connection) -> int | None:
    """The number of the event that accepted a connection: of a restarted call the first one."""
    return None if connection.accepted is None else story.event(connection.accepted).seq


def proof(story: Story, connection: Connection, event: StoryEvent) -> tuple[int, ...]:
    """The calls that made and gave up references up to an event, and the event."""
    before = (turn.seq for turn, _ in turns(story, connection) if turn.seq < event.seq)
    return (*before, event.seq)


def _gives_up(story: Story, event: StoryEvent, description: int) -> bool:
    end = end_of(story, event)
    freed = end.touch.freed if end and end.touch else ()
    return any(each.description.id == description for each in freed)


def is_settled(story: Story, event: StoryEvent) -> bool:
    """Whether nothing else that may change references goes on while the event happens.

    What it is asked of is over before any other begins, and the other way round.
    """
    last = end_of(story, event) or event
    start, end = event.start, last.end if last.end is not None else last.start
    number = event.place.connection
    others = story.connection(number).events if number else ()
    return not any(
        _changes(other) and other.start <= end and (other.end is None or other.end >= start)
        for other in map(story.event, others)
        if other.seq not in (event.seq, last.seq)
    )


def _changes(event: StoryEvent) -> bool:
    """Whether an event makes, copies or gives up descriptors, when it has happened."""
    touch = event.touch
    if event.logical in ("spawn", "exit"):
        return True
    return touch is not None and bool(touch.made or touch.freed or touch.copied)
