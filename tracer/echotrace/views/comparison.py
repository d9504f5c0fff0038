"""Two stories side by side as text: one row a logical event, and below it why they differ."""

from collections.abc import Iterator

from echotrace.story.compare.nouns import Alignment, Comparison, Mark, Row
from echotrace.story.compare.on_tasks import flags_of
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.views import words
from echotrace.views.cells import fit
from echotrace.views.paint import Piece, Surface, glyphs, paint
from echotrace.views.phrases import phrase
from echotrace.views.shortcomings import shortcomings
from echotrace.views.summary import nobody
from echotrace.views.timeline import LEAST_WIDTH

_SECTION_WIDTH, _NUMBER_WIDTH, _GAP = 9, 4, "  "
_MOST_SIDE = 60
_PAYLOAD_WIDTH = 24


def comparison(compared: Comparison, surface: Surface, *, whole: bool = False) -> str:  # noqa: ARG001 -- folding is to come
    """The whole view."""
    frame = _Frame(compared, surface)
    sections = [list(_notes(compared, surface))]
    sections += [list(frame.table(alignment)) for alignment in compared.alignments]
    sections.append(list(_differences(compared, surface)))
    return "\n".join(paint(section, surface) for section in sections if section)


def _notes(compared: Comparison, surface: Surface) -> Iterator[list[Piece]]:
    told = list(compared.notes)
    for story, name in zip(compared.stories, compared.names, strict=True):
        told += (f"{name}: {sentence}" for sentence in shortcomings(story))
    if not any(story.connections for story in compared.stories):
        told.append(f"{nobody(*compared.stories)} on either side.")
    for sentence in told:
        for line in fit(glyphs(sentence, surface), surface.width):
            yield [Piece(line, "differs")]


class _Frame:
    """Draws the tables of a comparison in the width of a surface."""

    def __init__(self, compared: Comparison, surface: Surface) -> None:
        self._left, self._right = compared.stories[:2]
        self._names = compared.names
        self._surface = surface
        margins = _SECTION_WIDTH + 3 + 2 * (_NUMBER_WIDTH + 1) + 2 * len(_GAP)
        self._side = min(_MOST_SIDE, (max(surface.width, LEAST_WIDTH) - margins) // 2)

    def table(self, alignment: Alignment) -> Iterator[list[Piece]]:
        """One pair of connections."""
        yield self._heading(alignment)
        section = ""
        for row in alignment.rows:
            yield from self._row(row, row.section if row.section != section else "")
            section = row.section

    def _heading(self, alignment: Alignment) -> list[Piece]:
        known = next(filter(None, alignment.connections), None)
        client = f" C{known.client}" if known and known.client else ""
        label = (f"#{known.number}{client}" if known else alignment.kind).ljust(_SECTION_WIDTH)
        left, right = (
            self._title(story, name, own, connection=known is not None)
            for story, name, own in zip(
                (self._left, self._right), self._names, alignment.connections, strict=False
            )
        )
        return [Piece(glyphs(f"{label}{_GAP}{left}   {_GAP}{right}", self._surface), "bold")]

    def _title(self, story: Story, name: str, own: Connection | None, *, connection: bool) -> str:
        """The story's name above its column, behind the room for the numbers."""
        missing = "no such peer" if story.receivers else "no such connection"
        title = f"{name}: {missing}" if connection and own is None else name
        indented = " " * (_NUMBER_WIDTH + 1) + title
        width = _NUMBER_WIDTH + 1 + self._side
        return indented[:width].ljust(width)

    def _row(self, row: Row, section: str) -> Iterator[list[Piece]]:
        events = [step.event if step else None for step in row.steps[:2]]
        left, right = self._cell(self._left, events[0]), self._cell(self._right, events[1])
        mark = row.mark(1)
        for index in range(max(len(left), len(right))):
            first = index == 0
            yield [
                Piece((section if first else "").ljust(_SECTION_WIDTH), "dim"),
                *self._half(events[0], left, index, mark),
                Piece(f" {glyphs(mark, self._surface) if first else ' '} ", _style(mark)),
                *self._half(events[1], right, index, mark),
            ]

    def _half(
        self, event: StoryEvent | None, lines: list[str], index: int, mark: Mark
    ) -> Iterator[Piece]:
        number = f"{event.seq:>{_NUMBER_WIDTH}} " if event and index == 0 else " " * 5
        text = lines[index] if index < len(lines) else ""
        yield Piece(_GAP + number, "dim")
        yield Piece(text.ljust(self._side), _style(mark))

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


def _style(mark: Mark) -> str:
    return "plain" if mark is Mark.SAME else "differs"


def _differences(compared: Comparison, surface: Surface) -> Iterator[list[Piece]]:
    if compared.same:
        yield [Piece("No difference.")]
        return
    legend = "= the same, ≠ not the same, < only left, > only right; the numbers aside"
    yield from ([Piece(line, "dim")] for line in fit(glyphs(legend, surface), surface.width))
    yield [Piece("What differs", "bold")]
    for number, difference in enumerate(compared.differences[0], start=1):
        text = glyphs(f"{number}. {difference.sentence}.", surface)
        yield from ([Piece(f"  {line}")] for line in fit(text, surface.width - 2))
