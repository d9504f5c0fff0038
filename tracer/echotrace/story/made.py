"""The tasks that a server makes: by which call, and with which flags (clone(2))."""

from collections.abc import Sequence
from typing import NamedTuple

from echotrace.story.events import StoryEvent
from echotrace.story.nouns import Story
from echotrace.trace import Syscall, Task

#: They have no flags to be given (fork(2), vfork(2)): all that vfork shares, it shares by itself.
_WITHOUT_FLAGS = frozenset({"fork", "vfork"})


class Made(NamedTuple):
    """A task that another one made, and the call; `flags` as they were given, None if unknown."""

    role: str
    event: StoryEvent
    call: Syscall
    flags: tuple[str, ...] | None


def made_tasks(story: Story) -> Sequence[Made]:
    """All tasks whose making is in the trace, in the order in which they came to be."""
    found = []
    for record in story.trace.records:
        if not isinstance(record, Task) or record.parent is None:
            continue
        role = story.roles.of(record.tid, record.time) or ""
        event = story.links.makers.get(role)
        if event is not None and isinstance(event.record, Syscall):
            known = record.flags or event.record.name in _WITHOUT_FLAGS
            flags = tuple(record.flags) if known else None
            found.append(Made(role, event, event.record, flags))
    return found
