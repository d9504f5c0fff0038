"""A comparison laid out: its courses one below the other, a column for each side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from echotrace.story.compare.nouns import Alignment, Comparison, Mark
from echotrace.story.compare.nouns import Row as Aligned
from echotrace.story.nouns import Connection, Story
from echotrace.views.layout import Cell, Column, Elsewhere, Layout, Row

#: Where each event stands, by side and number: in which alignment, in which of its rows.
_Places = Mapping[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Part:
    """One course of all sides: `title` is `#1 C1` of a connection, or its kind.

    A column's subtitle says when its side has no such connection, or it under another number.
    """

    title: str
    alignment: Alignment
    layout: Layout

    @property
    def name(self) -> str:
        """The title in short: `#1`."""
        return self.title.partition(" ")[0]


def lay_out(compared: Comparison) -> tuple[Part, ...]:
    """The parts of a comparison that have rows."""
    places = {
        (side, step.event.seq): (number, position)
        for number, alignment in enumerate(compared.alignments)
        for position, row in enumerate(alignment.rows)
        for side, step in enumerate(row.steps)
        if step
    }
    parts = (_part(compared, number, places) for number in range(len(compared.alignments)))
    return tuple(part for part in parts if part.layout.rows)


def _part(compared: Comparison, number: int, places: _Places) -> Part:
    alignment = compared.alignments[number]
    known = next(filter(None, alignment.connections), None)
    columns = tuple(
        Column(name, name, _subtitle(story, own, known.number) if known else "")
        for name, story, own in zip(
            compared.names, compared.stories, alignment.connections, strict=True
        )
    )
    rows = tuple(
        _row(compared.names, row, (number, position), places)
        for position, row in enumerate(alignment.rows)
    )
    title = known.title if known else alignment.kind
    return Part(title, alignment, Layout(columns, rows, 0, "side"))


def _subtitle(story: Story, own: Connection | None, number: int) -> str:
    if own is not None:
        return "" if own.number == number else f"#{own.number}"
    return "no such peer" if story.receivers else "no such connection"


def _row(names: Sequence[str], row: Aligned, place: tuple[int, int], places: _Places) -> Row:
    """A row, which is at `place`."""
    return Row(
        tuple(Cell(name, step.event) for name, step in zip(names, row.steps, strict=True) if step),
        section=row.section,
        marks=(Mark.NEITHER, *(row.mark(side) for side in range(1, len(names)))),
        moved=tuple(
            None if seq is None else Elsewhere(seq, above=places.get((side, seq), place) < place)
            for side, seq in enumerate(row.moved)
        ),
    )
