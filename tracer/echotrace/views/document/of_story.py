"""The document that a timeline is: one table of what happened, and one of the connections."""

from collections.abc import Iterator

from echotrace.story.nouns import Story
from echotrace.views import heading, summary, words
from echotrace.views.cells import TIE, WAIT, actor, cell_phrase, one_line
from echotrace.views.document.nouns import (
    Block,
    Document,
    Group,
    Item,
    Kind,
    Line,
    Paragraph,
    Table,
)
from echotrace.views.lanes import lay_out
from echotrace.views.layout import Layout, Row
from echotrace.views.legend import legend
from echotrace.views.paint import Surface
from echotrace.views.shortcomings import shortcomings

_MOST_COLUMNS, _MOST_ROWS = 8, 2_000
_SURFACE = Surface(100_000)  # nothing is broken into lines here


def document(story: Story, *, by: str, everything: bool) -> Document:
    """The document, `by` connection or task; with `everything` files, streams and signals too."""
    header = story.trace.header
    title = " · ".join((*heading.recorded(header), words.safe(f"{header.kernel} {header.machine}")))
    layout = lay_out(story, by=by, everything=everything)
    return Document("timeline", title, tuple(_blocks(story, layout)))


def _blocks(story: Story, layout: Layout) -> Iterator[Block]:
    yield from (Paragraph(sentence, warning=True) for sentence in shortcomings(story))
    yield _wide(story, layout) if len(layout.columns) <= _MOST_COLUMNS else _narrow(story, layout)
    if len(layout.rows) > _MOST_ROWS:
        all_rows = words.count(len(layout.rows), "row")
        yield Paragraph(f"These are the first {_MOST_ROWS:,} of {all_rows}.", warning=True)
    for line in legend(story, layout, _SURFACE):
        yield Paragraph("".join(piece.text for piece in line))
    if story.connections:
        yield _connections(story)
    else:
        yield Paragraph(f"{summary.nobody(story)} in this trace.")


def _wide(story: Story, layout: Layout) -> Table:
    """A column for each column of the layout."""
    head = ("ms", "event", *(words.safe(column.title) for column in layout.columns))
    lines = []
    for row in layout.rows[:_MOST_ROWS]:
        cells = [_cell(story, layout, row, column.key) for column in layout.columns]
        lines.append(Line((*_margin(row), *cells)))
    return Table("What happened", head, (Group("", tuple(lines)),))


def _narrow(story: Story, layout: Layout) -> Table:
    """Of many columns one that names them."""
    titles = {column.key: words.safe(column.title) for column in layout.columns}
    lines = tuple(
        Line((*_margin(row), Item(titles.get(row.column, "")), _call(story, layout, row)))
        for row in layout.rows[:_MOST_ROWS]
    )
    return Table("What happened", ("ms", "event", "where", "call"), (Group("", lines),))


def _margin(row: Row) -> tuple[Item, Item]:
    time = Item(row.milliseconds, Kind.NUMBER)
    return time, Item(str(row.event.seq), Kind.EVENT, row.event.seq)


def _cell(story: Story, layout: Layout, row: Row, column: str) -> Item:
    if row.column == column:
        return _call(story, layout, row)
    return Item(WAIT, Kind.WAIT) if column in row.waiting else Item("", Kind.GAP)


def _call(story: Story, layout: Layout, row: Row) -> Item:
    who = actor(row.cell, layout.by)
    text = one_line(row.cell, cell_phrase(story, row.cell), who, _SURFACE, kernel=True)
    return Item(text.replace(TIE, " "), Kind.CALL)


def _connections(story: Story) -> Table:
    lines = tuple(
        Group(number, (Line(tuple(map(Item, rest))),)) for number, *rest in summary.rows(story)
    )
    return Table("Connections", summary.HEAD, lines)
