"""What comes of matching a course against a pattern."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from echotrace.story.compare.nouns import Step
from echotrace.story.expect.fitting import Cast
from echotrace.story.expect.pattern import Expected
from echotrace.story.expect.way import Row
from echotrace.story.nouns import Connection, Story, StoryEvent


@dataclass(frozen=True, repr=False)
class Match:
    """Whether a course matches a pattern; true if it does.

    `name` is what the course is called: `#1`, `set-up`. `expectation` has all expected steps of the
    pattern, as they stand there. `matched` are the steps that fit,
    each with what it was expected to be, in an order in which they could have happened. Where the
    course parts from the pattern, `expected` are the steps that should have come there, likeliest
    first, and `may_end` tells whether the course could have ended. `rest` are all steps that are
    left, first the one that came there; `way` lays them beside the pattern, from there on, with the
    fewest changes, as far as a reader looks. `tell` makes the sentence.
    """

    story: Story
    name: str
    connection: Connection | None
    expectation: tuple[Expected, ...]
    cast: Cast
    matched: tuple[tuple[Step, Expected], ...]
    expected: tuple[Expected, ...]
    may_end: bool
    rest: tuple[Step, ...]
    way: tuple[Row, ...]
    tell: "Callable[[Match], str]"

    def __bool__(self) -> bool:
        return self.may_end and not self.rest and not self.is_absent

    @property
    def is_absent(self) -> bool:
        """Whether this is a connection that the story lacks."""
        return self.connection is None and self.name.startswith("#")

    @property
    def came(self) -> StoryEvent | None:
        """The event at which the course parts from the pattern; None if it has no more."""
        return self.rest[0].event if self.rest else None

    @cached_property
    def sentence(self) -> str:
        """Whether it matches, or where it does not and why, without the last full stop."""
        return self.tell(self)

    def __str__(self) -> str:
        return self.sentence

    def __repr__(self) -> str:
        return f"<{self.sentence}>"
