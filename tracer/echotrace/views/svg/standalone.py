"""A timeline, or a comparison, as one SVG that says itself what it shows and how to read it."""

import math

from echotrace.story.compare.nouns import Comparison
from echotrace.story.load import free_run
from echotrace.story.nouns import Story
from echotrace.views import heading
from echotrace.views.annotations import PLAIN
from echotrace.views.beginning import beginning
from echotrace.views.blocks import groups_of
from echotrace.views.cells import WAIT
from echotrace.views.lanes import lay_out
from echotrace.views.legend import sentences
from echotrace.views.load import cut
from echotrace.views.paper import Paper
from echotrace.views.shortcomings import shortcomings
from echotrace.views.svg import comparison, timeline
from echotrace.views.svg.canvas import ADVANCE
from echotrace.views.svg.inlaid import Composer
from echotrace.views.svg.sheets import EDGE, Around

_TEXT = 8.5  # points
_MOST_ROWS = 2_000
_NOT_TO_SCALE = "The order of the rows is that of the events, not to scale"


def of_story(
    story: Story, columns: int, *, by: str = "connection", everything: bool = False,
    whole: bool = False,
) -> str:  # fmt: skip
    """A timeline so many characters wide; of very many rows only some, unless `whole`."""
    header = story.trace.header
    layout = lay_out(story, by=by, everything=everything)
    above = [" · ".join((*heading.recorded(header), f"{header.kernel} {header.machine}"))]
    above += shortcomings(story)
    if free_run(story) is not None and not whole:
        first = beginning(story, layout, next(groups_of(layout, columns), ()))
        above.append(cut(layout, first))
        layout = first
    below = [f"{_NOT_TO_SCALE}; the times are in ms."]
    if any(row.cell.part == "return" for row in layout.rows):
        below.append(f"{WAIT} waited, until what is named next")
    below += sentences(story, layout, "hatched:")
    (drawing,) = timeline.draw_layout(
        story, layout, _paper(columns), Composer(PLAIN, ""),
        max_rows=_MOST_ROWS, whole=whole, around=Around(tuple(above), tuple(below)),
    )  # fmt: skip
    return drawing.svg


def of_comparison(compared: Comparison, columns: int, *, whole: bool = False) -> str:
    """A comparison so many characters wide; unless `whole`, what is alike is folded."""
    (drawing,) = comparison.draw(compared, _paper(columns), whole=whole, alone=True)
    return drawing.svg


def _paper(columns: int) -> Paper:
    """A sheet that never ends."""
    return Paper(columns * _TEXT * ADVANCE + 2 * EDGE, math.inf, _TEXT)
