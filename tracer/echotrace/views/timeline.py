"""The timeline as text: connections (or tasks) side by side, fitted to a width."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from echotrace.pauses import no_garbage_collection
from echotrace.story.nouns import Story
from echotrace.trace import Syscall
from echotrace.views import heading, words
from echotrace.views.cells import WAIT, actor, fit, one_line, row_phrase
from echotrace.views.explanations import explanations
from echotrace.views.layout import Column, Layout, Row, lay_out
from echotrace.views.legend import legend
from echotrace.views.load import beginning, cut, load_lines
from echotrace.views.paint import Piece, Surface, actor_style, glyphs, paint
from echotrace.views.shortcomings import shortcomings
from echotrace.views.summary import summary

_GAP = "  "
_LEAST_SERVER, _LEAST_COLUMN, _MOST_COLUMN = 19, 22, 48
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
    frame = _Frame.of(layout, surface)
    figures = load_lines(story, surface.width, whole=whole)
    table = figures or summary(story, surface.width).splitlines()
    note: list[str] = []
    if figures and not whole:
        shown = beginning(story, layout, next(_groups(layout, frame.room)))
        note = fit(cut(layout, shown), surface.width)
        layout, frame = shown, _Frame.of(shown, surface)
    rest = [[Piece(glyphs(line, surface))] for line in table]
    sections = [
        _heading(story, surface),
        rest if figures else [],
        [[Piece(glyphs(line, surface), "bold")] for line in note],
        *(_group(story, layout, group, frame, surface) for group in _groups(layout, frame.room)),
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


@dataclass(frozen=True)
class _Frame:
    """Widths: of the times and event numbers in the margin, and of all columns together."""

    time: int
    number: int
    room: int

    @classmethod
    def of(cls, layout: Layout, surface: Surface) -> "_Frame":
        last = max((row.time for row in layout.rows), default=0)
        time = max(len(_milliseconds(last)), len("ms"))
        number = max(len(str(max((row.event.seq for row in layout.rows), default=0))), len("event"))
        room = max(surface.width, LEAST_WIDTH) - time - number - 1
        return cls(time, number, room)


def _milliseconds(time: int) -> str:
    return f"{time / 1e6:.2f}"


def _groups(layout: Layout, room: int) -> Iterator[tuple[Column, ...]]:
    """As many columns at a time as fit; the server's stands in the first group only."""
    columns = layout.columns
    while columns:
        least = _LEAST_SERVER if columns[0].key == "server" else _LEAST_COLUMN
        further = (room - least - len(_GAP)) // (_LEAST_COLUMN + len(_GAP))
        yield columns[: 1 + max(0, further)]
        columns = columns[1 + max(0, further) :]


def _group(
    story: Story, layout: Layout, columns: Sequence[Column], frame: _Frame, surface: Surface
) -> list[list[Piece]]:
    keys = [column.key for column in columns]
    rows = [row for row in layout.rows if row.column in keys]
    texts = _Texts(story, layout, rows, surface)
    widths = _widths(columns, texts, frame.room)
    lines = [_titles(columns, widths, frame, surface, titles=True)]
    if any(column.subtitle for column in columns):
        lines.append(_titles(columns, widths, frame, surface, titles=False))
    for row, text in zip(rows, texts.fitted(widths), strict=True):
        lines.extend(_row(row, text, widths, frame, surface))
    return lines


class _Texts:
    """The cells of some rows; the kernel's names stand in all of them or in none."""

    def __init__(self, story: Story, layout: Layout, rows: Sequence[Row], surface: Surface) -> None:
        self._rows = rows
        said = [(row, row_phrase(story, row), actor(row, layout.by)) for row in rows]
        self._full = [one_line(*cell, surface, kernel=True) for cell in said]
        self._short = [one_line(*cell, surface, kernel=False) for cell in said]

    def needs(self) -> dict[str, int]:
        """The width that each column needs to have every cell on one line."""
        needs: dict[str, int] = {}
        for row, text in zip(self._rows, self._short, strict=True):
            needs[row.column] = max(needs.get(row.column, 0), len(text))
        return needs

    def fitted(self, widths: Mapping[str, int]) -> list[list[str]]:
        """The cells as lines that fit."""
        pairs = list(zip(self._rows, self._full, strict=True))
        if all(len(text) <= widths[row.column] for row, text in pairs):
            return [fit(text, len(text)) for _, text in pairs]
        return [
            fit(text, widths[row.column]) for row, text in zip(self._rows, self._short, strict=True)
        ]


def _widths(columns: Sequence[Column], texts: _Texts, room: int) -> dict[str, int]:
    """Shares the room evenly; the server's column, which waits most, gives way to the others."""
    share = room // len(columns) - len(_GAP)
    needs = texts.needs()
    widths = {column.key: min(_MOST_COLUMN, share) for column in columns}
    others = [key for key in widths if key != "server"]
    if "server" in widths and others:
        wanted = sum(max(share, min(needs.get(key, 0), _MOST_COLUMN)) for key in others)
        left = room - len(_GAP) * len(columns)
        least = max(_LEAST_SERVER, share * 3 // 4)
        widths["server"] = min(_MOST_COLUMN, max(least, left - wanted))
        each = (left - widths["server"]) // len(others)
        widths.update(dict.fromkeys(others, min(_MOST_COLUMN, each)))
    return widths


def _titles(
    columns: Iterable[Column],
    widths: Mapping[str, int],
    frame: _Frame,
    surface: Surface,
    *,
    titles: bool,
) -> list[Piece]:
    margin = f"{'ms':>{frame.time}} {'event':>{frame.number}}"
    pieces = [Piece(margin if titles else " " * len(margin), "dim")]
    for column in columns:
        text = glyphs(column.title if titles else column.subtitle, surface)
        width = widths[column.key]
        pieces.append(Piece(_GAP + text[:width].ljust(width), "bold" if titles else "dim"))
    return pieces


def _row(
    row: Row, text: Sequence[str], widths: Mapping[str, int], frame: _Frame, surface: Surface
) -> Iterator[list[Piece]]:
    margin = f"{_milliseconds(row.time):>{frame.time}} {row.event.seq:>{frame.number}}"
    wait = glyphs(WAIT, surface)
    for index, line in enumerate(text):
        pieces = [Piece(margin if index == 0 else " " * len(margin), "dim")]
        for key, width in widths.items():
            if key == row.column:
                pieces.append(Piece(_GAP + line.ljust(width), actor_style(row.event.actor)))
            else:
                mark = wait if key in row.waiting else ""
                pieces.append(Piece(_GAP + mark.ljust(width), "dim"))
        yield pieces
