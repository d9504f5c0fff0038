"""Every two sides of the page by logical event, as `echotrace compare` lays them out."""

from collections.abc import Mapping, Sequence
from itertools import accumulate, combinations
from typing import Final

from echotrace.pauses import no_garbage_collection
from echotrace.story.compare.compare import compare
from echotrace.story.compare.nouns import SECTIONS, Comparison, Mark
from echotrace.story.nouns import Story, StoryEvent
from echotrace.views import comparison_words as told
from echotrace.views import costs, parts, words
from echotrace.views.cells import WAIT
from echotrace.views.layout import Cell, Row
from echotrace.views.page import nouns
from echotrace.views.page.texts import Texts
from echotrace.views.side_by_side import elsewhere
from echotrace.views.side_cells import said

_MARKS: Final = tuple(Mark)
_GAP: Final = -1


@no_garbage_collection()
def pairs(stories: Mapping[str, Story], sides: Sequence[nouns.Side]) -> nouns.Pairs:
    """The comparisons of every two of the stories, of which `sides` is what the page has."""
    texts = Texts()
    columns = [
        _Column(story, side, texts) for story, side in zip(stories.values(), sides, strict=True)
    ]
    names = list(stories)
    found = [
        _pair(
            (one, other),
            compare([columns[one].story, columns[other].story], names=[names[one], names[other]]),
            (columns[one], columns[other]),
            texts,
        )
        for one, other in combinations(range(len(columns)), 2)
    ]
    return nouns.Pairs(texts.patterns, texts.packed, found)


class _Column:
    """A side as a column of comparisons: what it says of an event, and which row that is."""

    def __init__(self, story: Story, side: nouns.Side, texts: Texts) -> None:
        self.story = story
        self._texts = texts
        #: The last row of each event: of a call that waited that of its return.
        self._rows = {seq: row for row, seq in enumerate(accumulate(side.rows.seq))}
        self._said: dict[int, int] = {}

    def row(self, event: StoryEvent) -> int:
        """The row of the side whose step has an event done."""
        return self._rows[event.seq]

    def said(self, event: StoryEvent) -> int:
        """The text of an event."""
        known = self._said.get(event.seq)
        if known is None:
            text = said(self.story, Cell("", event)).text
            known = self._said[event.seq] = self._texts.add(text)
        return known


def _pair(
    sides: tuple[int, int], compared: Comparison, columns: tuple[_Column, _Column], texts: Texts
) -> nouns.Pair:
    laid_out = parts.lay_out(compared)
    rows = [row for part in laid_out for row in part.layout.rows]
    (answer,) = told.answers(compared)
    return nouns.Pair(
        sides=list(sides),
        title=told.title(compared),
        notes=list(told.notes(compared)),
        legend=list(told.legend(compared, rows, {}, waited=WAIT if _waits(rows) else "")),
        sections=list(SECTIONS),
        marks=list(_MARKS),
        parts=[_part(part) for part in laid_out],
        rows=_aligned(compared, rows, columns, texts),
        differences=[
            nouns.Difference(words.safe(each.sentence), [list(events) for events in each.events])
            for each in answer.differences
        ],
        answer=words.safe(answer.sentence),
        costs=[list(map(texts.add, row)) for row in costs.cost_rows(compared.stories)],
        costs_note=costs.NOTE,
    )


def _waits(rows: Sequence[Row]) -> bool:
    return any(cell.event.woken_by is not None for row in rows for cell in row.cells)


def _part(part: parts.Part) -> nouns.Part:
    return nouns.Part(
        part.title,
        [
            ": ".join(filter(None, (words.safe(each.title), each.subtitle)))
            for each in part.layout.columns
        ],
        [own.number if own else 0 for own in part.alignment.connections],
        len(part.layout.rows),
    )


def _aligned(
    compared: Comparison, rows: Sequence[Row], columns: tuple[_Column, _Column], texts: Texts
) -> nouns.Aligned:
    found = nouns.Aligned([], [], [], [], [])
    for row in rows:
        found.section.append(SECTIONS.index(row.section))
        found.mark.append(_MARKS.index(row.marks[1]))
        for name, column, place, own in zip(
            compared.names, columns, row.moved, (found.left, found.right), strict=True
        ):
            cell = row.at(name)
            own.append(column.row(cell.event) if cell else _GAP)
            found.said.append(
                column.said(cell.event) if cell else texts.add(elsewhere(place) if place else "")
            )
    return found
