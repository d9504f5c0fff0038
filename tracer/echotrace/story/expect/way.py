"""How a course goes on where it parts from a pattern: what lacks, what is too much, what fits.

The shortest edit script between the steps that are left and the nearest way through the pattern: a
step that lacks costs as much as one too many, another in its place no more than both together; that
an error lacks is unlikely, another order than the trace's is possible. Reference: E. W. Dijkstra,
"A note on two problems in connexion with graphs", 1959, over places in both.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from echotrace.story.compare.nouns import Step
from echotrace.story.expect.automaton import Automaton, bits
from echotrace.story.expect.pattern import ALL, Expected, Outcome
from echotrace.syscalls import logical_event

_AHEAD = 24  # steps of the trace that are laid beside the pattern
#: Of a pattern of very many alternatives: states to go on from, and changes that are tried.
_MOST_STARTS, _MOST_TRIED = 8, 50_000
_GAP, _VARIANT, _SWAP, _UNLIKELY, _EARLY = 4, 6, 8, 12, 3
#: Which change is preferred, of two that cost the same.
_FIT, _INSTEAD, _LACK, _MORE = range(4)


@dataclass(frozen=True)
class Row:
    """An expected step and the one that it is, or that came in its place; None where one lacks."""

    expected: Expected | None
    step: Step | None
    fits: bool = False


class Place(NamedTuple):
    """A state of the pattern, and how many steps of the others and of those that serve are past."""

    state: int
    others: int
    own: int


class _Edge(NamedTuple):
    """What may be next at a place: `rank` orders those of one cost, at last by the trace."""

    cost: int
    rank: tuple[int, int]
    to: Place
    row: Row | None


#: The steps that can be next at a place, where each leads, and the states whose step it is.
NextSteps: TypeAlias = Callable[[Place], Iterable[tuple[Step, Place, int]]]
_Rows: TypeAlias = "tuple[_Rows, Row] | None"


def way_on(
    automaton: Automaton, starts: Sequence[Place], next_steps: NextSteps
) -> tuple[int, list[Row]]:
    """The state to go on from, of those that a course has come to, and the rows from there."""
    queue: list[tuple[int, tuple[tuple[int, int], ...], int, Place, Place, _Rows]] = [
        (0, (), number, start, start, None) for number, start in enumerate(starts[:_MOST_STARTS])
    ]
    tried = len(queue)
    done: set[Place] = set()
    while True:
        cost, ranks, _, place, start, rows = heapq.heappop(queue)
        ahead = place.others + place.own - start.others - start.own
        cut = ahead >= _AHEAD or (tried > _MOST_TRIED and rows is not None)
        if place.state == automaton.end or cut:
            return start.state, _unrolled(rows)
        if place in done:
            continue
        done.add(place)
        for edge in _edges(automaton, place, list(next_steps(place))):
            tried += 1
            then = (rows, edge.row) if edge.row is not None else rows
            way = cost + edge.cost, (*ranks, edge.rank), tried, edge.to, start, then
            heapq.heappush(queue, way)


def _edges(
    automaton: Automaton, place: Place, steps: Sequence[tuple[Step, Place, int]]
) -> Iterator[_Edge]:
    after = automaton.after(1 << place.state)
    if not steps and after >> automaton.end & 1:
        yield _Edge(0, (_FIT, 0), place._replace(state=automaton.end), None)
    states = [state for state in bits(after) if state != automaton.end]
    earliest = min((step.event.seq for step, _, _ in steps), default=0)
    for step, past, fitting in steps:
        seq = step.event.seq
        early = _EARLY if seq > earliest else 0
        for state in states:
            expected, to = automaton.expected[state - 1], past._replace(state=state)
            if fitting >> state & 1:
                yield _Edge(early, (_FIT, seq), to, Row(expected, step, fits=True))
            else:
                cost = _VARIANT if _kind(expected) == step.key[0] else _SWAP
                yield _Edge(cost + early, (_INSTEAD, seq), to, Row(expected, step))
        yield _Edge(_GAP + early, (_MORE, seq), past, Row(None, step))
    for state in states:
        expected = automaton.expected[state - 1]
        cost = _UNLIKELY if _is_error(expected) else _GAP
        yield _Edge(cost, (_LACK, state), place._replace(state=state), Row(expected, None))


def _kind(expected: Expected) -> str:
    makes_thread = expected.name in ("thread", "pthread_create")
    return "spawn" if makes_thread else logical_event(expected.name)


def _is_error(expected: Expected) -> bool:
    match expected.outcome:
        case Outcome("=", value):
            return value == -1 or (not isinstance(value, int) and value != ALL)
        case _:
            return False


def _unrolled(rows: _Rows) -> list[Row]:
    found = []
    while rows is not None:
        rows, row = rows
        found.append(row)
    return found[::-1]
