"""The layout that all views share: columns, and rows of cells; no colour, no pixels, no glyphs.

In a timeline (`lanes`) a row is one event, or the return of a call that waited, and has one cell;
in a comparison (`parts`) it is one logical event and has a cell for each side that has it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from heapq import merge

from echotrace.story.compare.nouns import Mark
from echotrace.story.nouns import StoryEvent


@dataclass(frozen=True)
class Column:
    """One column: `key` is `server`, `#1`, `P0`, `clients`, a side's name …; the titles head it."""

    key: str
    title: str
    subtitle: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one column of a row: an event, or a part of one.

    `part` is `whole`, or for a call that waited `begin` and `return`; a comparison has whole ones.
    `more` counts the cells alike that it stands for, too.
    """

    column: str
    event: StoryEvent
    part: str = "whole"
    more: int = 0


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """In place of a cell: the side does the same with the event `seq`, further up or down."""

    seq: int
    above: bool


@dataclass(frozen=True)
class Row:
    """One line: a cell for each column that has something there.

    A timeline's row has one cell and its `time` (ns); `waiting` names the columns in which somebody
    waits at that time: of several tasks in the server's column, one at least. A comparison's row
    has its `section`, and for each column its mark against the first one (`marks`; the first one
    has none) and where the side does the same, if it does so in another row (`moved`).
    """

    cells: tuple[Cell, ...]
    time: int = 0
    waiting: AbstractSet[str] = frozenset()
    section: str = ""
    marks: tuple[Mark, ...] = ()
    moved: tuple[Elsewhere | None, ...] = ()

    @property
    def cell(self) -> Cell:
        """The cell of a timeline's row."""
        return self.cells[0]

    @property
    def event(self) -> StoryEvent:
        """What a timeline's row tells of."""
        return self.cells[0].event

    @property
    def column(self) -> str:
        """Where a timeline's row has its cell."""
        return self.cells[0].column

    @property
    def milliseconds(self) -> str:
        """When a timeline's row begins, as its margin says it: `0.52`."""
        return f"{self.time / 1e6:.2f}"

    @property
    def same(self) -> bool:
        """Whether all sides of a comparison's row are the same."""
        return all(mark is Mark.SAME for mark in self.marks[1:])

    def at(self, column: str) -> Cell | None:
        """What stands in a column, if anything does."""
        return next((cell for cell in self.cells if cell.column == column), None)


@dataclass(frozen=True)
class Layout:
    """Columns and rows; `hidden` counts the events that are not shown.

    `by` is what the columns are: `connection`, `task` or `side`. `waits` are, for each column in
    which somebody waits, the positions of the rows at which that begins and ends, in turns.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    hidden: int
    by: str
    waits: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def rows_of(self, columns: Iterable[Column], among: range | None = None) -> Iterator[Row]:
        """A timeline's rows in these columns, in order; of all, or of those at some positions.

        No row of another column is looked at: there may be a thousand columns.
        """
        among = range(len(self.rows)) if among is None else among
        places = (self._positions.get(column.key, ()) for column in columns)
        own = (each[bisect_left(each, among.start) : bisect_left(each, among.stop)]
               for each in places)  # fmt: skip
        return (self.rows[position] for position in merge(*own))

    @cached_property
    def _positions(self) -> Mapping[str, Sequence[int]]:
        """Where the rows of each column of a timeline are, in their order."""
        found: dict[str, list[int]] = {}
        for position, row in enumerate(self.rows):
            found.setdefault(row.column, []).append(position)
        return found
