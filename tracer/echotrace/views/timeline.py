"""The timeline as text: connections (or tasks) side by side, fitted to a width."""

from collections.abc import Iterator, Mapping, Sequence

from echotrace.pauses import no_garbage_collection
from echotrace.story.nouns import Story
from echotrace.trace import Syscall
from echotrace.views import heading, words
from echotrace.views.beginning import beginning
from echotrace.views.blocks import Block, blocks, groups_of
from echotrace.views.cells import WAIT, end_of, fit
from echotrace.views.explanations import explanations
from echotrace.views.frame import Frame
from echotrace.views.lanes import lay_out
from echotrace.views.layout import Row
from echotrace.views.legend import legend
from echotrace.views.load import cut, load_lines
from echotrace.views.paint import Piece, Surface, actor_style, glyphs, paint
from echotrace.views.shortcomings import shortcomings
from echotrace.views.summary import summary
from echotrace.views.widths import GAP

LEAST_WIDTH = 60


@no_garbage_collection()
def timeline(
    story: Story,
    surface: Surface,
    *,
    by: str = "connection",
    everything: bool = False,
    explained: bool = False,
    whole: bool = False,
) -> str:
    """The whole view: a heading, the timeline, what is hidden, and the table of connections.

    With `explained`, a list follows that has a sentence for each event shown. Of a free run it has
    figures and the beginning of the timeline, unless the `whole` is wanted.
    """
    layout = lay_out(story, by=by, everything=everything)
    width = max(surface.width, LEAST_WIDTH)
    frame = Frame.of(layout, width)
    figures = load_lines(story, surface.width, whole=whole)
    table = figures or summary(story, surface.width).splitlines()
    note: list[str] = []
    if figures and not whole:
        shown = beginning(story, layout, next(groups_of(layout, frame.room)))
        note = fit(cut(layout, shown), surface.width)
        layout, frame = shown, Frame.of(shown, width)
    rest = [[Piece(glyphs(line, surface))] for line in table]
    sections = [
        _heading(story, surface),
        rest if figures else [],
        [[Piece(glyphs(line, surface), "bold")] for line in note],
        *(_block(block, frame, surface) for block in blocks(story, layout, frame.room, surface)),
        list(legend(story, layout, surface)),
        [] if figures else rest,
        list(explanations(story, layout, surface)) if explained else [],
    ]
    return "\n".join(paint(section, surface) for section in sections if section)


def _heading(story: Story, surface: Surface) -> list[list[Piece]]:
    header = story.trace.header
    calls = sum(isinstance(event.record, Syscall) for event in story.events)
    end = max((event.end or event.start for event in story.events), default=0)
    parts = (
        *heading.recorded(header),
        f"{words.safe(header.kernel)} {words.safe(header.machine)}",
        f"{words.count(calls, 'call')} in {words.duration(end)}",
    )
    lines = [
        [Piece(line, "bold")] for line in fit(glyphs(" · ".join(parts), surface), surface.width)
    ]
    for sentence in shortcomings(story):
        folded = fit(glyphs(sentence, surface), surface.width)
        lines.extend([Piece(line, "differs")] for line in folded)
    return lines


def _block(block: Block, frame: Frame, surface: Surface) -> list[list[Piece]]:
    lines = [_titles(block, frame, surface, titles=True)]
    if any(column.subtitle for column in block.columns):
        lines.append(_titles(block, frame, surface, titles=False))
    for row, cell in zip(block.rows, block.cells, strict=True):
        text = fit(cell, block.widths[row.column])
        lines.extend(_row(row, text, block.widths, frame, surface))
    return lines


def _titles(block: Block, frame: Frame, surface: Surface, *, titles: bool) -> list[Piece]:
    margin = f"{'ms':>{frame.time}} {'event':>{frame.number}}"
    pieces = [Piece(margin if titles else " " * len(margin), "dim")]
    for column in block.columns:
        width = block.widths[column.key]
        text = end_of(glyphs(column.title if titles else column.subtitle, surface), width, surface)
        pieces.append(Piece(GAP + text.ljust(width), "bold" if titles else "dim"))
    return pieces


def _row(
    row: Row, text: Sequence[str], widths: Mapping[str, int], frame: Frame, surface: Surface
) -> Iterator[list[Piece]]:
    margin = f"{row.milliseconds:>{frame.time}} {row.event.seq:>{frame.number}}"
    wait = glyphs(WAIT, surface)
    for index, line in enumerate(text):
        pieces = [Piece(margin if index == 0 else " " * len(margin), "dim")]
        for key, width in widths.items():
            if key == row.column:
                pieces.append(Piece(GAP + line.ljust(width), actor_style(row.event.actor)))
            else:
                mark = wait if key in row.waiting else ""
                pieces.append(Piece(GAP + mark.ljust(width), "dim"))
        yield pieces
