"""What stands below the differences of a comparison, as text: its tables, pictures and notes."""

from collections.abc import Iterator
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
        for line in _table_of([[row[0], *row[first : first + together]] for row in cells], share)
    ]


def _table_of(rows: list[list[str]], share: int) -> list[str]:
    """Text that is too wide for its share takes several lines.

    tabulate makes a column two wider than its heading, and its own breaking of lines takes `1,000`
    for a number, which it is not to int().
    """
    head, *others = rows
    head = [head[0], *(_broken(cell, share - 2) for cell in head[1:])]
    others = [[row[0], *(_broken(cell, share) for cell in row[1:])] for row in others]
    return tabulate(others, head, "plain", disable_numparse=True).splitlines()


def _broken(text: str, width: int) -> str:
    return "\n".join(wrap(text, width))
