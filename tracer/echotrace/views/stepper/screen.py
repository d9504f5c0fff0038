"""The screen of the stepper: keys to moves, positions to panes."""

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.screen import Screen

from echotrace.views.paint import Piece, Surface, glyphs
from echotrace.views.shortcomings import shortcomings
from echotrace.views.stepper import content, finding, moves
from echotrace.views.stepper.help import HelpScreen
from echotrace.views.stepper.keys import HINTS, KEYS
from echotrace.views.stepper.moves import MOVES, Position
from echotrace.views.stepper.panes import Content, Pane
from echotrace.views.stepper.pictures import Pictures
from echotrace.views.stepper.prompt import Prompt
from echotrace.views.steps import Steps

PANES = ("source", "lanes", "state")
_WIDE = 120


class StepScreen(Screen[None]):
    """Source, lanes and state, side by side or one at a time, above the explanation."""

    AUTO_FOCUS = ""  # the screen itself takes the keys
    BINDINGS = [  # noqa: RUF012 -- textual's way to declare them
        Binding(key.keys, key.bound, key.what, show=False) for key in KEYS if key.action != "quit"
    ]

    def __init__(self, steps: Steps, here: Position, surface: Surface) -> None:
        super().__init__()
        self.steps = steps
        self.here = here
        self.pictures = Pictures(steps, surface)
        self._surface = surface
        self._damage = shortcomings(steps.story)
        self._has_source = self.pictures.has_source
        self._alone = False
        self._active = "lanes"
        self._searched = ""
        self._answer: Callable[[str], Position] | None = None

    def compose(self) -> ComposeResult:
        """The widgets, from top to bottom."""
        bar = glyphs("│", self._surface)
        yield Pane("top")
        damage = Pane("damage")
        damage.styles.height = len(self._damage)
        yield damage
        yield Horizontal(*(Pane(name, separator=bar) for name in PANES), id="panes")
        yield Pane("where")
        yield Pane("told")
        yield Pane("keys")
        yield Prompt()

    def on_mount(self) -> None:
        """Draw the first step; no widget takes the keys."""
        self.set_focus(None)
        self._arrange()

    def on_resize(self, _event: events.Resize) -> None:
        """Side by side, or one at a time, as the width allows."""
        self._arrange()

    @property
    def wide(self) -> bool:
        """Whether all panes are side by side."""
        return self.size.width >= _WIDE and not self._alone

    def pane(self, name: str) -> Pane:
        """The pane called so."""
        return self.query_one(f"#{name}", Pane)

    def _arrange(self) -> None:
        self.set_class(self.size.height >= 30, "tall")
        self.set_class(self.size.height < 16, "low")
        for name in PANES:
            beside = self.wide and (name != "source" or self._has_source or name == self._active)
            self.pane(name).display = beside or name == self._active
            self.pane(name).edged = self.wide and name != "source"
        self._draw()

    def _draw(self) -> None:
        """Show the position in every pane that is visible."""
        make = self.pictures
        for name in PANES:
            self.pane(name).show(getattr(make, name)(self.here))
        self.pane("where").show(make.where(self.here))
        self.pane("told").show(make.told(self.here))
        self.pane("top").show(self._top)
        self.pane("damage").show(lambda _width, _height: self._lines(self._damage, "differs"))
        hint = (self.here.note, "bold") if self.here.note else (HINTS, "dim")
        self.pane("keys").show(lambda _width, _height: self._lines([hint[0]], hint[1]))

    def _lines(self, texts: Sequence[str], style: str) -> Content:
        return Content.of([[Piece(glyphs(text, self._surface), style)] for text in texts])

    def _top(self, width: int, _height: int) -> Content:
        """The title of the trace, and the names of the panes by their keys."""
        names = [(f" {key} {name} ", name == self._active) for key, name in enumerate(PANES, 1)]
        tabs = [Piece(text, "current" if active else "plain") for text, active in names]
        left = width - sum(len(piece.text) for piece in tabs) - 1
        title = content.title(self.steps.story, self._surface)[: max(0, left)]
        return Content.of([[Piece(title.ljust(left + 1), "bold"), *tabs]])

    def go(self, position: Position) -> None:
        """Be at another position."""
        self.here = position
        self._draw()

    def action_move(self, name: str) -> None:
        """Make one of the moves."""
        self.go(MOVES[name](self.steps, self.here))

    def action_only(self, name: str) -> None:
        """Show one pane."""
        self._active, self._alone = name, True
        self._arrange()

    def action_side_by_side(self) -> None:
        """Show all panes, where there is room."""
        self._alone = False
        if self.size.width < _WIDE:
            self.here = Position(
                self.here.filter, self.here.number,
                f"Side by side needs {_WIDE} columns; this terminal has {self.size.width}.",
            )  # fmt: skip
        self._arrange()

    def action_pane(self, direction: int) -> None:
        """The next pane: shown, or the one that is scrolled."""
        self._active = PANES[(PANES.index(self._active) + direction) % len(PANES)]
        self._arrange()

    def action_scroll(self, lines: int) -> None:
        """Scroll the pane; in the lanes, step."""
        if self._active == "lanes":
            self.action_move("next" if lines > 0 else "previous")
        else:
            self.pane(self._active).scroll(lines)

    def on_pane_picked(self, event: Pane.Picked) -> None:
        """A click on a lane goes to its step; one on another pane makes it the one to scroll."""
        if event.pane.id == "lanes":
            self.go(moves.to_index(self.steps, self.here, event.index))
        if event.pane.id in PANES:
            self._active = event.pane.id
            self._arrange()

    def action_help(self) -> None:
        """Show the keys."""
        self.app.push_screen(HelpScreen(self._surface))

    def action_search(self) -> None:
        """Ask what to search."""
        self._ask("search", self._searched, self._search)

    def action_go(self) -> None:
        """Ask for an event's number."""
        self._ask("go to event", "", self._go_to)

    def action_escape(self) -> None:
        """Close the prompt, or else lift the filters."""
        if self._answer is not None:
            self._close_prompt()
        else:
            self.action_move("clear")

    def _ask(self, what: str, value: str, answer: Callable[[str], Position]) -> None:
        self._answer = answer
        self.pane("keys").display = False
        self.query_one(Prompt).ask(what, value)

    def on_input_submitted(self, event: Prompt.Submitted) -> None:
        """Do what was asked for."""
        answer = self._answer
        self._close_prompt()
        if answer is not None and event.value:
            self.go(answer(event.value))

    def _close_prompt(self) -> None:
        self._answer = None
        self.query_one(Prompt).close()
        self.pane("keys").display = True

    def _search(self, wanted: str) -> Position:
        self._searched = wanted
        return finding.search(self.steps, self.here, wanted)

    def _go_to(self, wanted: str) -> Position:
        number = wanted.strip()
        if not (number.isascii() and number.isdigit()):
            note = "An event is called by its number, as 17."
            return Position(self.here.filter, self.here.number, note)
        return finding.go_to(self.steps, self.here, int(number))
