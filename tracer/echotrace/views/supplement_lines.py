"""What stands below the differences of a comparison, as text: its tables, pictures and notes."""

import re
from collections.abc import Iterator, Sequence

from tabulate import tabulate

from echotrace.views.cells import fit
from echotrace.views.paint import Piece, Surface, glyphs
from echotrace.views.supplements import Supplement

_GAP = 2  # that tabulate leaves between columns
#: Where a cell may end a line: a number stays with its unit, a client with its time.
_SEAM = re.compile(r"(?<=,) | (?=for |and |\()")


def supplement_lines(each: Supplement, width: int, surface: Surface) -> Iterator[list[Piece]]:
    """The lines; the title stands above a picture, and in the first cell of a table."""
    if each.rows:
        yield from _table(each, width, surface)
    else:
        yield [Piece(glyphs(each.title, surface), "bold")]
    yield from ([Piece(glyphs(line, surface))] for line in each.lines)
    if each.note:
        yield from ([Piece(line, "dim")] for line in fit(glyphs(each.note, surface), width))


def _table(each: Supplement, width: int, surface: Surface) -> Iterator[list[Piece]]:
    """The rows of a supplement; sides that have no room beside the others stand below them."""
    rows = [(each.title, *each.head[1:]), *each.rows]
    labels, *sides = zip(*([glyphs(cell, surface) for cell in row] for row in rows), strict=True)
    room = width - max(map(len, labels))
    for together in _groups(sides, room):
        columns = [_in_width(side, share) for side, share in _shares(together, room)]
        lines = tabulate(
            zip(labels, *columns, strict=True), tablefmt="plain", disable_numparse=True
        )
        heading = max(column[0].count("\n") + 1 for column in columns)
        for index, line in enumerate(lines.splitlines()):
            yield [Piece(line, "bold" if index < heading else "plain")]


_Side = Sequence[str]


def _groups(sides: Sequence[_Side], room: int) -> Iterator[Sequence[_Side]]:
    """The sides in as few groups as have room, about as many in each."""
    together = len(sides)
    for blocks in range(1, len(sides) + 1):
        together = -(-len(sides) // blocks)
        groups = [sides[at : at + together] for at in range(0, len(sides), together)]
        if together == 1 or all(sum(map(_least, group)) <= room for group in groups):
            yield from groups
            return


def _least(side: _Side) -> int:
    """The width at which no cell of a side breaks but at a seam, with the gap before it."""
    return _GAP + max(len(piece) for cell in side for piece in _SEAM.split(cell))


def _shares(sides: Sequence[_Side], room: int) -> Iterator[tuple[_Side, int]]:
    """The width of each side: what it needs, and of the rest what its longest cell wants."""
    left = room - sum(map(_least, sides))
    for side in sides:
        least, wanted = _least(side), _GAP + max(map(len, side))
        more = min(wanted - least, left) if left > 0 else left
        left -= more
        yield side, max(1, least + more - _GAP)


def _in_width(side: _Side, width: int) -> list[str]:
    return ["\n".join(_broken(cell, width)) for cell in side]


def _broken(cell: str, width: int) -> Iterator[str]:
    line = ""
    for piece in _SEAM.split(cell):
        if line and len(line) + 1 + len(piece) > width:
            yield from fit(line, width)
            line = ""
        line = f"{line} {piece}".lstrip(" ")
    yield from fit(line, width)
