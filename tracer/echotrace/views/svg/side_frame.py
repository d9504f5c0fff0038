"""How wide the columns of a comparison are, and how many of them stand side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from echotrace.views.folding import Fold, Shown
from echotrace.views.layout import Row
from echotrace.views.side_by_side import number_width
from echotrace.views.svg.canvas import Canvas
from echotrace.views.svg.characters import drawable
from echotrace.views.svg.sheets import EDGE

MARK = 3  # characters: a mark with space around it
_LEAST_SIDE, _MOST_SIDE = 24, 60
_LEAST_MARGIN, _MOST_MARGIN = 9, 14


@dataclass(frozen=True)
class Line:
    """A line of a part."""

    part: Shown
    line: Row | Fold


@dataclass(frozen=True)
class Left:
    """Lines that are left out."""

    lines: tuple[Row | Fold, ...]


@dataclass(frozen=True)
class Frame:
    """In characters: the section names in the margin, the event numbers, and what sides have."""

    margin: int
    number: int
    room: int

    @classmethod
    def of(cls, parts: Sequence[Shown], ruler: Canvas) -> "Frame":
        """The frame on a canvas of that width."""
        titles = max((len(drawable(each.title)) for each in parts), default=0)
        margin = min(max(_LEAST_MARGIN, titles), _MOST_MARGIN)
        room = ruler.columns(ruler.width - 2 * EDGE) - margin - 1
        return cls(margin, number_width(parts), room)

    def side(self, sides: int) -> int:
        """The width of each of so many sides, its event number aside."""
        return max(1, min(_MOST_SIDE, (self.room + MARK) // sides - MARK - self.number - 1))

    def groups(self, sides: int) -> Iterator[tuple[int, ...]]:
        """Always the first side, which the others are compared with, and as many as have room."""
        most = next((n for n in range(sides, 2, -1) if self.side(n) >= _LEAST_SIDE), 2)
        for first in range(1, max(sides, 2), most - 1):
            yield (0, *range(first, min(first + most - 1, sides)))
