"""The widgets of the stepper: they draw lines of pieces, and only those that are visible."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from echotrace.views.paint import Piece

#: Text is in the terminal's own colour. Only marks are coloured, each with a shape of its own, in
#: colours of Okabe and Ito that have a contrast of 3:1 on white and on black.
_STYLES: Mapping[str, Style] = {
    "plain": Style(),
    "bold": Style(bold=True),
    "dim": Style(dim=True),
    "current": Style(reverse=True),
    "differs": Style(color="#D55E00", bold=True),
    "ran": Style(color="#D55E00", bold=True),
    "new": Style(color="#009E73", bold=True),
    "gone": Style(color="#D55E00", bold=True),
    "changed": Style(color="#0072B2", bold=True),
}


def _no_line(_index: int) -> Sequence[Piece]:
    return ()


@dataclass(frozen=True)
class Content:
    """What a pane shows: heading lines that stay, `count` lines made on demand.

    `focus` are the first and the last line that should be seen, if any matter, with `margin` lines
    around them where there is room. With `counts_rest` the last line says how many are below it.
    """

    heading: Sequence[Sequence[Piece]] = ()
    count: int = 0
    line: Callable[[int], Sequence[Piece]] = _no_line
    focus: tuple[int, int] | None = None
    margin: int = 0
    counts_rest: bool = False

    @classmethod
    def of(cls, lines: Sequence[Sequence[Piece]], heading: Sequence[Sequence[Piece]] = (),
           focus: tuple[int, int] | None = None) -> "Content":  # fmt: skip
        """Lines that are all there."""
        return cls(heading, len(lines), lines.__getitem__, focus)


class Pane(Widget):
    """A window on `Content` that is made anew when the step or the width changes."""

    ALLOW_SELECT = False

    @dataclass
    class Picked(Message):
        """A line was clicked."""

        pane: "Pane"
        index: int

        @property
        def control(self) -> "Pane":
            """The pane that was clicked."""
            return self.pane

    def __init__(self, name: str, *, separator: str = "") -> None:
        super().__init__(id=name)
        self._make: Callable[[int, int], Content] = lambda _width, _height: Content()
        self._separator = separator
        self.edged = False
        self.content = Content()
        self.top = 0

    @property
    def room(self) -> int:
        """How many lines there are below the heading."""
        return max(0, self.size.height - len(self.content.heading))

    def show(self, make: Callable[[int, int], Content]) -> None:
        """Show what `make` makes for a width and a height."""
        self._make = make
        self._remake()

    def scroll(self, lines: int) -> None:
        """Move the window by so many lines."""
        self.top = min(max(0, self.top + lines), max(0, self.content.count - self.room))
        self.refresh()

    def _remake(self) -> None:
        if self.display and self.size.width:
            width = self.size.width - (2 if self.edged else 0)
            self.content = self._make(width, self.size.height)
            if self.content.focus is not None:
                self._bring_into_view(*self.content.focus)
            self.scroll(0)

    def _bring_into_view(self, first: int, last: int) -> None:
        """Move as little as it takes; far away, put the first line at a third of the height."""
        last = min(last, first + max(0, self.room - 1))
        margin = min(self.content.margin, (self.room - (last - first + 1)) // 2)
        first, last = first - margin, last + margin
        if self.top <= first and last < self.top + self.room:
            return
        near = self.top - self.room < first < self.top + 2 * self.room
        if near and first < self.top:
            self.top = first
        elif near:
            self.top = last - self.room + 1
        else:
            self.top = first - self.room // 3

    def on_resize(self, _event: events.Resize) -> None:
        """Another width: other lines."""
        self._remake()

    def on_show(self, _event: events.Show) -> None:
        """Seen again: the step may be another one."""
        self._remake()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the window, not the step."""
        event.stop()
        self.scroll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the window, not the step."""
        event.stop()
        self.scroll(-3)

    def on_click(self, event: events.Click) -> None:
        """A click names a line."""
        index = self.top + event.y - len(self.content.heading)
        if event.y >= len(self.content.heading) and 0 <= index < self.content.count:
            self.post_message(self.Picked(self, index))

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        heading = self.content.heading
        index = self.top + y - len(heading)
        pieces: Sequence[Piece] = ()
        if y < len(heading):
            pieces = heading[y]
        elif index < self.content.count:
            pieces = self.content.line(index)
        edge = [Segment(self._separator + " ", _STYLES["dim"])] if self.edged else []
        if self.content.counts_rest and y == self.size.height - 1:
            pieces = self._with_rest(pieces, self.content.count - index - 1)
        drawn = [Segment(piece.text, _STYLES.get(piece.style)) for piece in pieces]
        return Strip([*edge, *drawn]).adjust_cell_length(self.size.width)

    def _with_rest(self, pieces: Sequence[Piece], below: int) -> Sequence[Piece]:
        """The last visible line, with how many lines there are below it."""
        if below <= 0:
            return pieces
        told = f" +{below:,} below"
        room = self.size.width - (2 if self.edged else 0) - len(told)
        line = Strip([Segment(piece.text, _STYLES.get(piece.style)) for piece in pieces])
        text = line.adjust_cell_length(max(0, room)).text
        return [Piece(text), Piece(told, "dim")]

    def text(self) -> str:
        """What is on the screen, as text."""
        return "\n".join(self.render_line(y).text.rstrip() for y in range(self.size.height))
