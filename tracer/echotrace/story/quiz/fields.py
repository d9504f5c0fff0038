"""What each field of an event is, by the model: the one place that answers are derived in."""

from collections.abc import Callable, Iterable, Mapping

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.kernel.flows import SEVERAL
from echotrace.kernel.state import OpenState, State
from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.exits import end_of
from echotrace.story.quiz.nouns import Field
from echotrace.story.quiz.sending import sent_by
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall

#: The answer where there is none to be named.
NOBODY = "nobody"


def said_of(story: Story, seq: int, field: Field) -> str | None:
    """The field of an event as a question and its answer say it; None where it has none."""
    return _READERS[field](story, story.event(seq))


def result(_story: Story, event: StoryEvent) -> str | None:
    """What the call returned: `5`, `-1 ECONNRESET`, or the descriptors that it found ready."""
    call = event.record
    if isinstance(call, Syscall) and logical_event(call.name) in WAITS_FOR_READINESS:
        return ", ".join(str(fd) for fd, _ in event.touch.ready) if event.touch else None
    if not isinstance(call, Syscall) or call.result is None or call.name in SEVERAL:
        return None
    return f"-1 {call.errno}" if call.errno else str(call.result)


def descriptor(_story: Story, event: StoryEvent) -> str | None:
    """The number of the descriptor that the call was given."""
    number = event.record.args.get("fd") if isinstance(event.record, Syscall) else None
    return str(number) if type(number) is int and number >= 0 else None


def actor(_story: Story, event: StoryEvent) -> str | None:
    """The role of the task that acts."""
    return event.actor


def count(story: Story, event: StoryEvent) -> str | None:
    """How many descriptors refer to the connection's description when the event has happened."""
    number = _description(story, event)
    if number is None:
        return None
    entry = _state_after(story, event).by_description.get(number)
    return str(entry.references if entry else 0)


def holders(story: Story, event: StoryEvent) -> str | None:
    """The tasks in whose descriptor tables they are: `P0, P1`, or nobody."""
    number = _description(story, event)
    if number is None:
        return None
    state = _state_after(story, event)
    return ", ".join(roles_holding(story, state, state.by_description.get(number))) or NOBODY


def _state_after(story: Story, event: StoryEvent) -> State:
    """The state when the event has happened: after exit(2), when the task has ended."""
    return story.at((end_of(story, event) or event).seq)


def roles_holding(story: Story, state: State, entry: OpenState | None) -> list[str]:
    """The roles of the tasks whose tables hold an open file description, in their order."""
    numbers = {table for table, _ in entry.held} if entry else set()
    found = (task for table in state.tables if table.number in numbers for task in table.tasks)
    return _roles(story, state, found)


def tables_holding(story: Story, event: StoryEvent) -> list[str]:
    """The tables that have the connection when the event has happened, by who uses each."""
    number, state = _description(story, event), _state_after(story, event)
    entry = state.by_description.get(number) if number is not None else None
    numbers = {table for table, _ in entry.held} if entry else set()
    found = (table.tasks for table in state.tables if table.number in numbers)
    return [", ".join(_roles(story, state, tasks)) for tasks in found]


def _roles(story: Story, state: State, tasks: Iterable[int]) -> list[str]:
    roles = {story.roles.of(tid, state.time) or f"?{tid}" for tid in tasks}
    return sorted(roles, key=lambda role: (role[0], len(role), role))


def _description(story: Story, event: StoryEvent) -> int | None:
    """The description of the connection that the event belongs to."""
    number = event.place.connection
    connection = story.connection(number) if number else None
    return connection.description if connection and not connection.datagram else None


_READERS: Mapping[Field, Callable[[Story, StoryEvent], str | None]] = {
    Field.RESULT: result,
    Field.DESCRIPTOR: descriptor,
    Field.ACTOR: actor,
    Field.COUNT: count,
    Field.HOLDERS: holders,
    Field.WIRE: sent_by,
}
