"""The columns of a timeline that stand side by side, row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from echotrace.views.abridging import Left
from echotrace.views.abridging_words import again, told, where
from echotrace.views.cells import end_of
from echotrace.views.frame import Frame
from echotrace.views.layout import Column, Layout
from echotrace.views.paint import Surface
from echotrace.views.svg.bands import Band, Placed, Section
from echotrace.views.svg.canvas import Canvas, Colour, Style
from echotrace.views.svg.characters import drawable
from echotrace.views.svg.inlaid import Inlaid
from echotrace.views.svg.lane_widths import GAP, lane_widths
from echotrace.views.svg.sheets import EDGE, PADDING, hair, height_of, sentence, write

_BAR = 1.0  # of them: the width of the bar of a wait, in the middle of the gap
_TRIED = 500  # rows that decide how wide the columns are
_UNICODE = Surface()


@dataclass(frozen=True)
class Lanes:
    """Some columns with what stands in them.

    `shown` are the positions of rows, and of those that are left out; `cells` what is said in
    the former.
    """

    layout: Layout
    cells: Mapping[int, Inlaid]
    shown: Sequence[int | Left]
    columns: Sequence[Column]
    widths: Mapping[str, int]
    frame: Frame
    ruler: Canvas

    @classmethod
    def of(
        cls, layout: Layout, cells: Mapping[int, Inlaid], shown: Sequence[int | Left],
        columns: Sequence[Column], frame: Frame, ruler: Canvas,
    ) -> "Lanes":  # fmt: skip
        """The columns as wide as lets their cells have the fewest lines."""
        of_columns: dict[str, list[Inlaid]] = {column.key: [] for column in columns}
        for position, cell in islice(cells.items(), _TRIED):
            if (column := layout.rows[position].column) in of_columns:
                of_columns[column].append(cell)
        wide = lane_widths(of_columns, frame.room)
        return cls(layout, cells, shown, columns, wide, frame, ruler)

    @property
    def unbroken(self) -> bool:
        """Whether each cell has room on one line."""
        rows = self.layout.rows
        return all(
            len(cell.text) <= self.widths.get(rows[position].column, len(cell.text))
            for position, cell in self.cells.items()
        )

    def section(self) -> Section:
        """The columns under their heads."""
        return Section(self._head(), list(self._bands()), self._behind)

    def _left(self) -> Iterator[tuple[Column, float]]:
        """Where each column's text begins."""
        column_start = self.frame.margin
        for column in self.columns:
            column_start += GAP
            yield column, EDGE + column_start * self.ruler.advance
            column_start += self.widths[column.key]

    def _head(self) -> Band:
        subtitles = any(column.subtitle for column in self.columns)
        height = height_of(2 if subtitles else 1, self.ruler) + 1

        def draw(canvas: Canvas, top: float) -> None:
            top += PADDING
            self._margin(canvas, top, "ms", "event", Style.PLAIN)
            for column, left in self._left():
                width = self.widths[column.key]
                for line, text in enumerate((column.title, column.subtitle)):
                    style = Style.PLAIN if line else Style.STRONG
                    shown = end_of(drawable(text), width, _UNICODE)
                    canvas.text(left, top + line * canvas.line_height, shown, style)
            bottom = top - PADDING + height - 0.5
            canvas.line(EDGE, bottom, canvas.width - EDGE, bottom)

        return Band(height, draw)

    def _margin(self, canvas: Canvas, top: float, time: str, number: str, style: Style) -> None:
        right = EDGE + self.frame.time * canvas.advance
        canvas.text(right, top, time, anchor="end")
        canvas.text(EDGE + self.frame.margin * canvas.advance, top, number, style, anchor="end")

    def _bands(self) -> Iterator[Band]:
        for position in self.shown:
            if isinstance(position, Left):
                if said := self._left_out(position):
                    yield sentence(said, self.ruler)
            elif self.layout.rows[position].column in self.widths:
                yield self._row(position)

    def _left_out(self, left: Left) -> str:
        """What is left out of these columns."""
        events = [row.event for row in self.layout.rows_of(self.columns, left.rows)]
        if not events or not left.period:
            return told(len(events), events) if events else ""
        times = len(left.rows) // left.period
        return again(len(events) // times, times) + where(events)

    def _row(self, position: int) -> Band:
        row, cell = self.layout.rows[position], self.cells[position]
        lines = cell.lines(self.widths[row.column])
        height = height_of(len(lines), self.ruler)
        left = next(left for column, left in self._left() if column.key == row.column)

        def draw(canvas: Canvas, top: float) -> None:
            number = str(row.event.seq)
            self._margin(canvas, top + PADDING, row.milliseconds, number, Style.STRONG)
            write(canvas, left, top, cell, lines)

        waits = tuple(self._waits(position, column.key) for column in self.columns)
        return Band(height, draw, seqs=(row.event.seq,), waits=waits)

    def _waits(self, position: int, column: str) -> tuple[bool, bool]:
        """Whether somebody waits in a column above, and below the middle of a row.

        A call begins, and returns, in the middle of its rows.
        """
        rows = self.layout.rows
        here = column in rows[position].waiting
        before = position > 0 and column in rows[position - 1].waiting
        after = position + 1 < len(rows) and column in rows[position + 1].waiting
        begins = rows[position].cell.part == "begin" and rows[position].column == column
        return here or before, here or after or begins

    def _behind(self, canvas: Canvas, bands: Sequence[Placed]) -> None:
        """Lines that the eye follows, and bars where somebody waits."""
        for each in bands:
            hair(canvas, each.bottom)
        for index, (_, left) in enumerate(self._left()):
            x = left - (GAP + _BAR) / 2 * canvas.advance
            middle = x + _BAR / 2 * canvas.advance
            for each in bands:
                if each.band.waits:
                    canvas.line(
                        middle, each.top, middle, each.bottom, stroke=Colour.GREY, thick=0.5
                    )
            for top, bottom in _spans(bands, index, canvas.line_height / 2 + PADDING):
                canvas.waiting(x, top, _BAR * canvas.advance, bottom - top)


def _spans(bands: Sequence[Placed], column: int, middle: float) -> Iterator[tuple[float, float]]:
    """From where to where somebody waits in a column."""
    halves = [
        half
        for each in bands
        if each.band.waits
        for half, waits in zip(
            ((each.top, each.top + middle), (each.top + middle, each.bottom)),
            each.band.waits[column],
            strict=True,
        )
        if waits
    ]
    span: tuple[float, float] | None = None
    for top, bottom in halves:
        if span is not None and span[1] == top:
            span = (span[0], bottom)
            continue
        if span is not None:
            yield span
        span = (top, bottom)
    if span is not None:
        yield span
