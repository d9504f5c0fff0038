"""Two stories side by side as text: one row a logical event, and below it why they differ."""

from collections.abc import Iterator

from echotrace.story.align import (
    DIFFERENT,
    LEFT_ONLY,
    RIGHT_ONLY,
    SAME,
    Alignment,
    Pair,
    align,
)
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.story.reasons import flags_of, reasons
from echotrace.trace import Header
from echotrace.views import words
from echotrace.views.cells import fit
from echotrace.views.paint import Piece, Surface, glyphs, paint
from echotrace.views.phrases import phrase
from echotrace.views.shortcomings import shortcomings
from echotrace.views.summary import nobody
from echotrace.views.timeline import LEAST_WIDTH

_SECTION_WIDTH, _NUMBER_WIDTH, _GAP = 9, 4, "  "
_MOST_SIDE = 60
_STYLES = {SAME: "plain", DIFFERENT: "differs", LEFT_ONLY: "differs", RIGHT_ONLY: "differs"}
_PAYLOAD_WIDTH = 24


def comparison(left: Story, right: Story, surface: Surface) -> str:
    """The whole view. Differences among connections that are alike are told once."""
    alignments = align(left, right)
    frame = _Frame(left, right, surface)
    sections = [list(_notes(left, right, surface))]
    sections += [list(frame.table(alignment)) for alignment in alignments]
    sections.append(list(_reasons(left, right, alignments, surface)))
    return "\n".join(paint(section, surface) for section in sections if section)


def name(story: Story) -> str:
    """How a story is called in a heading."""
    header = story.trace.header
    server = words.path(header.server)
    return f"{server} ({words.path(header.language)})" if header.language else server


def _script(header: Header) -> str:
    return words.path(header.script) or "none"


def _notes(left: Story, right: Story, surface: Surface) -> Iterator[list[Piece]]:
    one, other = left.trace.header, right.trace.header
    if (one.script, one.steps, one.load) != (other.script, other.steps, other.load):
        text = f"The scripts differ: {_script(one)} and {_script(other)}."
        yield [Piece(glyphs(text, surface), "differs")]
    for story in (left, right):
        for sentence in (*_without_connections(story, left, right), *shortcomings(story)):
            for line in fit(glyphs(f"{name(story)}: {sentence}", surface), surface.width):
                yield [Piece(line, "differs")]
    if not left.connections and not right.connections:
        yield [Piece(f"{nobody(left, right)} on either side.", "differs")]


def _without_connections(story: Story, *both: Story) -> Iterator[str]:
    """What a side that receives datagrams is compared by, when the other has connections."""
    if story.receivers and not all(each.receivers for each in both):
        yield (
            "UDP has no connections; # is a peer, an address whose datagrams were received, and "
            "what TCP does to begin and end a connection has no counterpart."
        )


class _Frame:
    """Draws the tables of a comparison in the width of a surface."""

    def __init__(self, left: Story, right: Story, surface: Surface) -> None:
        self._left, self._right, self._surface = left, right, surface
        margins = _SECTION_WIDTH + 3 + 2 * (_NUMBER_WIDTH + 1) + 2 * len(_GAP)
        self._side = min(_MOST_SIDE, (max(surface.width, LEAST_WIDTH) - margins) // 2)

    def table(self, alignment: Alignment) -> Iterator[list[Piece]]:
        """One pair of connections."""
        yield self._heading(alignment)
        section = ""
        for pair in alignment.pairs:
            yield from self._row(pair, pair.section if pair.section != section else "")
            section = pair.section

    def _heading(self, alignment: Alignment) -> list[Piece]:
        connection = alignment.left or alignment.right
        assert connection is not None
        client = f" C{connection.client}" if connection.client else ""
        label = f"#{connection.number}{client}".ljust(_SECTION_WIDTH)
        left, right = (
            self._title(self._left, alignment.left),
            self._title(self._right, alignment.right),
        )
        return [Piece(glyphs(f"{label}{_GAP}{left}   {_GAP}{right}", self._surface), "bold")]

    def _title(self, story: Story, own: Connection | None) -> str:
        """The story's name above its column, behind the room for the numbers."""
        missing = "no such peer" if story.receivers else "no such connection"
        title = name(story) if own else f"{name(story)}: {missing}"
        indented = " " * (_NUMBER_WIDTH + 1) + title
        width = _NUMBER_WIDTH + 1 + self._side
        return indented[:width].ljust(width)

    def _row(self, pair: Pair, section: str) -> Iterator[list[Piece]]:
        left, right = self._cell(self._left, pair.left), self._cell(self._right, pair.right)
        for index in range(max(len(left), len(right))):
            first = index == 0
            yield [
                Piece((section if first else "").ljust(_SECTION_WIDTH), "dim"),
                *self._half(pair.left, left, index, pair.mark),
                Piece(
                    f" {glyphs(pair.mark, self._surface) if first else ' '} ", _STYLES[pair.mark]
                ),
                *self._half(pair.right, right, index, pair.mark),
            ]

    def _half(
        self, event: StoryEvent | None, lines: list[str], index: int, mark: str
    ) -> Iterator[Piece]:
        number = f"{event.seq:>{_NUMBER_WIDTH}} " if event and index == 0 else " " * 5
        text = lines[index] if index < len(lines) else ""
        yield Piece(_GAP + number, "dim")
        yield Piece(text.ljust(self._side), _STYLES[mark])

    def _cell(self, story: Story, event: StoryEvent | None) -> list[str]:
        if event is None:
            return []
        said = phrase(story, event)
        flags = ", ".join(flag.removeprefix("CLONE_") for flag in flags_of(event))
        parts = [event.actor, said.head, f"→ {said.kernel}" if said.kernel else "",
                 f"[{flags}]" if flags else "", said.outcome]  # fmt: skip
        if said.data is not None:
            parts.append(words.quoted(said.data, said.size, _PAYLOAD_WIDTH))
        return fit(glyphs(" ".join(filter(None, parts)), self._surface), self._side)


def _reasons(
    left: Story, right: Story, alignments: tuple[Alignment, ...], surface: Surface
) -> Iterator[list[Piece]]:
    told = reasons(left, right, alignments)
    marks = [pair.mark for alignment in alignments for pair in alignment.pairs]
    different = sum(mark != SAME for mark in marks)
    if different:
        legend = "= the same, ≠ not the same, < only left, > only right; the numbers aside"
        yield from ([Piece(line, "dim")] for line in fit(glyphs(legend, surface), surface.width))
    if not told:
        said = f"{words.count(different, 'row')} differ." if different else "No difference."
        if marks:
            yield [Piece(said)]
        return
    yield [Piece("Why", "bold")]
    for number, sentence in enumerate(told, start=1):
        first, *rest = fit(glyphs(f"{number}. {sentence}.", surface), surface.width - 2)
        yield [Piece(f"  {first}")]
        for line in rest:
            yield [Piece(f"  {line}")]
