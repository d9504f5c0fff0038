"""The lanes of the shared layout, one line a step, in as many columns as there is room for."""

from collections.abc import Sequence
from dataclasses import dataclass

from echotrace.story.nouns import Story
from echotrace.views.cells import WAIT, actor, cell_phrase, end_of, one_line
from echotrace.views.layout import Column, Layout, Row
from echotrace.views.paint import Piece, Surface, glyphs

_GAP = " "
_LEAST, _MOST = 14, 40
_TIME_FROM = 70  # columns of the pane from which the times have room


@dataclass(frozen=True)
class Lanes:
    """Which columns are shown and how wide; `more` counts those for which there is no room."""

    columns: tuple[Column, ...]
    widths: tuple[int, ...]
    number: int
    time: int
    more: int
    by: str


def lanes(layout: Layout, row: Row | None, width: int) -> Lanes:
    """The columns around a row's. The first one (the server's, the clients') is always shown."""
    number = max((len(str(r.event.seq)) for r in layout.rows[-1:]), default=1)
    last = layout.rows[-1].milliseconds if layout.rows else ""
    time = max(len(last), len("ms")) + 1 if width >= _TIME_FROM else 0
    room = width - 2 - number - time
    fitting = max(1, room // (_LEAST + len(_GAP)))
    columns = _window(layout.columns, _column(layout, row), fitting)
    more = len(layout.columns) - len(columns)
    return Lanes(columns, _widths(columns, room), number, time, more, layout.by)


def _widths(columns: Sequence[Column], room: int) -> tuple[int, ...]:
    """Even shares; the server's column, which waits most, gives a part of its own away."""
    room -= len(_GAP) * len(columns)
    each = max(1, min(_MOST, room // max(1, len(columns))))
    if len(columns) < 2 or columns[0].key != "server" or each == _MOST:
        return (each,) * len(columns)
    first = max(1, each * 5 // 6)
    return (first, *((room - first) // (len(columns) - 1) for _ in columns[1:]))


def _column(layout: Layout, row: Row | None) -> int:
    """The column to show; for a call at the listening socket that of the connection it serves."""
    if row is None:
        return 0
    key = row.event.place.name if layout.by == "connection" else row.column
    if row.event.place.connection is not None and layout.by == "connection":
        return row.event.place.connection  # behind the server's, by number
    return next((i for i, column in enumerate(layout.columns) if column.key == key), 0)


def _window(columns: tuple[Column, ...], current: int, fitting: int) -> tuple[Column, ...]:
    """A page of columns with the current one, behind the first: pages do not move step by step."""
    if fitting >= len(columns):
        return columns
    if fitting == 1:
        return (columns[current],)
    size = fitting - 1
    page = max(0, current - 1) // size
    begin = min(1 + page * size, len(columns) - size)
    return (columns[0], *columns[begin : begin + size])


def heading(shown: Lanes, surface: Surface) -> list[list[Piece]]:
    """The titles of the columns, and their addresses."""
    margin = " " * (2 + shown.number - 1) + "#" + ("ms".rjust(shown.time) if shown.time else "")
    return [
        _titles(margin, [column.title for column in shown.columns], "bold", shown, surface),
        _titles(" " * len(margin), [c.subtitle for c in shown.columns], "dim", shown, surface),
    ]


def _titles(
    margin: str, texts: Sequence[str], style: str, shown: Lanes, surface: Surface
) -> list[Piece]:
    pairs = zip(texts, shown.widths, strict=True)
    cells = [_GAP + end_of(glyphs(t, surface), width, surface).ljust(width) for t, width in pairs]
    return [Piece(margin, "dim"), Piece("".join(cells), style)]


def line(story: Story, row: Row, shown: Lanes, surface: Surface, *, current: bool) -> list[Piece]:
    """One step: its number, and in its column what it says; ░ in the columns that wait."""
    mark = glyphs("▶", surface)[:2].ljust(2) if current else "  "
    margin = f"{row.event.seq:>{shown.number}}"
    if shown.time:
        margin += f"{row.milliseconds:>{shown.time}}"
    pieces = [Piece(mark, "ran"), Piece(margin, "dim")]
    wait = glyphs(WAIT, surface)
    for column, width in zip(shown.columns, shown.widths, strict=True):
        if column.key == row.column:
            said = cell_phrase(story, row.cell)
            text = one_line(row.cell, said, actor(row.cell, shown.by), surface, kernel=False)
            cell = _cut(text, width, surface)
            pieces += [Piece(_GAP), Piece(cell, "current" if current else "plain")]
        else:
            text = wait if column.key in row.waiting else ""
            pieces += [Piece(_GAP), Piece(text.ljust(width), "dim")]
    return pieces


def _cut(text: str, width: int, surface: Surface) -> str:
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    if len(text) <= width:
        return text.ljust(width)
    return text[: width - 1] + glyphs("…", surface)
