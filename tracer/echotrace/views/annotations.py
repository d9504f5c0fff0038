"""What a view adds to what happened: the numbers of source lines, and what students fill in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from echotrace.story.nouns import StoryEvent
from echotrace.story.quiz.nouns import Field
from echotrace.views.document.runs import Blank, Marker


@dataclass(frozen=True)
class Annotations:
    """By side (its name, as in a comparison's columns; a single story's is its server's).

    `markers` are the numbers of source lines by file and line; `blanks` what is left out, by the
    event's number and its field.
    """

    markers: Mapping[str, Mapping[tuple[str, int], int]] = field(default_factory=dict)
    blanks: Mapping[tuple[str, int, Field], Blank] = field(default_factory=dict)

    def marker(self, side: str, event: StoryEvent) -> Marker | None:
        """The mark of the line that made an event's call, if it is shown."""
        site = getattr(event.record, "site", None)
        number = site and self.markers.get(side, {}).get((site.file, site.line))
        return Marker(side, number) if number else None

    def blank(self, side: str, seq: int, part: Field) -> Blank | None:
        """The blank in place of a field of an event, if it is left out."""
        return self.blanks.get((side, seq, part))


#: Nothing added.
PLAIN = Annotations()
