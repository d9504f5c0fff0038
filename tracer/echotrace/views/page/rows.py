"""The rows of both timelines, the essential one and the whole one, each kept once."""

from collections.abc import Mapping
from typing import Final

from echotrace.story.explain import explain
from echotrace.story.nouns import Story, StoryEvent
from echotrace.trace import Syscall
from echotrace.views.layout import Row
from echotrace.views.narration import narrate
from echotrace.views.page import nouns
from echotrace.views.page.cells import cell
from echotrace.views.page.places import Places
from echotrace.views.page.texts import Texts, differences
from echotrace.views.steps import Filter, Steps
from echotrace.views.words import safe

_PARTS: Final = ("whole", "begin", "return")
_BOTH: Final = (Filter(everything=False), Filter(everything=True))


class Pool:
    """All rows of a story, in the order of time, and what its two timelines take of them.

    `times` (ns, ascending) are those of the states that the steps show, behind that of the state
    before the first event.
    """

    def __init__(self, story: Story, steps: Steps) -> None:
        self._story, self._steps = story, steps
        self.rows = self._merged()
        self._numbers = {_key(row): number for number, row in enumerate(self.rows)}
        layout = steps.layout(_BOTH[1])
        self._by = layout.by
        self.columns = layout.columns
        self._columns = {column.key: index for index, column in enumerate(layout.columns)}
        self.actors = steps.actors(_BOTH[1])
        self._times = [
            [steps.time(filter_, number) for number in range(len(steps.layout(filter_).rows))]
            for filter_ in _BOTH
        ]
        times = sorted({time for times in self._times for time in times})
        first = min((event.start for event in story.events), default=0)
        self.times = [min([first, *times[:1]]) - 1, *times]

    def _merged(self) -> list[Row]:
        found: dict[tuple[int, str], Row] = {}
        for filter_ in reversed(_BOTH):
            for row in self._steps.layout(filter_).rows:
                found.setdefault(_key(row), row)
        return sorted(found.values(), key=lambda row: row.time)

    def timelines(self, states: Mapping[int, int]) -> list[nouns.Timeline]:
        """The essential timeline and the whole one; `states` are the moments by time."""
        return [self._timeline(which, states) for which in range(len(_BOTH))]

    def _timeline(self, which: int, states: Mapping[int, int]) -> nouns.Timeline:
        layout = self._steps.layout(_BOTH[which])
        waits = {self._columns[key]: list(changes) for key, changes in layout.waits.items()}
        return nouns.Timeline(
            differences(self._numbers[_key(row)] for row in layout.rows),
            differences(states[time] for time in self._times[which]),
            waits,
        )

    def packed(self, texts: Texts, places: Places) -> nouns.Rows:
        """The facts on all rows."""
        story, rows, actors = self._story, self.rows, {a: n for n, a in enumerate(self.actors)}
        return nouns.Rows(
            seq=differences(row.event.seq for row in rows),
            time=differences(row.time for row in rows),
            column=[self._columns[row.column] for row in rows],
            actor=[actors[row.event.actor] for row in rows],
            connection=[row.event.place.connection or 0 for row in rows],
            part=[_PARTS.index(row.cell.part) for row in rows],
            cell=differences(cell(story, row.cell, self._by, texts) for row in rows),
            told=differences(texts.add(narrate(story, row)) for row in rows),
            place=[places.of(row.event) for row in rows],
            woken=[row.event.woken_by or 0 for row in rows],
        )

    def unfinished(self, texts: Texts) -> dict[int, int]:
        """What is told of the calls that never return, by the rows at which they begin."""
        return {
            number: texts.add(safe(explain(self._story, row.event)))
            for number, row in enumerate(self.rows)
            if row.cell.part == "begin" and _never_returns(row.event)
        }


def _never_returns(event: StoryEvent) -> bool:
    return isinstance(event.record, Syscall) and event.record.end is None


def _key(row: Row) -> tuple[int, str]:
    """Which row of both timelines it is; a trace that makes no sense may use a number twice."""
    return id(row.event), row.cell.part
