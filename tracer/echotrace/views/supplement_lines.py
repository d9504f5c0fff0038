"""What stands below the differences of a comparison, as text: its tables, pictures and notes."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from tabulate import tabulate

from echotrace.views.cells import fit
from echotrace.views.paint import Piece, Surface, glyphs
from echotrace.views.supplements import Supplement

#: The least width of a side's column, and what is before it.
_LEAST_CELL, _CELL_GAP = 9, 2


def supplement_lines(each: Supplement, width: int, surface: Surface) -> Iterator[list[Piece]]:
    """The lines; the title stands above a picture, and in the first cell of a table."""
    title, *table = _tabulated(each, width, surface) if each.rows else [each.title]
    yield [Piece(glyphs(title, surface), "bold")]
    yield from ([Piece(glyphs(line, surface))] for line in (*table, *each.lines))
    if each.note:
        yield from ([Piece(line, "dim")] for line in fit(glyphs(each.note, surface), width))


def _tabulated(each: Supplement, width: int, surface: Surface) -> list[str]:
    """The rows of a supplement; sides that have no room beside the others stand below them."""
    rows = [(each.title, *each.head[1:]), *each.rows]
    cells = [[glyphs(cell, surface) for cell in row] for row in rows]
    label, sides = max(len(row[0]) for row in cells), len(each.head) - 1
    together = min(sides, max(1, (width - label) // (_LEAST_CELL + _CELL_GAP)))
    share = (width - label) // together - _CELL_GAP
    return [
        line
        for first in range(1, sides + 1, together)
        for line in _table_of(
            [[row[0], *row[first : first + together]] for row in cells], label, share
        )
    ]


def _table_of(rows: list[list[str]], label: int, share: int) -> list[str]:
    """Text that is too wide for its share takes several lines.

    tabulate makes a column two wider than its heading. It is given lines that fit: where it breaks
    cells itself, it takes `2,500` for a number, and fails.
    """
    head, *body = rows
    widths = [label, *[share] * (len(head) - 1)]
    return tabulate(
        [_broken(row, widths) for row in body],
        _broken(head, [label, *(width - 2 for width in widths[1:])]),
        "plain",
        disable_numparse=True,
    ).splitlines()


def _broken(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return ["\n".join(wrap(cell, width)) for cell, width in zip(row, widths, strict=True)]
