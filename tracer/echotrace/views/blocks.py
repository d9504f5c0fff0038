"""The columns of a timeline in blocks of as many as fit side by side, each with its cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from echotrace.story.nouns import Story
from echotrace.views.cells import actor, cell_phrase, one_line
from echotrace.views.layout import Column, Layout, Row
from echotrace.views.paint import Surface
from echotrace.views.widths import GAP, LEAST_COLUMN, LEAST_SERVER, widths


@dataclass(frozen=True)
class Block:
    """Some columns with the rows that stand in them, a cell each, and the columns' widths."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    cells: Sequence[str]
    widths: Mapping[str, int]

    @property
    def unbroken(self) -> bool:
        """Whether each cell has room on one line."""
        pairs = zip(self.rows, self.cells, strict=True)
        return all(len(cell) <= self.widths[row.column] for row, cell in pairs)


def blocks(story: Story, layout: Layout, room: int, surface: Surface) -> Sequence[Block]:
    """The blocks of a layout; the kernel's names stand in all of their cells or in none."""
    groups = tuple(groups_of(layout, room))
    full = [_block(story, layout, each, room, surface, kernel=True) for each in groups]
    if all(block.unbroken for block in full):
        return full
    return [_block(story, layout, each, room, surface, kernel=False) for each in groups]


def groups_of(layout: Layout, room: int) -> Iterator[tuple[Column, ...]]:
    """As many columns at a time as fit; the server's stands in the first group only."""
    columns = layout.columns
    while columns:
        least = LEAST_SERVER if columns[0].key == "server" else LEAST_COLUMN
        further = (room - least - len(GAP)) // (LEAST_COLUMN + len(GAP))
        yield columns[: 1 + max(0, further)]
        columns = columns[1 + max(0, further) :]


def _block(
    story: Story, layout: Layout, columns: Sequence[Column], room: int, surface: Surface, *,
    kernel: bool,
) -> Block:  # fmt: skip
    keys = [column.key for column in columns]
    rows = list(layout.rows_of(columns))
    cells = [
        one_line(
            row.cell,
            cell_phrase(story, row.cell),
            actor(row.cell, layout.by),
            surface,
            kernel=kernel,
        )
        for row in rows
    ]
    needs: dict[str, int] = {}
    for row, cell in zip(rows, cells, strict=True):
        needs[row.column] = max(needs.get(row.column, 0), len(cell))
    return Block(columns, rows, cells, widths(keys, needs, room))
