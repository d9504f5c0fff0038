"""The timeline as text: connections (or tasks) side by side, fitted to a width."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from echotrace.pauses import no_garbage_collection
from echotrace.story.load import shortfalls
from echotrace.story.nouns import Story
from echotrace.story.sight import out_of_sight
from echotrace.trace import Syscall
from echotrace.views import heading, words
from echotrace.views.cells import WAIT, actor, fit, one_line, row_phrase
from echotrace.views.explanations import explanations
from echotrace.views.layout import Column, Layout, Row, lay_out
from echotrace.views.load import beginning, cut, load_lines
from echotrace.views.paint import Piece, Surface, actor_style, glyphs, paint
from echotrace.views.phrases import INJECTED
from echotrace.views.summary import summary

_GAP = "  "
_LEAST_SERVER, _LEAST_COLUMN, _MOST_COLUMN = 19, 22, 48
LEAST_WIDTH = 60
_MOST_NAMED = 8


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
        list(_legend(story, layout, surface)),
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


def shortcomings(story: Story) -> list[str]:
    """What every view says of a trace that does not hold all, or was tampered with by request."""
    trace, found = story.trace, []
    before = [f"#{each.number}" for each in story.connections if each.accepted is None]
    if trace.header.attached is not None and before:
        were = f"{_listed(before)} {'was' if len(before) == 1 else 'were'}"
        found.append(f"{were} open before the recording began: what came before is not known.")
    if trace.header.injections:
        faulty = sum(call.injected is not None for call in trace.syscalls())
        asked = ", ".join(map(words.safe, trace.header.injections))
        found.append(f"Faults injected into {words.count(faulty, 'call')}: {asked}.")
    if trace.end is not None and trace.end.reason:
        found.append(f"The recording ended early: {words.safe(trace.end.reason)}.")
    return found + gaps(story)


def gaps(story: Story) -> list[str]:
    """What a trace does not hold, or cannot explain, whatever was asked of its recording."""
    trace, found = story.trace, []
    if trace.torn is not None:
        found.append(f"The file is cut off in line {trace.torn}: what follows there is missing.")
    elif trace.end is None:
        found.append("The recording was cut off: it has no end.")
    found += out_of_sight(story)
    if story.doubts:
        found.append(
            f"{words.count(len(story.doubts), 'event')} could not be explained, "
            f"first {story.doubts[0].seq}: {words.safe(story.doubts[0].sentence)}"
        )
    if trace.skipped:
        found.append(f"{words.count(trace.skipped, 'line')} of a newer echotrace were skipped.")
    found.extend(map(words.safe, shortfalls(story)))
    return found


def _listed(names: Sequence[str]) -> str:
    """`#1, #2 and #3`; of many the first and how many more."""
    few = [*names[:_MOST_NAMED]]
    if len(names) > len(few):
        few.append(f"{len(names) - len(few)} more connections")
    return " and ".join(filter(None, (", ".join(few[:-1]), few[-1])))


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


def _ending(story: Story) -> str:
    """How the server came to its end in a recording that ended as meant."""
    if not set(story.roles.names) - story.links.ends.keys():
        return "The server ended by itself."
    header = story.trace.header
    if header.attached is not None:
        return "At the end echotrace let go of the program."
    if header.load is not None:
        return "After the last client had closed echotrace ended the server."
    when = "After the last step" if header.script else "At the end of the recording"
    return f"{when} echotrace ended the server."


def _legend(story: Story, layout: Layout, surface: Surface) -> Iterator[list[Piece]]:
    """What the marks mean, the kernel's names of the calls, and how much is not shown."""
    names: dict[str, dict[str, None]] = {}
    for said in (row_phrase(story, row) for row in layout.rows):
        if said.kernel:
            names.setdefault(said.head.partition("(")[0], {})[said.kernel] = None
    sentences = []
    if any(row.part == "begin" for row in layout.rows):
        sentences.append(f"{WAIT} waits; such a call stands where it began and where it returned")
    if any(getattr(row.event.record, "injected", None) for row in layout.rows):
        sentences.append(f"({INJECTED}) is echotrace's doing, as --inject asked, not the kernel's")
    if names:
        pairs = ", ".join(f"{name}() → {' and '.join(calls)}" for name, calls in names.items())
        sentences.append(f"C function → system call: {pairs}")
    if layout.hidden:
        files = f"{words.count(layout.hidden, 'event')} of files, streams and signals hidden"
        sentences.append(f"{files}: --all shows them")
    end = story.trace.end
    if end is not None and end.reason is None:
        sentences.append(_ending(story))
    for sentence in sentences:
        for line in fit(glyphs(sentence, surface), surface.width):
            yield [Piece(line, "dim")]
