"""Lays the connections of two stories against each other, by what happened and not by text.

Two courses are aligned so that as many steps as possible stand side by side (a weighted longest
common subsequence, by the usual table); variants of one call, and different outcomes, stand on one
row as different.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from echotrace.story.course import SECTIONS, Step, steps
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.trace import Syscall

SAME, DIFFERENT, LEFT_ONLY, RIGHT_ONLY = "=", "≠", "<", ">"


@dataclass(frozen=True)
class Pair:
    """One row of an alignment: the steps of both sides, one of which may be missing."""

    mark: str
    section: str
    left: StoryEvent | None
    right: StoryEvent | None


@dataclass(frozen=True)
class Alignment:
    """Two connections side by side; a side is None when it has no connection to match."""

    left: Connection | None
    right: Connection | None
    pairs: tuple[Pair, ...]


def align(left: Story, right: Story) -> tuple[Alignment, ...]:
    """All connections of two stories, paired by the client that made them, else by number."""
    return tuple(
        Alignment(one, other, _align(left, one, right, other))
        for one, other in _pair_up(left.connections, right.connections)
    )


def _pair_up(
    left: Sequence[Connection], right: Sequence[Connection]
) -> list[tuple[Connection | None, Connection | None]]:
    theirs = dict(_named(right))
    pairs: list[tuple[Connection | None, Connection | None]] = [
        (connection, theirs.pop(name, None)) for name, connection in _named(left)
    ]
    return [*pairs, *((None, connection) for connection in theirs.values())]


def _named(
    connections: Sequence[Connection],
) -> Iterator[tuple[tuple[int | None, int], Connection]]:
    """Each connection with whose it is: the client's number, and which of its visits this is."""
    visits: Counter[int | None] = Counter()
    for connection in connections:
        visits[connection.client] += 1
        yield (connection.client, visits[connection.client]), connection


def _align(
    left: Story, one: Connection | None, right: Story, other: Connection | None
) -> tuple[Pair, ...]:
    ours = steps(left, one) if one else []
    theirs = steps(right, other) if other else []
    pairs = []
    section = SECTIONS[0]
    for mine, your in _common(ours, theirs):
        reached = [step.section for step in (mine, your) if step]
        section = max(section, min(reached, key=SECTIONS.index), key=SECTIONS.index)
        pairs.append(
            Pair(
                _mark(mine, your),
                section,
                mine.event if mine else None,
                your.event if your else None,
            )
        )
    return tuple(pairs)


def _mark(mine: Step | None, your: Step | None) -> str:
    if mine is None:
        return RIGHT_ONLY
    if your is None:
        return LEFT_ONLY
    return SAME if _essence(mine.event) == _essence(your.event) else DIFFERENT


def _essence(event: StoryEvent) -> tuple[object, ...]:
    """What makes two events of one kind the same: not the numbers, but the call and its outcome.

    Descriptor numbers, task ids and buffer sizes belong to a run or a program; flags, bytes and
    errors are what the kernel was asked to do and did.
    """
    record = event.record
    if not isinstance(record, Syscall):
        return (getattr(record, "signal", None), getattr(record, "status", None))
    moved = record.result if record.data is not None else None
    asked = tuple(record.args.get(name) for name in ("flags", "how", "status", "optname", "op"))
    return (record.name, record.errno, moved, record.data, asked)


def _common(ours: Sequence[Step], theirs: Sequence[Step]) -> list[tuple[Step | None, Step | None]]:
    """Both sequences with as many alike steps as possible side by side, equal ones before others.

    Where several alignments are as good, the choice does not depend on which side is the left.
    """
    best = _scores(ours, theirs)
    rows: list[tuple[Step | None, Step | None]] = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        if best[i][j] == best[i + 1][j + 1] + _likeness(ours[i], theirs[j]) > best[i + 1][j + 1]:
            rows.append((ours[i], theirs[j]))
            i, j = i + 1, j + 1
        elif (best[i + 1][j], theirs[j].key) > (best[i][j + 1], ours[i].key):
            rows.append((ours[i], None))
            i += 1
        else:
            rows.append((None, theirs[j]))
            j += 1
    rows.extend((step, None) for step in ours[i:])
    rows.extend((None, step) for step in theirs[j:])
    return rows


def _scores(ours: Sequence[Step], theirs: Sequence[Step]) -> list[list[int]]:
    """The likeness that the rest of both sequences can reach, from each pair of positions on."""
    best = [[0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for i in range(len(ours) - 1, -1, -1):
        for j in range(len(theirs) - 1, -1, -1):
            together = best[i + 1][j + 1] + _likeness(ours[i], theirs[j])
            best[i][j] = max(best[i + 1][j], best[i][j + 1], together)
    return best


def _likeness(mine: Step, your: Step) -> int:
    """0 for different events; a variant counts nearly as much as the same."""
    if mine.key != your.key:
        return 0
    return 3 if _essence(mine.event) == _essence(your.event) else 2
