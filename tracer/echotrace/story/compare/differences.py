"""What differs between two sides, in words, each with its reason and the events that show it.

A rule says something only where the events of both sides bear it out.
"""

from collections.abc import Callable, Iterator, Sequence

from echotrace.story.compare import on_tasks
from echotrace.story.compare.kinds import RANKS
from echotrace.story.compare.nouns import Alignment, Difference, Row
from echotrace.story.compare.on_datagrams import no_connections
from echotrace.story.compare.on_hand_off import made_before, other_functions
from echotrace.story.compare.on_waiting import asked_for_all, queued
from echotrace.story.compare.sides import Pair, Side, is_call
from echotrace.story.nouns import Story

#: Told both sides in one alignment and its rows, in this order; gives nothing or what differs.
_Rule = Callable[[Side, Side, Sequence[Pair]], Iterator[Difference]]

_RULES: tuple[_Rule, ...] = (
    no_connections, on_tasks.spawns, on_tasks.one_hands_over, made_before, asked_for_all,
    other_functions, queued, on_tasks.kept_copies, on_tasks.exits, on_tasks.ends_of_all,
    on_tasks.shutdowns,
)  # fmt: skip


def differences(
    stories: Sequence[Story], names: Sequence[str], alignments: Sequence[Alignment], other: int
) -> tuple[Difference, ...]:
    """What differs between the first side and `other`, most telling first."""
    told: list[Difference] = []
    for rule in _RULES:
        for alignment in alignments:
            pairs = [_pair(row, other) for row in alignment.rows]
            one, across = (
                Side(
                    position, stories[side], names[side],
                    tuple(filter(is_call, alignment.events(side))),
                )
                for position, side in enumerate((0, other))
            )  # fmt: skip
            found = list(rule(one, across, pairs))
            if found:
                told += found
                break
    return tuple(sorted(told, key=lambda each: RANKS[each.kind]))


def _pair(row: Row, other: int) -> Pair:
    left, right = row.steps[0], row.steps[other]
    return Pair(row.mark(other), left.event if left else None, right.event if right else None)
