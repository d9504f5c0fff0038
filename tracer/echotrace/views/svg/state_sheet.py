"""Pictures of moments on a sheet: titles above them, below them what there was no room for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from echotrace.views.boxes import Boxes
from echotrace.views.drawing import Drawing
from echotrace.views.paper import Paper
from echotrace.views.svg.canvas import Canvas, Colour, Style
from echotrace.views.svg.state_layout import Layout, Measure, fitting
from echotrace.views.svg.state_panel import Panel
from echotrace.views.texts import Texts

#: A picture beside others is at least so many characters wide, and never wider than so many;
#: between two of them there is room for as many.
_LEAST, _MOST, _GAP = 31, 52, 2
_BESIDE = 3  # pictures: fewer are no wider
_MOST_NAMED = 3
#: Text of a picture that stands alone is so much larger, if there is room.
_LARGER = (1.5, 1.25)
#: Points: for half of a thick line at the edges, and between text and frames.
_EDGE, _APART = 1.0, 3.0


@dataclass(frozen=True)
class Picture:
    """A moment to be drawn, with what stands above it and what it says in words."""

    title: str
    boxes: Boxes
    told: str


@dataclass(frozen=True)
class Sheet:
    """What pictures are drawn on: side by side if the paper is wide enough, or else one each.

    `wanted` are the keys of the boxes that are left out last, `preferred` just before them.
    """

    pictures: Sequence[Picture]
    paper: Paper
    wanted: frozenset[str]
    preferred: frozenset[str]
    said: Texts

    def drawings(self, title: str) -> tuple[Drawing, ...]:
        """The drawings, each below this title."""
        canvas = Canvas(self.paper.width - 2 * _EDGE, self.paper.text)
        whole = canvas.columns(canvas.width)
        beside = (whole + _GAP) // max(_BESIDE, len(self.pictures)) - _GAP
        if beside >= _LEAST:
            return (self._drawn(range(len(self.pictures)), beside, title),)
        sheets = (replace(self, paper=replace(self.paper, text=self.paper.text * more))
                  for more in _LARGER)  # fmt: skip
        return next((sheet for sheet in sheets if sheet.has_room), self).one_each(title)

    def one_each(self, title: str) -> tuple[Drawing, ...]:
        """A drawing of each picture."""
        return tuple(
            self._drawn(range(number, number + 1), self._alone, f"{title}: {picture.title}")
            for number, picture in enumerate(self.pictures)
        )

    @property
    def _alone(self) -> int:
        """How many characters wide a picture is that stands alone."""
        canvas = Canvas(self.paper.width - 2 * _EDGE, self.paper.text)
        return min(canvas.columns(canvas.width), _MOST)

    @property
    def has_room(self) -> bool:
        """Whether each picture fits alone, as wide as ever, with all there is to draw."""
        canvas, columns = Canvas(self.paper.width, self.paper.text), self._alone
        head = _height(canvas, [picture.title for picture in self.pictures], columns)
        laid, notes, _ = self._laid(canvas, self.pictures, columns, head)
        fits = head + laid.height + _EDGE <= self.paper.height
        return columns == _MOST and fits and not any(notes)

    def _drawn(self, numbers: range, columns: int, title: str) -> Drawing:
        """Some of the pictures, each so many characters wide."""
        shown = [self.pictures[number] for number in numbers]
        canvas = Canvas(self.paper.width, self.paper.text)
        step = (columns + _GAP) * canvas.advance
        canvas = Canvas(len(shown) * step - _GAP * canvas.advance + 2 * _EDGE, self.paper.text)
        head = _height(canvas, [picture.title for picture in shown], columns)
        laid, notes, foot = self._laid(canvas, shown, columns, head)
        for place, (number, note) in enumerate(zip(numbers, notes, strict=True)):
            left, picture = place * step + _EDGE, self.pictures[number]
            if place:
                rule = left - _GAP * canvas.advance / 2
                canvas.line(rule, 0, rule, head + laid.height, stroke=Colour.PALE)
            _write(canvas, left, 0, wrap(picture.title, columns), Style.STRONG)
            former = self.pictures[number - 1].boxes if number else None
            Panel(canvas, laid, left, head).draw(picture.boxes, former)
            _write(canvas, left, head + laid.height + _APART, wrap(note, columns), Style.ASIDE)
        told = " ".join(picture.told for picture in shown)
        return canvas.drawing(head + laid.height + foot + _EDGE, title, told)

    def _laid(
        self, canvas: Canvas, shown: Sequence[Picture], columns: int, head: float
    ) -> tuple[Layout, list[str], float]:
        """What fits, what each picture leaves out, and the height of these sentences."""
        measure = Measure.of(canvas, columns)
        every = [picture.boxes for picture in self.pictures]
        foot = 0.0
        for _ in range(2):  # once more with room for the sentences
            room = self.paper.height - head - foot - _EDGE
            laid = fitting(every, measure, room, self.wanted, self.preferred)
            notes = [self._left_out(picture.boxes, laid) for picture in shown]
            foot = _height(canvas, notes, columns) if any(notes) else 0.0
        return laid, notes, foot

    def _left_out(self, boxes: Boxes, laid: Layout) -> str:
        """What of a picture is not drawn, in a sentence; empty for nothing.

        A description that a descriptor names in place of an arrow is there.
        """
        kept = laid.kept
        names = [box.name for box in boxes.tables if box.key not in kept.tables]
        drawn = (box for box in boxes.tables if box.key in kept.tables)
        rows = [row for box in drawn for row in (*box.rows, *box.inner)]
        named = {f"open {row.target}" for row in rows if row.target is not None and kept.draws(row)}
        names += [
            row.name if row.target is None else row.text for row in rows if not kept.draws(row)
        ]
        names += [box.name for box in boxes.opens if box.key not in kept.opens | named]
        if not names:
            return ""
        what = ", ".join(names[:_MOST_NAMED])
        if len(names) > _MOST_NAMED:
            more = f"{len(names) - _MOST_NAMED:,}"
            what = self.said.say("moments.more", what=what, count=more)
        return self.said.say("moments.left_out", what=what)


def _height(canvas: Canvas, texts: Sequence[str], columns: int) -> float:
    """The height of texts that stand beside each other, with the room between them and frames."""
    return max(len(wrap(text, columns)) for text in texts) * canvas.line_height + _APART


def _write(canvas: Canvas, x: float, y: float, lines: Sequence[str], style: Style) -> None:
    for number, line in enumerate(lines):
        canvas.text(x, y + number * canvas.line_height, line, style)
