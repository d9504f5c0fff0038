"""Where the reader of the stepper is, and every way to get elsewhere; knows no terminal.

A move is a function from one `Position` to another, so each step stands alone: how one came to it
makes no difference to what is shown.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TypeAlias, TypeVar

from echotrace.views.layout import Row
from echotrace.views.steps import Filter, Steps
from echotrace.views.summary import nobody

_T = TypeVar("_T")
_PAGE = 10


@dataclass(frozen=True)
class Position:
    """The filter, the row by its number in the filter's layout, and what to tell of the move."""

    filter: Filter
    number: int = 0
    note: str = ""


Move: TypeAlias = Callable[[Steps, Position], Position]


def row_at(steps: Steps, here: Position) -> Row | None:
    """The row of a position; None if no row passes the filter."""
    if not steps.chosen(here.filter):
        return None
    return steps.layout(here.filter).rows[here.number]


def index_of(steps: Steps, here: Position) -> int:
    """How many steps come before this one."""
    return bisect_left(steps.chosen(here.filter), here.number)


def start(steps: Steps, filter_: Filter) -> Position:
    """The first step."""
    return to_index(steps, Position(filter_), 0)


def to_index(steps: Steps, here: Position, index: int) -> Position:
    """The step with so many before it, or the nearest there is."""
    numbers = steps.chosen(here.filter)
    if not numbers:
        return replace(here, note="")
    return Position(here.filter, numbers[min(max(index, 0), len(numbers) - 1)])


def _by(count: int) -> Move:
    return lambda steps, here: to_index(steps, here, index_of(steps, here) + count)


def _to_last(steps: Steps, here: Position) -> Position:
    return to_index(steps, here, len(steps.chosen(here.filter)) - 1)


def _along_connection(direction: int) -> Move:
    """The next step of this step's connection; where it has none, of any connection."""

    def move(steps: Steps, here: Position) -> Position:
        row = row_at(steps, here)
        if row is None:
            return here
        connection = row.event.place.connection
        if connection is None:
            return _to_any_connection(steps, here, direction)
        wanted = replace(here.filter, connection=connection)
        number = steps.following(wanted, here.number, direction)
        if number is None:
            where = "later" if direction > 0 else "earlier"
            return replace(here, note=f"#{connection} has no {where} step.")
        return Position(here.filter, number)

    return move


def _to_any_connection(steps: Steps, here: Position, direction: int) -> Position:
    rows, numbers = steps.layout(here.filter).rows, steps.chosen(here.filter)
    index = index_of(steps, here) + direction
    while 0 <= index < len(numbers):
        if rows[numbers[index]].event.place.connection is not None:
            return to_index(steps, here, index)
        index += direction
    return replace(here, note="No further step belongs to a connection.")


def _cycle_connection(direction: int) -> Move:
    def move(steps: Steps, here: Position) -> Position:
        numbers = range(1, len(steps.story.connections) + 1)
        if not numbers:
            return replace(here, note=f"{nobody(steps.story)} in this trace.")
        wanted = _next_of(numbers, here.filter.connection, direction)
        return choose(steps, here, replace(here.filter, connection=wanted))

    return move


def _cycle_task(direction: int) -> Move:
    def move(steps: Steps, here: Position) -> Position:
        wanted = _next_of(steps.actors(here.filter), here.filter.actor, direction)
        return choose(steps, here, replace(here.filter, actor=wanted))

    return move


def _next_of(values: Sequence[_T], value: _T | None, direction: int) -> _T | None:
    """The value after (or before) `value` in a ring of `values` and None."""
    ring = (None, *values)
    position = ring.index(value) if value in ring else 0
    return ring[(position + direction) % len(ring)]


def _toggle_everything(steps: Steps, here: Position) -> Position:
    return choose(steps, here, replace(here.filter, everything=not here.filter.everything))


def _clear_filters(steps: Steps, here: Position) -> Position:
    return choose(steps, here, Filter(everything=here.filter.everything))


def choose(steps: Steps, here: Position, wanted: Filter) -> Position:
    """Another filter, at this step or else the nearest that passes it."""
    number = here.number
    rows = steps.layout(here.filter).rows
    if wanted.everything != here.filter.everything and rows:
        number = _same_row(steps.layout(wanted).rows, rows[number])
    numbers = steps.chosen(wanted)
    if not numbers:
        return Position(wanted, min(number, max(0, len(steps.layout(wanted).rows) - 1)))
    return Position(wanted, numbers[min(bisect_left(numbers, number), len(numbers) - 1)])


def _same_row(rows: Sequence[Row], row: Row) -> int:
    """The number of the same row among those of another layout, or of the first one after it."""
    first = number = bisect_left(rows, row.time, key=attrgetter("time"))
    while number < len(rows) and rows[number].time == row.time:
        if (rows[number].event.seq, rows[number].cell.part) == (row.event.seq, row.cell.part):
            return number
        number += 1
    return first


#: The moves that need nothing but the position, by the name that a key has for them.
MOVES: Mapping[str, Move] = {
    "first": lambda steps, here: to_index(steps, here, 0),
    "previous": _by(-1),
    "next": _by(1),
    "last": _to_last,
    "back": _by(-_PAGE),
    "on": _by(_PAGE),
    "next_of_connection": _along_connection(1),
    "previous_of_connection": _along_connection(-1),
    "connection": _cycle_connection(1),
    "connection_back": _cycle_connection(-1),
    "task": _cycle_task(1),
    "task_back": _cycle_task(-1),
    "everything": _toggle_everything,
    "clear": _clear_filters,
}
