"""What questions are derived from: stories, and which of their events are beside each other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from echotrace.story.compare.alignment.align import align
from echotrace.story.compare.course import courses
from echotrace.story.nouns import Connection, Story
from echotrace.story.quiz.fields import said_of
from echotrace.story.quiz.nouns import Field, Hidden

#: An event: its side (position) and its number.
Spot: TypeAlias = tuple[int, int]

#: Questions are about the first so many connections of a story: what a moment was like takes the
#: longer to find out the more tasks and events there are. In a long story they are fewer, so that
#: their product with its events stays about the same, yet two of them can be told apart.
_MOST_CONNECTIONS = 24
_LEAST_CONNECTIONS = 2
_EVENTS_TIMES_CONNECTIONS = 20_000


def connections(story: Story) -> Sequence[Connection]:
    """The connections that are asked about; a UDP peer is none."""
    affordable = _EVENTS_TIMES_CONNECTIONS // max(len(story.events), 1)
    most = max(_LEAST_CONNECTIONS, min(_MOST_CONNECTIONS, affordable))
    return [each for each in story.connections[:most] if not each.datagram]


@dataclass(frozen=True)
class Ground:
    """The stories, in the order of their sides."""

    stories: Sequence[Story]

    @property
    def sides(self) -> Iterator[tuple[int, Story]]:
        """Each story with its position."""
        return enumerate(self.stories)

    def hidden(self, side: int, seq: int, field: Field) -> tuple[Hidden, ...]:
        """A field of an event, and the same of the events beside it that would tell it."""
        own = said_of(self.stories[side], seq, field)
        beside = (
            Hidden(*spot, field)
            for spot in self._beside.get((side, seq), ())
            if said_of(self.stories[spot[0]], spot[1], field) == own
        )
        return (Hidden(side, seq, field), *beside)

    @cached_property
    def _beside(self) -> Mapping[Spot, tuple[Spot, ...]]:
        """The events of other sides in the row of an event."""
        if len(self.stories) == 1:
            return {}
        found: dict[Spot, tuple[Spot, ...]] = {}
        for alignment in align([courses(story) for story in self.stories], self.stories):
            for row in alignment.rows:
                spots = [(side, step.event.seq) for side, step in enumerate(row.steps) if step]
                found |= {spot: tuple(each for each in spots if each != spot) for spot in spots}
        return found
