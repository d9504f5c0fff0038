"""Two of the stories that are compared, as the rules that look for differences ask for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TypeAlias

from echotrace.functions import is_python
from echotrace.kernel.descriptions import Freed
from echotrace.story.compare.nouns import Difference, Mark, Step
from echotrace.story.explain.case import function_of
from echotrace.story.explain.text import listed
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall

#: So many event numbers are written out.
_MOST_NUMBERS = 4


@dataclass(frozen=True)
class Pair:
    """One row, of two sides: its mark, and the step of each.

    `moved` is the number of the event by which the side that lacks it here does the same elsewhere.
    """

    mark: Mark
    steps: tuple[Step | None, Step | None]
    moved: int | None

    @property
    def left(self) -> StoryEvent | None:
        """The event of the left side."""
        return self.steps[0].event if self.steps[0] else None

    @property
    def right(self) -> StoryEvent | None:
        """The event of the right side."""
        return self.steps[1].event if self.steps[1] else None


@dataclass(frozen=True)
class Side:
    """One story, its name in sentences, and its calls in one alignment.

    `position` is 0 for the left side and 1 for the right one; `connection` the one whose course the
    alignment is, if it is of connections and the side has it.
    """

    position: int
    story: Story
    name: str
    calls: tuple[StoryEvent, ...]
    connection: Connection | None = None

    def at(self, *events: StoryEvent) -> str:
        """Where to look: the two sides number their events each for themselves."""
        numbers = sorted({event.seq for event in events})
        if len(numbers) == 1:
            return f"event {numbers[0]} of {self.name}"
        if len(numbers) > _MOST_NUMBERS:
            first = ", ".join(map(str, numbers[: _MOST_NUMBERS - 1]))
            return f"events {first} … {numbers[-1]} of {self.name}"
        return f"events {listed([str(number) for number in numbers])} of {self.name}"

    @property
    def is_cut_off(self) -> bool:
        """Whether the trace ends before the recording did: what is not in it may have happened."""
        return self.story.trace.end is None

    def so_far(self, lacks: str) -> str:
        """A clause that says what this side does not do, as what its trace can tell."""
        return f"as far as the trace goes, {lacks}" if self.is_cut_off else lacks

    @cached_property
    def _by_kind(self) -> Mapping[str, list[StoryEvent]]:
        """The calls that did not fail, by logical event: the rules ask very often.

        A message that carries descriptors moves no bytes of the connection that it hands on.
        """
        found: dict[str, list[StoryEvent]] = {}
        for event in self.calls:
            if call_of(event).errno is None and not _hands_on(event):
                found.setdefault(kind_of(event), []).append(event)
        return found

    def all(self, *kinds: str) -> list[StoryEvent]:
        """The calls of these kinds that succeeded, or have not returned, in order."""
        found = [event for kind in kinds for event in self._by_kind.get(kind, ())]
        return found if len(kinds) == 1 else sorted(found, key=attrgetter("seq"))

    def first(self, kind: str) -> StoryEvent | None:
        """The first call of a kind that succeeded."""
        return next(iter(self._by_kind.get(kind, ())), None)

    @property
    def served(self) -> StoryEvent | None:
        """The first call that moves bytes of the connection, or would."""
        return next(iter(self.all("recv", "send")), None)

    @cached_property
    def given_up(self) -> tuple[tuple[StoryEvent, Freed], ...]:
        """The descriptors of the connection that were closed at its place, and by which events."""
        if self.connection is None:
            return ()
        return tuple(
            (event, slot)
            for event in map(self.story.event, self.connection.events)
            for slot in (event.touch.freed if event.touch else ())
            if slot.description.id == self.connection.description
        )

    @property
    def closing(self) -> StoryEvent | None:
        """The call that gives up the last reference to the connection."""
        found = (e for e in self.calls if e.touch and any(f.left == 0 for f in e.touch.freed))
        return next(found, None)


@dataclass(frozen=True)
class TwoSides:
    """One alignment of two sides, as the rules are told it."""

    kind: str
    one: Side
    other: Side
    pairs: tuple[Pair, ...]

    @property
    def one_sided(self) -> bool:
        """Whether it is a connection that only one side has."""
        lacks = self.one.connection is None or self.other.connection is None
        return self.kind == "connection" and lacks


def _hands_on(event: StoryEvent) -> bool:
    """Whether a message passes descriptors, or brings some (unix(7), SCM_RIGHTS)."""
    return event.touch is not None and bool(event.touch.passed or event.touch.received)


#: An event of a side.
Shown: TypeAlias = tuple[Side, StoryEvent]


def difference(kind: str, sentence: str, *shown: Shown) -> Difference:
    """A difference with the events that show it, given in any order.

    A sentence begins with a capital, but for the name of a server or of a function.
    """
    left, right = (
        tuple(sorted({event.seq for side, event in shown if side.position == position}))
        for position in (0, 1)
    )
    said = f"In {sentence[3:]}" if sentence.startswith("in ") else sentence
    return Difference(kind, said, (left, right))


def shown(side: Side, events: Sequence[StoryEvent]) -> list[Shown]:
    """Several events of one side, to be passed on to `difference`."""
    return [(side, event) for event in events]


def is_call(event: StoryEvent) -> bool:
    """Whether an event is a system call."""
    return isinstance(event.record, Syscall)


def call_of(event: StoryEvent) -> Syscall:
    """The system call that an event is."""
    assert isinstance(event.record, Syscall)
    return event.record


def of_datagrams(event: StoryEvent) -> bool:
    """Whether a call took or sent datagrams."""
    return event.touch is not None and bool(event.touch.datagrams)


def kind_of(event: StoryEvent) -> str:
    """The logical event of a call."""
    return logical_event(call_of(event).name)


def function(event: StoryEvent) -> str:
    """The function that made a call, as the program called it."""
    return function_of(call_of(event))


def made_by_python(event: StoryEvent) -> bool:
    """Whether Python code made a call: then the trace does not tell by which C function."""
    site = call_of(event).site
    return site is not None and is_python(site)
