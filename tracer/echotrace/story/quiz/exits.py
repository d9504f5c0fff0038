"""The end of a task: its own call announces it, and what it held is given up a little later."""

from echotrace.story.nouns import Story, StoryEvent
from echotrace.syscalls import ROWS, Effect
from echotrace.trace import Syscall


def end_of(story: Story, event: StoryEvent) -> StoryEvent | None:
    """The event that gives up what this one lets go: of exit(2) the end of the task, else itself.

    None of an exit whose end is not in the trace.
    """
    call = event.record
    row = ROWS.get(call.name) if isinstance(call, Syscall) else None
    if row is None or row.effect is not Effect.EXITS:
        return event
    return story.links.ends.get(event.actor)
