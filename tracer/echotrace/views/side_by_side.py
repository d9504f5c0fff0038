"""The parts of a comparison as text, a column a side."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from echotrace.story.nouns import Story
from echotrace.views.cells import TIE, end_of, fit
from echotrace.views.folding import Fold, Shown
from echotrace.views.layout import Cell, Column, Elsewhere, Row
from echotrace.views.paint import Piece, Surface, glyphs
from echotrace.views.side_cells import Said, fitting, said

LEAST_SIDE = 28
_MOST_SIDE = 60
_LEAST_MARGIN, _MOST_MARGIN = 9, 14
_MARK_WIDTH = 3
_RENAMED = re.compile(r"(?:fd )?\w+ for \w+")


@dataclass(frozen=True)
class Frame:
    """Widths: of the section names, of the event numbers, of each side."""

    margin: int
    number: int
    side: int

    @classmethod
    def of(cls, parts: Sequence[Shown], sides: int, width: int) -> "Frame":
        """The frame for a number of sides; see whether `side` is wide enough."""
        titles = max((len(each.title) for each in parts if each.folded), default=0)
        margin = min(max(_LEAST_MARGIN, titles), _MOST_MARGIN)
        number = number_width(parts)
        left = width - margin - 1 - sides * (number + 1) - (sides - 1) * _MARK_WIDTH
        return cls(margin, number, min(_MOST_SIDE, left // sides))


def number_width(parts: Sequence[Shown]) -> int:
    """How wide the widest event number is, at least two."""
    numbers = (
        cell.event.seq
        for each in parts
        for line in each.lines
        if isinstance(line, Row)
        for cell in line.cells
    )
    return max(len(str(max(numbers, default=0))), 2)


class Words:
    """The cells in words; system calls are named where there is room beside all C functions."""

    def __init__(
        self, stories: Mapping[str, Story], parts: Sequence[Shown], width: int, surface: Surface
    ) -> None:
        self._stories = stories
        self._width = width
        self._surface = surface
        #: The system calls that the cells leave out, by C function.
        self.left_out: dict[str, list[str]] = {}
        self.waits = False
        rows = [line for each in parts for line in each.lines if isinstance(line, Row)]
        told = [(said(stories[cell.column], cell), row) for row in rows for cell in row.cells]
        for each, row in told:
            self.waits = self.waits or each.wait is not None
            bare = replace(each, note="", flags=())
            if each.kernel and not _by_call(row) and len(bare.line(surface)) > width:
                self.left_out.setdefault(each.function, [])
        for each, row in told:
            if self.leaves_out(each, row):
                names = self.left_out[each.function]
                names += [each.kernel] if each.kernel not in names else []

    def leaves_out(self, told: Said, row: Row) -> bool:
        """Whether the cell of a row does not name the system call."""
        return bool(told.kernel) and told.function in self.left_out and not _by_call(row)

    def told(self, cell: Cell) -> Said:
        """What a cell says."""
        return said(self._stories[cell.column], cell)

    def line(self, told: Said, row: Row) -> str:
        """The text of a cell of a row, on one line if it fits."""
        if self.leaves_out(told, row):
            told = replace(told, kernel="")
        return fitting(told, self._width, self._surface)


def _by_call(row: Row) -> bool:
    """Whether a row differs by its system calls, which then have to be named."""
    return len({getattr(cell.event.record, "name", "") for cell in row.cells}) > 1


def elsewhere(place: Elsewhere) -> str:
    """Where a side does what its gap lacks."""
    return f"event {place.seq}, {'above' if place.above else 'below'}"


def fold_text(text: str, surface: Surface) -> str:
    """What a folded line says, tied where it must not be broken: `fd 5 for 4`."""
    return _RENAMED.sub(lambda found: found[0].replace(" ", TIE), glyphs(text, surface))


class SideBySide:
    """Draws parts in a frame."""

    def __init__(self, frame: Frame, told: Words, surface: Surface) -> None:
        self._frame = frame
        self.words = told
        self._surface = surface

    def part(self, shown: Shown) -> Iterator[list[Piece]]:
        """The lines of a part, its title and the sides' names above them unless it is folded."""
        if not shown.folded:
            yield self._heading(shown)
        section, columns = shown.title, shown.part.layout.columns
        for line in shown.lines:
            if isinstance(line, Fold):
                yield from self._fold(line, shown.title if shown.folded else "")
                continue
            yield from self._row(columns, line, line.section if line.section != section else "")
            section = line.section

    def above(self, names: Sequence[str], parts: Sequence[Shown]) -> Iterator[list[Piece]]:
        """The sides' names above all parts, unless one of the first has them in its title."""
        if parts and all(part.folded for part in parts[:2]):
            yield self._names(names)

    def _names(self, names: Sequence[str], label: str = "") -> list[Piece]:
        width = self._frame.number + 1 + self._frame.side
        line = self._margin(label)
        for name in names:
            text = " " * (self._frame.number + 1) + glyphs(name, self._surface)
            line += text[:width].ljust(width + _MARK_WIDTH)
        return [Piece(line, "bold")]

    def _heading(self, shown: Shown) -> list[Piece]:
        columns = shown.part.layout.columns
        names = [": ".join(filter(None, (each.title, each.subtitle))) for each in columns]
        return self._names(names, shown.title)

    def _margin(self, text: str) -> str:
        width = self._frame.margin
        return end_of(glyphs(text, self._surface), width, self._surface).ljust(width) + " "

    def _fold(self, fold: Fold, label: str) -> Iterator[list[Piece]]:
        width = self._frame.number + 1 + self._frame.side
        texts = [fit(fold_text(text, self._surface), width) for text in fold.texts]
        for index in range(max(map(len, texts))):
            pieces = [Piece(self._margin(label if index == 0 else ""), "bold")]
            for side, lines in enumerate(texts):
                mark = glyphs(fold.marks[side], self._surface) if index == 0 else ""
                pieces += [Piece(f" {mark:1} ")] if side else []
                text = lines[index] if index < len(lines) else ""
                pieces.append(Piece(text.ljust(width)))
            yield pieces

    def _row(self, columns: Sequence[Column], row: Row, section: str) -> Iterator[list[Piece]]:
        cells = [row.at(column.key) for column in columns]
        texts = [
            fit(self.words.line(self.words.told(cell), row), self._frame.side)
            if cell
            else [self._gap(gap)]
            for cell, gap in zip(cells, row.moved, strict=True)
        ]
        for index in range(max(map(len, texts))):
            first = index == 0
            pieces = [Piece(self._margin(section if first else ""), "dim")]
            for side, (cell, lines, mark) in enumerate(zip(cells, texts, row.marks, strict=True)):
                style = "plain" if row.same else "differs"
                if side:
                    pieces.append(
                        Piece(f" {glyphs(mark, self._surface) if first else '':1} ", style)
                    )
                number = f"{cell.event.seq if cell and first else '':>{self._frame.number}} "
                text = lines[index] if index < len(lines) else ""
                pieces += [Piece(number, "dim"), Piece(text.ljust(self._frame.side), style)]
            yield pieces

    def _gap(self, place: Elsewhere | None) -> str:
        return glyphs(elsewhere(place), self._surface)[: self._frame.side] if place else ""
