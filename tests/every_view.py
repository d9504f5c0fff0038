"""Makes every view of a story, for tests of what none of them may choke on."""

from collections.abc import Iterator

from echotrace.story.compare.compare import compare
from echotrace.story.expect.sections import Expectations
from echotrace.story.findings.check import findings
from echotrace.story.nouns import Story
from echotrace.views.divergence import divergence
from echotrace.views.paint import Surface
from echotrace.views.rendering import FORMATS, render, render_story
from echotrace.views.report import report
from echotrace.views.stepper.moves import start, to_index
from echotrace.views.stepper.panes import Content
from echotrace.views.stepper.pictures import Pictures
from echotrace.views.steps import Filter, Steps
from echotrace.views.timeline import timeline

WIDTH, HEIGHT = 100, 30
EXPECTED = """\
set-up:
(socket | bind)* listen
connection:
accept (recv send)* close conn in parent
(exit = 0 | recv = ? killed)?
"""


def every_view(story: Story) -> Iterator[str]:
    """The text of each view: timelines, report, every format, every step's panes."""
    surface = Surface(WIDTH)
    for by in ("connection", "task"):
        yield timeline(story, surface, by=by, explained=True)
        yield timeline(story, Surface(WIDTH, unicode=False), by=by, everything=True)
    yield report("heading", (), findings(story), surface)
    yield divergence(Expectations.read(EXPECTED, "x").check(story), "x", "y", surface)
    compared = compare([story, story])
    for form in FORMATS:
        yield render_story(story, form, surface)
        for whole in (False, True):
            yield render(compared, form, surface, whole=whole)
    yield from _steps(story, surface)


def _steps(story: Story, surface: Surface) -> Iterator[str]:
    steps = Steps(story)
    pictures = Pictures(steps, surface)
    here = start(steps, Filter())
    for index in range(len(steps.chosen(here.filter))):
        here = to_index(steps, here, index)
        for pane in (
            pictures.source,
            pictures.lanes,
            pictures.state,
            pictures.where,
            pictures.told,
        ):
            yield _drawn(pane(here)(WIDTH, HEIGHT))


def _drawn(content: Content) -> str:
    first, last = content.focus or (0, 0)
    shown = range(max(0, first - HEIGHT), min(content.count, last + HEIGHT))
    lines = [*content.heading, *map(content.line, shown)]
    return "\n".join("".join(piece.text for piece in line) for line in lines)
