"""The parts of a comparison as text in one column, where the sides have no room side by side.

A line is one thing that some sides do: each of them has the number of its event there, in a column
below its letter, and the other columns are empty.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from echotrace.story.compare.essence import essence
from echotrace.story.compare.nouns import Mark
from echotrace.views.cells import TIE, fit
from echotrace.views.folding import Fold, Shown
from echotrace.views.layout import Cell, Row
from echotrace.views.paint import Piece, Surface, glyphs
from echotrace.views.side_by_side import Words, elsewhere, fold_text, number_width

_MARGIN, _LEAST_TEXT = 9, 32
_ORDER = (Mark.DIFFERENT, Mark.MOVED, Mark.FIRST_ONLY, Mark.ONLY_HERE, Mark.SAME)
#: Ports are the run's: sides that differ by them alone share a line.
_PORT = re.compile(r"(?<=[0-9\]]:)[0-9]+\b")


@dataclass(frozen=True)
class Widths:
    """Of all, the section names (0: they have lines of their own), event numbers, the text."""

    all: int
    margin: int
    number: int
    text: int

    @classmethod
    def of(cls, parts: Sequence[Shown], sides: int, width: int) -> "Widths":
        """The widths for a number of sides."""
        number = number_width(parts)
        text = width - len("= ") - sides * (number + 1)
        margin = _MARGIN + 1 if text - _MARGIN - 1 >= _LEAST_TEXT else 0
        return cls(width, margin, number, text - margin)


def letter(side: int) -> str:
    """What stands for a side."""
    return chr(ord("A") + side)


class Unified:
    """Draws parts in one column."""

    def __init__(self, widths: Widths, told: Words, surface: Surface) -> None:
        self._widths = widths
        self.words = told
        self._surface = surface

    def above(self, names: Sequence[str], _parts: Sequence[Shown]) -> Iterator[list[Piece]]:
        """Which letter stands for which side."""
        pairs = [
            glyphs(f"{letter(side)} {name}", self._surface).replace(" ", TIE)
            for side, name in enumerate(names)
        ]
        for line in fit("  ".join(pairs), self._widths.all):
            yield [Piece(line, "bold")]

    def part(self, shown: Shown) -> Iterator[list[Piece]]:
        """The lines of a part, below its title and the sides' letters."""
        if not shown.folded:
            yield self._title(shown)
        section = shown.title
        for line in shown.lines:
            if isinstance(line, Fold):
                yield from self._fold(line, shown.title if shown.folded else "")
                continue
            if line.section != section and not self._widths.margin:
                yield [Piece(f"  {line.section}", "dim")]
            new = line.section if line.section != section else ""
            yield from self._row(shown, line, new)
            section = line.section

    def _title(self, shown: Shown) -> list[Piece]:
        """The title, in the margin if there is one, the letters, and what the sides lack."""
        columns, margin = shown.part.layout.columns, self._widths.margin
        missing = [
            f"{letter(side)}: {column.subtitle}"
            for side, column in enumerate(columns)
            if column.subtitle
        ]
        letters = self._numbers({side: letter(side) for side in range(len(columns))}, len(columns))
        lead = f"{shown.title[:margin]:{margin}}  {letters}"
        beside = "  ".join([*([] if margin else [shown.title]), *missing])
        text = fit(glyphs(beside, self._surface), self._widths.text)[0]
        return [Piece(f"{glyphs(lead, self._surface)}{text}".rstrip(), "bold")]

    def _numbers(self, of: Mapping[int, object], sides: int) -> str:
        """A column for each side, empty where it has nothing."""
        width = self._widths.number
        return "".join(f"{of.get(side, '')!s:>{width}} " for side in range(sides))

    def _fold(self, fold: Fold, label: str) -> Iterator[list[Piece]]:
        """A line for each side."""
        for side, (text, mark) in enumerate(zip(fold.texts, fold.marks, strict=True)):
            if not text:
                continue
            told = fold_text(f"{mark:1} {letter(side)} {text}", self._surface)
            lead = f"{glyphs(label, self._surface):{_MARGIN}} "
            for index, line in enumerate(fit(told, self._widths.all - len(lead))):
                yield [Piece(lead if index == 0 else " " * len(lead), "bold"), Piece(line)]
            label = ""

    def _row(self, shown: Shown, row: Row, section: str) -> Iterator[list[Piece]]:
        cells = [row.at(column.key) for column in shown.part.layout.columns]
        places = self._elsewhere(row)
        for sides, text in self._together(row, cells):
            yield from self._line(row, sides, text + places, section)
            section = places = ""

    def _line(
        self, row: Row, sides: Mapping[int, Cell], text: str, section: str
    ) -> Iterator[list[Piece]]:
        numbers = {side: cell.event.seq for side, cell in sides.items()}
        lead = self._numbers(numbers, len(row.marks))
        style = "plain" if row.same else "differs"
        margin = self._widths.margin
        for index, line in enumerate(fit(text, self._widths.text)):
            if index == 0:
                yield [
                    Piece(section.ljust(margin)[:margin], "dim"),
                    Piece(f"{glyphs(_mark(row, sides), self._surface):1} ", style),
                    Piece(lead, "dim"),
                    Piece(line, style),
                ]
            else:
                yield [Piece(" " * (margin + len(lead) + 2)), Piece(line, style)]

    def _elsewhere(self, row: Row) -> str:
        """Which sides do the same in another row: told once a row."""
        places = (
            f"({letter(side)} does so at {elsewhere(place)})"
            for side, place in enumerate(row.moved)
            if place
        )
        return "".join(f" {place.replace(' ', TIE)}" for place in places)

    def _together(
        self, row: Row, cells: Sequence[Cell | None]
    ) -> Iterator[tuple[dict[int, Cell], str]]:
        """The sides that have the row, those that do and say the same together; and what they say.

        Ports that are not the same are left out of what they say.
        """
        found: dict[object, dict[int, str]] = {}
        for side, cell in enumerate(cells):
            if cell is not None:
                same = side == 0 or row.marks[side] is Mark.SAME
                text = self.words.line(self.words.told(cell), row)
                key = None if same else essence(cell.event), _PORT.sub("", text)
                found.setdefault(key, {})[side] = text
        for texts in found.values():
            first, *others = dict.fromkeys(texts.values())
            text = _PORT.sub(glyphs("…", self._surface), first) if others else first
            yield {side: cell for side in texts if (cell := cells[side]) is not None}, text


def _mark(row: Row, sides: Mapping[int, Cell]) -> Mark:
    """The mark of a line: that of its sides against the first one, of several the most telling.

    A line of the first one alone is marked where that is so of all others.
    """
    marks = {row.marks[side] for side in sides if side > 0}
    if not marks and len(set(row.marks[1:])) > 1:
        return Mark.NEITHER
    return next((mark for mark in _ORDER if mark in (marks or row.marks[1:])), Mark.NEITHER)
