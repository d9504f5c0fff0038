"""The page that names the keys and explains the marks."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from echotrace.views.paint import Piece, Surface, glyphs
from echotrace.views.stepper.keys import KEYS, MARKS
from echotrace.views.stepper.panes import Content, Pane


class HelpScreen(Screen[None]):
    """Keys and marks; any of its keys leads back."""

    BINDINGS = [  # noqa: RUF012 -- textual's way to declare them
        Binding("escape,question_mark,q,enter,space", "app.pop_screen", show=False),
        Binding("down,j,pagedown", "scroll(1)", show=False),
        Binding("up,k,pageup", "scroll(-1)", show=False),
    ]

    def __init__(self, surface: Surface) -> None:
        super().__init__()
        self._surface = surface

    def compose(self) -> ComposeResult:
        """One pane."""
        yield Pane("help")

    def on_mount(self) -> None:
        """Write it."""
        self.query_one(Pane).show(lambda _width, _height: Content.of(help_lines(self._surface)))

    def action_scroll(self, lines: int) -> None:
        """For terminals that are lower than the help."""
        self.query_one(Pane).scroll(lines)


def help_lines(surface: Surface) -> list[list[Piece]]:
    """The keys and the marks."""
    pairs = [(key.shown, key.what) for key in KEYS if key.shown]
    rows = [
        [Piece(f"{glyphs(shown, surface):>10}  ", "bold"), Piece(glyphs(what, surface))]
        for shown, what in (*pairs, *MARKS)
    ]
    return [*rows, [Piece("Esc leads back.", "dim")]]
