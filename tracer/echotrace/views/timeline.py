"""The timeline as text: connections (or tasks) side by side, fitted to a width."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from echotrace.story.load import shortfalls
from echotrace.story.nouns import Story
from echotrace.story.sight import out_of_sight
from echotrace.trace import Syscall
from echotrace.views import heading, words
from echotrace.views.beginning import beginning
from echotrace.views.blocks import Block, blocks, groups_of
from echotrace.views.cells import WAIT, end_of, fit, row_phrase
from echotrace.views.explanations import explanations
from echotrace.views.layout import Layout, Row, lay_out
from echotrace.views.load import cut, load_lines
from echotrace.views.paint import Piece, Surface, actor_style, glyphs, paint
from echotrace.views.phrases import INJECTED
from echotrace.views.summary import summary
from echotrace.views.widths import GAP

LEAST_WIDTH = 60
_MOST_NAMED = 8


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
        shown = beginning(story, layout, next(groups_of(layout, frame.room)))
        note = fit(cut(layout, shown), surface.width)
        layout, frame = shown, _Frame.of(shown, surface)
    rest = [[Piece(glyphs(line, surface))] for line in table]
    sections = [
        _heading(story, surface),
        rest if figures else [],
        [[Piece(glyphs(line, surface), "bold")] for line in note],
        *(_block(block, frame, surface) for block in blocks(story, layout, frame.room, surface)),
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
    if trace.torn is not None:
        found.append(f"The file is cut off in line {trace.torn}: what follows there is missing.")
    elif trace.end is None:
        found.append("The recording was cut off: it has no end.")
    elif trace.end.reason:
        found.append(f"The recording ended early: {words.safe(trace.end.reason)}.")
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


def _block(block: Block, frame: _Frame, surface: Surface) -> list[list[Piece]]:
    lines = [_titles(block, frame, surface, titles=True)]
    if any(column.subtitle for column in block.columns):
        lines.append(_titles(block, frame, surface, titles=False))
    for row, cell in zip(block.rows, block.cells, strict=True):
        text = fit(cell, block.widths[row.column])
        lines.extend(_row(row, text, block.widths, frame, surface))
    return lines


def _titles(block: Block, frame: _Frame, surface: Surface, *, titles: bool) -> list[Piece]:
    margin = f"{'ms':>{frame.time}} {'event':>{frame.number}}"
    pieces = [Piece(margin if titles else " " * len(margin), "dim")]
    for column in block.columns:
        width = block.widths[column.key]
        text = end_of(glyphs(column.title if titles else column.subtitle, surface), width, surface)
        pieces.append(Piece(GAP + text.ljust(width), "bold" if titles else "dim"))
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
                pieces.append(Piece(GAP + line.ljust(width), actor_style(row.event.actor)))
            else:
                mark = wait if key in row.waiting else ""
                pieces.append(Piece(GAP + mark.ljust(width), "dim"))
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
