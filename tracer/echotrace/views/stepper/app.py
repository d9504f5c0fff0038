"""The stepper as an application of the terminal; the one module that commands need."""

from textual.app import App
from textual.binding import Binding
from textual.screen import Screen

from echotrace.story.nouns import Story
from echotrace.views.paint import Surface
from echotrace.views.stepper import moves
from echotrace.views.stepper.finding import go_to
from echotrace.views.stepper.moves import Position
from echotrace.views.stepper.screen import StepScreen
from echotrace.views.steps import Filter, Steps


class StepperApp(App[None]):
    """The application: one screen, and its help."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "echotrace"
    CSS = """
    Pane { height: 1; }
    HelpScreen Pane { height: 100%; }
    #panes { height: 1fr; }
    #panes Pane { height: 100%; }
    #source { width: 29fr; }
    #lanes { width: 44fr; }
    #state { width: 27fr; }
    #told { height: 4; }
    .tall #told { height: 6; }
    .low #told { height: 2; }
    StepScreen { overflow: hidden; }
    """
    BINDINGS = [  # noqa: RUF012 -- textual's way to declare them
        Binding("ctrl+c", "quit", show=False, priority=True),
        Binding("q", "quit", show=False),
    ]

    def __init__(self, steps: Steps, here: Position, surface: Surface) -> None:
        super().__init__(ansi_color=True)
        self._first = StepScreen(steps, here, surface)

    def get_default_screen(self) -> Screen[None]:
        """The stepper."""
        return self._first


def stepper(
    story: Story, surface: Surface, *, by: str = "connection", everything: bool = False,
    at: int | None = None,
) -> StepperApp:  # fmt: skip
    """The stepper on a story, at its first step or at the event `at`."""
    steps = Steps(story, by)
    here = moves.start(steps, Filter(everything=everything))
    return StepperApp(steps, here if at is None else go_to(steps, here, at), surface)
