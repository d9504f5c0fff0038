"""One of two stories that are compared, as the rules that look for differences ask for it."""

from dataclasses import dataclass
from typing import TypeAlias

from echotrace.story.compare.nouns import Difference, Mark
from echotrace.story.nouns import Story, StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall


@dataclass(frozen=True)
class Pair:
    """One row, of two sides."""

    mark: Mark
    left: StoryEvent | None
    right: StoryEvent | None


@dataclass(frozen=True)
class Side:
    """One story, its name in sentences, and its calls in one pair of connections.

    `position` is 0 for the left side and 1 for the right one.
    """

    position: int
    story: Story
    name: str
    calls: tuple[StoryEvent, ...]

    def at(self, event: StoryEvent) -> str:
        """Where to look: the two sides number their events each for themselves."""
        return f"event {event.seq} of {self.name}"

    def first(self, kind: str) -> StoryEvent | None:
        """The first call of a kind that succeeded."""
        found = (e for e in self.calls if logical_event(call_of(e).name) == kind)
        return next((event for event in found if call_of(event).errno is None), None)


#: An event of a side.
Shown: TypeAlias = tuple[Side, StoryEvent]


def difference(kind: str, sentence: str, *shown: Shown) -> Difference:
    """A difference with the events that show it, given in any order."""
    left, right = (
        tuple(sorted({event.seq for side, event in shown if side.position == position}))
        for position in (0, 1)
    )
    return Difference(kind, sentence, (left, right))


def is_call(event: StoryEvent) -> bool:
    """Whether an event is a system call."""
    return isinstance(event.record, Syscall)


def call_of(event: StoryEvent) -> Syscall:
    """The system call that an event is."""
    assert isinstance(event.record, Syscall)
    return event.record
