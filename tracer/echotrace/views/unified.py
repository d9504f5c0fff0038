"""The parts of a comparison as text in one column, where the sides have no room side by side.

A row is one line if all sides are the same, with the event numbers of all; else there is a line for
each thing that sides do, with the letters of those sides. `-` stands for a side that lacks the row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from echotrace.story.compare.essence import essence
from echotrace.story.compare.nouns import Mark
from echotrace.views.cells import fit
from echotrace.views.folding import Fold, Shown
from echotrace.views.layout import Cell, Row
from echotrace.views.paint import Piece, Surface, glyphs
from echotrace.views.side_by_side import Words, elsewhere, number_width
from echotrace.views.side_cells import Said

_MARGIN, _LEAST_TEXT = 9, 32
#: The mark of a line of several sides is that which tells most.
_ORDER = (Mark.DIFFERENT, Mark.MOVED, Mark.FIRST_ONLY, Mark.ONLY_HERE, Mark.SAME)


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
        text = width - len("= ") - (sides + 1) - sides * (number + 1)
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
        pairs = "  ".join(f"{letter(side)} {name}" for side, name in enumerate(names))
        for line in fit(glyphs(pairs, self._surface), self._widths.all):
            yield [Piece(line, "bold")]

    def part(self, shown: Shown) -> Iterator[list[Piece]]:
        """The lines of a part, below its title."""
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
        missing = [
            f"{letter(side)}: {column.subtitle}"
            for side, column in enumerate(shown.part.layout.columns)
            if column.subtitle
        ]
        text = glyphs("  ".join([shown.title, *missing]), self._surface)
        return [Piece(fit(text, self._widths.all)[0], "bold")]

    def _fold(self, fold: Fold, label: str) -> Iterator[list[Piece]]:
        told = [f"{letter(side)} {text}" for side, text in enumerate(fold.texts) if text]
        mark = next((mark for mark in _ORDER if mark in fold.marks), " ")
        text = glyphs(f"{mark} {' | '.join(told)}", self._surface)
        lead = f"{glyphs(label, self._surface):{_MARGIN}} "
        for index, line in enumerate(fit(text, self._widths.all - len(lead))):
            yield [Piece(lead if index == 0 else " " * len(lead), "bold"), Piece(line)]

    def _row(self, shown: Shown, row: Row, section: str) -> Iterator[list[Piece]]:
        cells = [row.at(column.key) for column in shown.part.layout.columns]
        for sides in _together(row, cells):
            yield from self._line(row, cells, sides, section)
            section = ""

    def _line(
        self, row: Row, cells: Sequence[Cell | None], sides: Mapping[int, Cell], section: str
    ) -> Iterator[list[Piece]]:
        mark = _mark(row, sides)
        letters = "".join(letter(side) if side in sides else " " for side in range(len(cells)))
        numbers = "|".join(
            str(sides[side].event.seq if side in sides else "-" if cell is None else "").rjust(
                self._widths.number
            )
            for side, cell in enumerate(cells)
        )
        text = self._text(row, sides)
        style = "plain" if row.same else "differs"
        lines = fit(text, self._widths.text)
        margin, lead = self._widths.margin, f"{letters} {numbers} "
        for index, line in enumerate(lines):
            if index == 0:
                yield [
                    Piece(section.ljust(margin)[:margin], "dim"),
                    Piece(f"{glyphs(mark, self._surface)} ", style),
                    Piece(lead, "dim"),
                    Piece(line, style),
                ]
            else:
                yield [Piece(" " * (margin + len(lead) + 2)), Piece(line, style)]

    def _text(self, row: Row, sides: Mapping[int, Cell]) -> str:
        text = self.words.line(_shared({s: self.words.told(c) for s, c in sides.items()}), row)
        places = [
            f"{letter(side)} {elsewhere(place)}" for side, place in enumerate(row.moved) if place
        ]
        told = f" ({', '.join(places)})" if places else ""
        return text + glyphs(told, self._surface)


def _shared(told: Mapping[int, Said]) -> Said:
    """What several sides do, with the numbers of the first; waits that not all had with letters."""
    first, *others = told.values()
    waits: dict[str, str] = {}
    for side, each in told.items():
        if each.wait is not None:
            waits[each.wait] = waits.get(each.wait, "") + letter(side)
    wait = first.wait
    if any(other.wait != wait for other in others):
        wait = ", ".join(f"{text} ({letters})" for text, letters in waits.items())
    actors = dict.fromkeys(each.actor for each in told.values())
    note = first.note if all(other.note == first.note for other in others) else ""
    return replace(first, actor="|".join(actors), wait=wait, note=note)


def _together(row: Row, cells: Sequence[Cell | None]) -> list[dict[int, Cell]]:
    """The sides that have the row, those that do the same together."""
    found: dict[object, dict[int, Cell]] = {}
    for side, cell in enumerate(cells):
        if cell is not None:
            same = side == 0 or row.marks[side] is Mark.SAME
            found.setdefault(None if same else essence(cell.event), {})[side] = cell
    return list(found.values())


def _mark(row: Row, sides: Mapping[int, Cell]) -> Mark:
    """The mark of a line: that of its sides against the first one, or of the first against all."""
    own = row.marks[1:] if 0 in sides else [row.marks[side] for side in sides]
    return next((mark for mark in _ORDER if mark in own), Mark.NEITHER)
