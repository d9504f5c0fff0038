"""The steps through a story: rows of the shared layout, filtered, and the ways between them.

Every way is a bisection of lists that were made once, so a trace may be as long as it likes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from echotrace.kernel.state import State
from echotrace.pauses import no_garbage_collection
from echotrace.story.essentials import is_essential
from echotrace.story.nouns import Story, StoryEvent
from echotrace.syscalls import ROWS, Effect
from echotrace.trace import ClientStep, Exit, Syscall
from echotrace.views.lanes import lay_out
from echotrace.views.layout import Layout, Row


@dataclass(frozen=True)
class Filter:
    """Which steps are taken: of one connection, of one task, of all events or the essential."""

    connection: int | None = None
    actor: str | None = None
    everything: bool = False


def state_after(story: Story, row: Row) -> State:
    """What the kernel keeps when a step is done."""
    return story.history.at(time_after(story, row))


def time_after(story: Story, row: Row) -> int:
    """When (ns) a step is done.

    A call that waits has begun, and no more. So has a client's step: what it does to the server
    happens at its begin, its end is when the client knew of it.
    """
    begun = row.cell.part == "begin" or isinstance(row.event.record, ClientStep)
    return story.time_of(row.event.seq, begun=begun)


class Steps:
    """All steps of a story, in one column order (`by` connection or task)."""

    def __init__(self, story: Story, by: str = "connection") -> None:
        self.story = story
        self._by = by
        self._rows: dict[bool, _Rows] = {}
        self.chosen = lru_cache(maxsize=64)(self._choose)

    def layout(self, filter_: Filter) -> Layout:
        """The layout that a filter takes its rows from."""
        return self._of(filter_).layout

    def actors(self, filter_: Filter) -> tuple[str, ...]:
        """All who act in some step: tasks by role, then clients."""
        return self._of(filter_).actors

    def _of(self, filter_: Filter) -> "_Rows":
        everything = filter_.everything
        if everything not in self._rows:
            self._rows[everything] = _rows(self.story, self._by, everything=everything)
        return self._rows[everything]

    def _choose(self, filter_: Filter) -> Sequence[int]:
        """The numbers of the rows (in the layout) that pass the filter, ascending."""
        rows = self._of(filter_)
        numbers: Sequence[int] = range(len(rows.layout.rows))
        if filter_.connection is not None:
            numbers = rows.of_connection.get(filter_.connection, ())
        if filter_.actor is not None:
            whose = rows.of_actor.get(filter_.actor, ())
            if filter_.connection is None:
                return whose
            return [n for n in numbers if rows.layout.rows[n].event.actor == filter_.actor]
        return numbers

    def state(self, filter_: Filter, number: int) -> State:
        """What the kernel keeps when the step of row `number` is done."""
        return self.story.history.at(self.time(filter_, number))

    def time(self, filter_: Filter, number: int) -> int:
        """When (ns) the step of row `number` is done.

        A call of exit is told together with the end of its task, where the layout hides that.
        """
        row = self._of(filter_).layout.rows[number]
        end = None if filter_.everything else self._ends.get(row.event.seq)
        return time_after(self.story, row) if end is None else self.story.time_of(end)

    @cached_property
    @no_garbage_collection()
    def _ends(self) -> dict[int, int]:
        """The ends of tasks by the call of exit that led to them, if nothing was told between."""
        leaving: dict[str, int] = {}
        ends = {}
        for event in self.story.events:
            if isinstance(event.record, Exit):
                call = leaving.pop(event.actor, None)
                if call is not None:
                    ends[call] = event.seq
            elif is_essential(event):
                leaving.clear()
                if _exits(event):
                    leaving[event.actor] = event.seq
        return ends

    def of_event(self, filter_: Filter, seq: int) -> int | None:
        """The first row of an event in the layout, whatever connection or task is asked for."""
        return self._of(filter_).first.get(seq)

    def passes(self, filter_: Filter, number: int) -> bool:
        """Whether a row passes the filter."""
        numbers = self.chosen(filter_)
        position = bisect_left(numbers, number)
        return position < len(numbers) and numbers[position] == number

    def following(self, filter_: Filter, number: int, direction: int) -> int | None:
        """The chosen row after (or, with direction -1, before) the row `number`."""
        numbers = self.chosen(filter_)
        if direction > 0:
            position = bisect_right(numbers, number)
            return numbers[position] if position < len(numbers) else None
        position = bisect_left(numbers, number) - 1
        return numbers[position] if position >= 0 else None


def _exits(event: StoryEvent) -> bool:
    row = ROWS.get(event.record.name) if isinstance(event.record, Syscall) else None
    return row is not None and row.effect is Effect.EXITS


@dataclass(frozen=True)
class _Rows:
    """A layout, and its rows by event, by connection and by actor."""

    layout: Layout
    first: dict[int, int]
    of_connection: dict[int, list[int]]
    of_actor: dict[str, list[int]]

    @cached_property
    def actors(self) -> tuple[str, ...]:
        """Processes, threads, clients, each by number."""
        return tuple(sorted(self.of_actor, key=_actor_order))


def _actor_order(role: str) -> tuple[int, int, str]:
    number = int(role[1:]) if role[1:].isdecimal() else 0
    return ("PT?C".find(role[:1]), number, role)


@no_garbage_collection()
def _rows(story: Story, by: str, *, everything: bool) -> _Rows:
    rows = _Rows(lay_out(story, by=by, everything=everything), {}, {}, {})
    for number, row in enumerate(rows.layout.rows):
        event = row.event
        rows.first.setdefault(event.seq, number)
        rows.of_actor.setdefault(event.actor, []).append(number)
        if event.place.connection is not None:
            rows.of_connection.setdefault(event.place.connection, []).append(number)
    return rows
