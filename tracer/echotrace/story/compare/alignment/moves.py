"""Steps that the first side and another have in common, but at different places: they have moved.

Two gaps on opposite sides are one step that moved if their steps are variants of one another in the
same course: some other step comes before it on one side and after it on the other, so no order
could have them on one row. And a task made in the set-up is made for the first connection that it
serves, where the other side makes one then. Calls that a server repeats (recv, send, waits until
something is ready) never move: one more of them is one more.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from echotrace.story.compare.nouns import Alignment, Row, Step
from echotrace.story.nouns import Story
from echotrace.trace import Syscall

_REPEATED = frozenset({"recv", "send", "readiness"})


class _Gap(NamedTuple):
    """A step that one of two sides lacks: which side has it, and in which alignment."""

    side: int
    alignment: int
    step: Step


def may_move(step: Step) -> bool:
    """Whether a step is one that a server makes once for a connection, or for all."""
    return step.key[0] not in _REPEATED


def with_moves(alignments: Sequence[Alignment], stories: Sequence[Story]) -> tuple[Alignment, ...]:
    """The alignments, with the number of the moved counterpart in the gaps that have one.

    A row that the first side lacks is one row for each of its counterparts.
    """
    moves = [_moves(alignments, stories, other) for other in range(1, len(stories))]
    there = [{first.event.seq: own.event.seq for first, own in each} for each in moves]
    back = [{own.event.seq: first.event.seq for first, own in each} for each in moves]
    return tuple(
        replace(each, rows=tuple(row for old in each.rows for row in _rows(old, there, back)))
        for each in alignments
    )


def _rows(
    row: Row, there: Sequence[Mapping[int, int]], back: Sequence[Mapping[int, int]]
) -> Iterator[Row]:
    """A row with its counterparts elsewhere."""
    first, *others = row.steps
    if first is not None:
        seq = first.event.seq
        gaps = zip(others, there, strict=True)
        yield replace(row, moved=(None, *(None if own else to.get(seq) for own, to in gaps)))
        return
    found = [of.get(own.event.seq) if own else None for own, of in zip(others, back, strict=True)]
    present = (to for own, to in zip(others, found, strict=True) if own)
    for counterpart in dict.fromkeys(present):
        steps = (own if to == counterpart else None for own, to in zip(others, found, strict=True))
        yield Row(row.section, (None, *steps), (counterpart, *(None for _ in others)))


def _moves(
    alignments: Sequence[Alignment], stories: Sequence[Story], other: int
) -> list[tuple[Step, Step]]:
    """The steps of the first side and of another that are one step which moved."""
    gaps = list(_gaps(alignments, other))
    if len({gap.side for gap in gaps}) < 2:
        return []
    served = {side: _served(alignments, side) for side in (0, other)}

    def made_for(gap: _Gap) -> Hashable:
        """The first connection that a task serves, for the call that makes the task."""
        record = gap.step.event.record
        if gap.step.key[0] != "spawn" or not isinstance(record, Syscall):
            return None
        if alignments[gap.alignment].kind == "connection":
            return gap.alignment
        made = stories[gap.side].roles.of(record.result or 0, gap.step.event.end or 0)
        return served[gap.side].get(made or "")

    found: list[tuple[Step, Step]] = []
    for alike in (_same, _variant, made_for):
        pairs = _paired(gaps, alike)
        found += [(one.step, own.step) for one, own in pairs]
        gone = {id(gap) for pair in pairs for gap in pair}
        gaps = [gap for gap in gaps if id(gap) not in gone]
    return found


def _gaps(alignments: Sequence[Alignment], other: int) -> Iterator[_Gap]:
    for number, alignment in enumerate(alignments):
        for row in alignment.rows:
            one, own = row.steps[0], row.steps[other]
            if one and own is None and may_move(one):
                yield _Gap(0, number, one)
            elif own and one is None and may_move(own):
                yield _Gap(other, number, own)


def _served(alignments: Sequence[Alignment], side: int) -> dict[str, int]:
    """The first alignment in which a task has a part, by its role."""
    found: dict[str, int] = {}
    for number, alignment in enumerate(alignments):
        connection = alignment.connections[side]
        for role in connection.tasks if connection else ():
            found.setdefault(role, number)
    return found


def _same(gap: _Gap) -> Hashable:
    return gap.alignment, gap.step.key, gap.step.essence


def _variant(gap: _Gap) -> Hashable:
    return gap.alignment, gap.step.key


def _paired(gaps: Sequence[_Gap], alike: Callable[[_Gap], Hashable]) -> list[tuple[_Gap, _Gap]]:
    """Gaps of the first side with alike ones of the other: the first with the first, and so on."""
    groups: dict[Hashable, tuple[list[_Gap], list[_Gap]]] = {}
    for gap in gaps:
        what = alike(gap)
        if what is not None:
            groups.setdefault(what, ([], []))[gap.side > 0].append(gap)
    return [pair for group in groups.values() for pair in zip(*group, strict=False)]
