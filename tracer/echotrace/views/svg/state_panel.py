"""One state drawn: frames with rows, arrows from descriptors to what they refer to, marks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from echotrace.views.boxes import Box, Boxes, Row
from echotrace.views.moment import Mark
from echotrace.views.svg.canvas import Canvas, Colour, Style
from echotrace.views.svg.state_layout import LINK, PAD, Layout, Place
from echotrace.views.svg.state_rows import blank_fits, lines_of

_THICK = 1.6
#: Characters from a frame to the mark of a row, and to its text.
_MARKED, _INDENT = 0.2, 1.5
_ARRIVALS = 5.0  # points between two arrows that end at one frame
_STROKE: Mapping[Mark, Colour] = {
    Mark.NEW: Colour.BLUE,
    Mark.GONE: Colour.VERMILLION,
}


@dataclass(frozen=True)
class Panel:
    """The place of one state on a canvas, where a layout has a place for each box."""

    canvas: Canvas
    layout: Layout
    left: float
    top: float

    def draw(self, now: Boxes, before: Boxes | None) -> None:
        """Draw a state, and what changed since the one before if there is one."""
        former = before or now
        measure = self.layout.measure
        right = self.left + (measure.tables + measure.between) * self.canvas.advance
        asked = frozenset(each.unheld for each in (now, former) if each.unheld is not None)
        self._branches(now)
        for boxes, old, places, left, columns, fill, radius in (
            (now.tables, former.tables, self.layout.tables, self.left, measure.tables,
             Colour.PALE, 0),
            (now.opens, former.opens, self.layout.opens, right, measure.opens, Colour.NONE, 4),
        ):  # fmt: skip
            current, known = ({box.key: box for box in each} for each in (boxes, old))
            for key, place in places.items():
                _Frame(self, place, left, columns, fill, radius, asked).draw(
                    current.get(key), known.get(key)
                )
        self._arrows(now, former, right)

    def _branches(self, now: Boxes) -> None:
        """The lines from a process to those that it made."""
        for box in now.tables:
            place, above = (self.layout.tables.get(key or "") for key in (box.key, box.parent))
            if place is None or above is None or place.indent <= above.indent:
                continue
            x = self.left + (above.indent + 0.5) * self.canvas.advance
            y = self.top + place.top + PAD + self.canvas.line_height / 2
            self.canvas.line(x, self.top + above.top + above.height, x, y)
            self.canvas.line(x, y, self.left + place.indent * self.canvas.advance, y)

    def _arrows(self, now: Boxes, former: Boxes, right: float) -> None:
        """An arrow for each descriptor; those to one frame end below each other."""
        start = self.left + self.layout.measure.tables * self.canvas.advance
        known = former.rows
        into: dict[int, list[tuple[float, bool]]] = {}
        for box in now.tables:
            place = self.layout.tables.get(box.key)
            for row in box.inner if place else ():
                if place and row.target is not None and row.key in place.rows:
                    y = self.top + place.top + place.rows[row.key].top
                    new = (box.key, row.key) not in known and row.target != former.unheld
                    into.setdefault(row.target, []).append((y + self.canvas.line_height / 2, new))
        for target, arrivals in into.items():
            place = self.layout.opens.get(f"open {target}")
            if place is None:
                continue
            step = min(_ARRIVALS, (place.outer - 4) / len(arrivals))
            first = (
                self.top
                + place.top
                + min(
                    self.canvas.line_height / 2 + PAD,
                    (place.outer - step * (len(arrivals) - 1)) / 2,
                )
            )
            for number, (y, new) in enumerate(arrivals):
                stroke, thick = (Colour.BLUE, _THICK) if new else (Colour.BLACK, 0.8)
                self.canvas.arrow(
                    start, y, right, first + number * step, stroke=stroke, thick=thick
                )


@dataclass(frozen=True)
class _Frame:
    """A box at its place: tasks are shaded, sockets round.

    `asked` are the descriptions of which is asked, now or before, who holds them.
    """

    panel: Panel
    place: Place
    left: float
    columns: int
    fill: Colour
    radius: float
    asked: frozenset[int]

    def draw(self, box: Box | None, before: Box | None) -> None:
        """Draw it: as it is, or as it was if it is gone; nothing of what is in neither."""
        shown = box or before
        if shown is None:
            return
        mark = Mark.GONE if box is None else Mark.NEW if before is None else Mark.SAME
        self._outline(shown, mark)
        if mark is not Mark.SAME:
            for number, row in enumerate(shown.rows if mark is Mark.NEW else shown.rows[:1]):
                self._row(row, mark if number == 0 else Mark.SAME)
            for row in shown.inner if mark is Mark.NEW else ():
                self._row(row, Mark.SAME)
            return
        assert box is not None
        assert before is not None
        for rows, old in ((box.rows, before.rows), (box.inner, before.inner)):
            self._changed(rows, {row.key: row for row in old})

    def _changed(self, rows: Sequence[Row], old: Mapping[str, Row]) -> None:
        """Rows with what is new, gone or changed marked."""
        current = {row.key for row in rows}
        for row in rows:
            self._row(row, self._mark(row, old.get(row.key)))
        for key, row in old.items():
            if key not in current and row.target not in self.asked:
                self._row(row, Mark.GONE)

    def _mark(self, row: Row, former: Row | None) -> Mark:
        """What changed, as far as neither row is asked for."""
        if former is None:
            return Mark.SAME if row.blank or row.target in self.asked else Mark.NEW
        told = not (row.passing or row.blank or former.blank)
        return Mark.CHANGED if told and former != row else Mark.SAME

    def _outline(self, box: Box, mark: Mark) -> None:
        canvas = self.panel.canvas
        x = self.left + self.place.indent * canvas.advance
        y = self.panel.top + self.place.top
        width = (self.columns - self.place.indent) * canvas.advance
        stroke = _STROKE.get(mark, Colour.BLACK)
        thick, gone = (_THICK if mark is Mark.NEW else 0.8), mark is Mark.GONE
        canvas.box(x, y, width, self.place.outer, stroke=stroke, thick=thick, dashed=gone,
                   fill=Colour.NONE if gone else self.fill)  # fmt: skip
        if box.inner:
            below, middle = y + self.place.outer, x + width / 2
            canvas.line(middle, below, middle, below + LINK, stroke=stroke, thick=thick)
            canvas.box(x, below + LINK, width, self.place.height - self.place.outer - LINK,
                       stroke=stroke, thick=thick, dashed=gone, radius=self.radius)  # fmt: skip

    def _row(self, row: Row, mark: Mark) -> None:
        slot = self.place.rows.get(row.key)
        if slot is None:
            return
        canvas = self.panel.canvas
        edge = self.left + self.place.indent * canvas.advance
        x = edge + _INDENT * canvas.advance
        y = self.panel.top + self.place.top + slot.top
        if mark is not Mark.SAME:
            canvas.text(edge + _MARKED * canvas.advance, y, mark, Style.STRONG_ACCENT)
        room = self.columns - 2 - self.place.indent
        lines = lines_of(row, self.panel.layout.kept, room)
        style = Style.STRONG if row.key == "name" else Style.PLAIN
        for number, line in enumerate(lines):
            canvas.text(x, y + number * canvas.line_height, line, style)
            if mark is Mark.GONE:
                middle, end = (
                    y + (number + 0.5) * canvas.line_height,
                    x + len(line) * canvas.advance,
                )
                canvas.line(x, middle, end, middle, stroke=Colour.VERMILLION)
        if row.blank is not None:
            behind = len(lines[-1]) + 1 if blank_fits(row, lines, room) and lines[-1] else 0
            last = y + (len(lines) - 1) * canvas.line_height
            canvas.blank(x + behind * canvas.advance, last, row.blank)
