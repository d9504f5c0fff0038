"""The columns of a comparison that stand side by side, line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from echotrace.story.compare.nouns import Comparison, Mark
from echotrace.views.abridging_words import told as abridged
from echotrace.views.cells import end_of
from echotrace.views.folding import Fold, Shown
from echotrace.views.layout import Cell, Elsewhere, Row
from echotrace.views.paint import Surface
from echotrace.views.side_by_side import Words, elsewhere, fold_text
from echotrace.views.side_cells import fewer
from echotrace.views.svg.bands import Band, Placed, Section
from echotrace.views.svg.canvas import Canvas, Colour, Style
from echotrace.views.svg.characters import drawable
from echotrace.views.svg.inlaid import Composer, Inlaid, first_fitting, plain
from echotrace.views.svg.sheets import EDGE, PADDING, hair, height_of, write
from echotrace.views.svg.side_frame import MARK, Frame, Left, Line

_UNICODE = Surface()
_DIFFERS = frozenset(Mark) - {Mark.SAME, Mark.NEITHER}


@dataclass(frozen=True)
class Sides:
    """Some sides of a comparison, with all lines that have something of them."""

    compared: Comparison
    lines: Sequence[Line | Left]
    sides: Sequence[int]
    frame: Frame
    composers: Sequence[Composer]
    words: Words
    ruler: Canvas

    @property
    def _width(self) -> int:
        return self.frame.side(len(self.sides))

    def _left(self, index: int) -> float:
        """Where the event numbers of the column at `index` begin."""
        pitch = self.frame.number + 1 + self._width + MARK
        return EDGE + (self.frame.margin + 1 + index * pitch) * self.ruler.advance

    def section(self) -> Section:
        """The sides under their names."""
        return Section(self._head(), list(self._bands()), _rules)

    def _head(self) -> Band:
        height = height_of(1, self.ruler) + 1
        names = [drawable(self.compared.names[side]) for side in self.sides]

        def draw(canvas: Canvas, top: float) -> None:
            for index, name in enumerate(names):
                left = self._left(index) + (self.frame.number + 1) * canvas.advance
                canvas.text(left, top + PADDING, name[: self._width], Style.STRONG)
            canvas.line(EDGE, top + height - 0.5, canvas.width - EDGE, top + height - 0.5)

        return Band(height, draw)

    def _bands(self) -> Iterator[Band]:
        part: Shown | None = None
        again: Band | None = None
        section = ""
        for each in self.lines:
            if isinstance(each, Left):
                if left := [line for line in each.lines if self._has(line)]:
                    yield self._texts_across(self._left_out(left), "")
                continue
            if not self._has(each.line):
                continue
            if each.part is not part:
                part, section = each.part, each.part.title
                again = None if part.folded else self._title(part, f"{part.title} …")
                if not part.folded:
                    yield self._title(part, part.title)
            if isinstance(each.line, Fold):
                texts = [_folded(each.line.texts[side]) for side in self.sides]
                label = each.part.title if each.part.folded else ""
                yield replace(self._texts_across(texts, label, each.line.marks), context=again)
            else:
                label = each.line.section if each.line.section != section else ""
                yield replace(self._row(each.line, label), context=again)
                section = each.line.section

    def _has(self, line: Row | Fold) -> bool:
        """Whether a line tells anything of these sides."""
        if isinstance(line, Fold):
            return any(line.texts[side] for side in self.sides)
        return any(self._cell(line, side) for side in self.sides)

    def _cell(self, row: Row, side: int) -> Cell | None:
        return row.at(self.compared.names[side])

    def _left_out(self, lines: Sequence[Row | Fold]) -> list[Inlaid]:
        """What is left out of each side."""
        rows = [line for line in lines if isinstance(line, Row)]
        cells = [[cell for row in rows if (cell := self._cell(row, side))] for side in self.sides]
        folds = len(lines) - len(rows)
        return [
            plain(abridged(folds + len(own), [cell.event for cell in own]) if folds or own else "")
            for own in cells
        ]

    def _title(self, shown: Shown, title: str) -> Band:
        columns = shown.part.layout.columns
        texts = [plain(columns[side].subtitle) for side in self.sides]
        return replace(self._texts_across(texts, title), leads=True)

    def _label(self, canvas: Canvas, top: float, label: str, style: Style) -> None:
        shown = end_of(drawable(label), self.frame.margin, _UNICODE)
        canvas.text(EDGE, top + PADDING, shown, style)

    def _texts_across(
        self, texts: Sequence[Inlaid], label: str, marks: Sequence[Mark] = ()
    ) -> Band:
        """A text a side, which begins where the event numbers do."""
        room = self.frame.number + 1 + self._width
        lines = [text.lines(room) for text in texts]

        def draw(canvas: Canvas, top: float) -> None:
            self._label(canvas, top, label, Style.STRONG)
            for index, text in enumerate(texts):
                write(canvas, self._left(index), top, text, lines[index])
                if marks:
                    self._mark(canvas, top, index, marks[self.sides[index]])

        return Band(height_of(max(map(len, lines)), self.ruler), draw)

    def _mark(self, canvas: Canvas, top: float, index: int, mark: Mark) -> None:
        if index and mark:
            x = self._left(index) - MARK / 2 * canvas.advance
            style = Style.STRONG_ACCENT if mark in _DIFFERS else Style.PLAIN
            canvas.text(x, top + PADDING, mark, style, anchor="middle")

    def _row(self, row: Row, label: str) -> Band:
        cells = [self._cell(row, side) for side in self.sides]
        told = [
            self._told(row, cell, side) if cell else None
            for cell, side in zip(cells, self.sides, strict=True)
        ]
        lines = [each.lines(self._width) if each else [] for each in told]
        height = height_of(max(map(len, lines), default=1) or 1, self.ruler)

        def draw(canvas: Canvas, top: float) -> None:
            self._label(canvas, top, label, Style.PLAIN)
            for index, (side, cell, text) in enumerate(zip(self.sides, cells, told, strict=True)):
                self._mark(canvas, top, index, row.marks[side])
                if cell is None or text is None:
                    self._gap(canvas, top, index, row.moved[side])
                    continue
                right = self._left(index) + self.frame.number * canvas.advance
                number = str(cell.event.seq)
                canvas.text(right, top + PADDING, number, Style.STRONG, anchor="end")
                write(canvas, right + canvas.advance, top, text, lines[index])

        seqs = tuple(cell.event.seq for cell in cells if cell)
        return Band(height, draw, seqs=seqs)

    def _told(self, row: Row, cell: Cell, side: int) -> Inlaid:
        told = self.words.told(cell)
        kernel = not self.words.leaves_out(told, row)
        flags = first_fitting(fewer(told.flags, 1), self._width - 4) if told.flags else ""
        return self.composers[side].cell(told, cell, kernel=kernel, flags=flags)

    def _gap(self, canvas: Canvas, top: float, index: int, place: Elsewhere | None) -> None:
        """That a side does nothing here: dashes, or where it does the same."""
        left = self._left(index) + (self.frame.number + 1) * canvas.advance
        if place is not None:
            shown = plain(elsewhere(place))
            write(canvas, left, top, shown, shown.lines(self._width)[:1], Style.ASIDE)
            return
        y = top + PADDING + canvas.line_height / 2
        right = left + self._width * canvas.advance
        canvas.line(left, y, right, y, stroke=Colour.GREY, thick=0.6, dashed=True)


def _folded(text: str) -> Inlaid:
    return Inlaid(fold_text(drawable(text), _UNICODE))


def _rules(canvas: Canvas, bands: Sequence[Placed]) -> None:
    for each in bands:
        if each.band.leads:
            canvas.line(EDGE, each.top, canvas.width - EDGE, each.top, thick=0.6)
        else:
            hair(canvas, each.bottom)
