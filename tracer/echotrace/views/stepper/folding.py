"""A line of a moment, folded to the width of its pane fact by fact."""

import textwrap
from collections.abc import Iterator, Mapping
from functools import lru_cache

from echotrace.views.moment import Line, Mark
from echotrace.views.paint import Piece, Surface, glyphs

_DEEPEST = 6  # levels that are drawn further in; below, all stand alike
_STYLE_OF_MARK: Mapping[Mark, str] = {
    Mark.SAME: "plain",
    Mark.NEW: "new",
    Mark.GONE: "gone",
    Mark.CHANGED: "changed",
}
_LEAST_ROOM = 8


@lru_cache(maxsize=1 << 15)  # from step to step nearly all lines stay
def state_line(line: Line, width: int, surface: Surface) -> tuple[tuple[Piece, ...], ...]:
    """A line with its mark, in as many lines as it takes; what changed stands out."""
    indent = 2 + 2 * min(line.depth, _DEEPEST)
    mark = Piece(glyphs(line.mark, surface), _STYLE_OF_MARK[line.mark])
    margin = Piece(" " * (indent - 1))
    further = Piece(" " * (indent + 2))
    first, *rest = _folded(line, max(_LEAST_ROOM, width - indent), surface)
    return ((mark, margin, *first), *((further, *pieces) for pieces in rest))


def _folded(line: Line, room: int, surface: Surface) -> Iterator[list[Piece]]:
    """The parts of a line in lines of at most `room`; further ones have two columns less."""
    shown: list[Piece] = []
    used = 0
    between = glyphs(" · ", surface)
    for text, style in _parts(line, surface):
        lead = between if shown else ""
        if shown and used + len(lead) + len(text) > room:
            yield shown
            shown, used, lead = [], 2, ""
        *full, last = _broken(lead + text, room - used, room - 2)
        for piece in full:
            yield [*shown, Piece(piece, style)]
            shown, used = [], 2
        shown.append(Piece(last, style))
        used += len(last)
    yield shown


def _broken(text: str, room: int, further: int) -> list[str]:
    """The text in pieces, of which the first has `room` and those behind it `further` columns."""
    if len(text) <= room:
        return [text]
    return textwrap.wrap(text, min(room, further), drop_whitespace=False)


def _parts(line: Line, surface: Surface) -> Iterator[tuple[str, str]]:
    """The head and the facts of a line, each with its style."""
    gone = line.mark is Mark.GONE
    head = "bold" if line.mark is Mark.NEW or line.depth == 0 else "plain"
    yield glyphs(line.head, surface), "dim" if gone else head
    for fact in line.facts:
        plain = "dim" if gone else "plain"
        yield glyphs(str(fact), surface), plain if fact.was is None else "bold"
