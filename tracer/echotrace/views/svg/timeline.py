"""A timeline as drawings: connections, or tasks, are columns; who waits is hatched."""

from collections.abc import Collection, Hashable
from dataclasses import replace

from echotrace.pauses import no_garbage_collection
from echotrace.story.nouns import Story
from echotrace.story.quiz.nouns import Field
from echotrace.views import heading, words
from echotrace.views.abridging import abridged
from echotrace.views.annotations import PLAIN, Annotations
from echotrace.views.blocks import groups_of
from echotrace.views.cells import actor
from echotrace.views.drawing import Drawing
from echotrace.views.frame import Frame
from echotrace.views.lanes import lay_out
from echotrace.views.layout import Cell, Layout, Row
from echotrace.views.paper import Paper
from echotrace.views.side_cells import Said, said
from echotrace.views.svg.canvas import Canvas
from echotrace.views.svg.inlaid import Composer
from echotrace.views.svg.lanes import Lanes
from echotrace.views.svg.sheets import BARE, EDGE, Around, between, sheets


@no_garbage_collection()
def draw(
    story: Story, paper: Paper, *, by: str = "connection", everything: bool = False,
    annotations: Annotations = PLAIN, side: str = "",
    connections: Collection[int] | None = None, max_rows: int | None = None,
) -> tuple[Drawing, ...]:  # fmt: skip
    """The timeline of a story on as many drawings as it takes, each of which fits the paper.

    `side` is the story's name in the annotations, its server's if none is given. With `connections`
    only their columns and the server's are shown. Repetitions of a few rows, and of more than
    `max_rows` rows some in the middle, are left out, and a line says which. Where the actor of an
    event is left out, the columns are never tasks, which would tell.
    """
    side = side or story.trace.header.server
    if any((own, field) == (side, Field.ACTOR) for own, _, field in annotations.blanks):
        by = "connection"
    layout = lay_out(story, by=by, everything=everything, connections=connections)
    composer = Composer(annotations, side)
    return draw_layout(story, layout, paper, composer, max_rows=max_rows)


def draw_layout(
    story: Story, layout: Layout, paper: Paper, composer: Composer, *,
    max_rows: int | None = None, whole: bool = False, around: Around = BARE,
) -> tuple[Drawing, ...]:  # fmt: skip
    """The same of a layout, with sentences `around` it; every row if the `whole` is wanted."""
    ruler = Canvas(paper.width, paper.text)
    said_in = [_said(story, row.cell, layout.by) for row in layout.rows]
    needed = {n for n, row in enumerate(layout.rows) if composer.asks(row.event.seq)}
    alike = [
        (_but_for_payload(row, told), composer.asks(row.event.seq))
        for row, told in zip(layout.rows, said_in, strict=True)
    ]
    count = len(layout.rows)
    shown = tuple(range(count)) if whole else abridged(alike, max_rows, needed)
    frame = Frame.of(layout, ruler.columns(ruler.width - 2 * EDGE))
    groups = tuple(groups_of(layout, frame.room))
    rows = {n: layout.rows[n] for n in shown if isinstance(n, int)}
    told = {n: said_in[n] for n in rows}
    for kernel in (True, False):  # the kernel's names stand in all cells or in none
        cells = {n: composer.cell(told[n], row.cell, kernel=kernel) for n, row in rows.items()}
        lanes = [Lanes.of(layout, cells, shown, group, frame, ruler) for group in groups]
        if all(each.unbroken for each in lanes):
            break
    sections = between((each.section() for each in lanes), around, ruler)
    title, description = _named(story, layout, count - len(rows))
    return sheets(sections, paper, title, description)


def _said(story: Story, cell: Cell, by: str) -> Said:
    """What a cell says: what a wait ended for only where it returns."""
    told = said(story, cell)
    wait = told.wait if cell.part == "return" else None
    return replace(told, actor=actor(cell, by), wait=wait, flags=())


def _but_for_payload(row: Row, told: Said) -> Hashable:
    """Equal for rows that look the same: the time, the number and the payload aside."""
    return row.column, row.cell.part, row.waiting, replace(told, data="", short="")


def _named(story: Story, layout: Layout, missing: int) -> tuple[str, str]:
    """What the drawing shows, in a title and in sentences; nobody is named who may be asked for."""
    header = story.trace.header
    told = heading.server(header)
    server = " ".join((*told[:1], *(f"({each})" for each in told[1:])))
    seqs = [row.event.seq for row in layout.rows]
    which = f", events {min(seqs)} to {max(seqs)}" if seqs else ""
    left = f" {words.count(missing, 'row')} in between are left out." if missing else ""
    shown = (
        f"What {server} does for {heading.clients(header)}: {words.count(len(seqs), 'row')}"
        f"{which}, in their order, not to scale, in {words.count(len(layout.columns), 'column')}, "
        f"by {layout.by}. Who waits is hatched.{left}"
    )
    return f"Timeline of {server}, {heading.clients(header)}, by {layout.by}", shown
