"""What differs between two sides, in words, each with its reason and the events that show it.

A rule says something only where the events of both sides bear it out. What no rule tells is told
row by row, alike ones together: each row that differs has its sentence.
"""

from collections.abc import Callable, Iterator, Sequence

from echotrace.story.compare.differences import (
    on_bytes,
    on_closed_twice,
    on_copies,
    on_datagrams,
    on_echoes,
    on_ends,
    on_exits,
    on_first_end,
    on_hand_off,
    on_interpreter,
    on_killed,
    on_options,
    on_sends,
    on_set_up,
    on_signals,
    on_tasks,
    on_tear_down,
    on_turns,
    on_waiting,
)
from echotrace.story.compare.differences.kinds import RANKS
from echotrace.story.compare.differences.on_connections import without_counterpart
from echotrace.story.compare.differences.sides import Pair, Side, TwoSides, is_call
from echotrace.story.compare.differences.untold import untold
from echotrace.story.compare.nouns import Alignment, Difference
from echotrace.story.nouns import Story

#: Told both sides in one alignment and its rows, in this order; gives nothing or what differs.
_Rule = Callable[[Side, Side, Sequence[Pair]], Iterator[Difference]]

_RULES: tuple[_Rule, ...] = (
    on_echoes.no_echo, on_datagrams.no_connections,
    on_tasks.makes, on_tasks.made_before, on_hand_off.handed_in_memory, on_tasks.tables,
    on_waiting.waits_for, on_waiting.interest, on_turns.queued,
    on_copies.kept_copies, on_ends.ends_of_input, on_ends.shutdowns, on_ends.resets,
    on_first_end.ends_first, on_closed_twice.closed_twice, on_killed.killed,
    on_exits.exits, on_exits.ends_of_all,
    on_bytes.buffers, on_bytes.other_functions, on_tear_down.left_waiting, on_sends.sends,
    on_signals.clients_gone,
    on_set_up.sockets, on_set_up.addresses, on_set_up.queues,
    on_options.options_of_listener, on_options.options_of_connection, on_options.waits,
    on_interpreter.close_on_exec, on_interpreter.names_asked, on_interpreter.library_calls,
)  # fmt: skip


def differences(
    stories: Sequence[Story], names: Sequence[str], alignments: Sequence[Alignment], other: int
) -> tuple[Difference, ...]:
    """What differs between the first side and `other`, most telling first."""
    aligned = sorted((_two(stories, names, each, other) for each in alignments), key=_order)
    told = list(without_counterpart(aligned))
    paired = [both for both in aligned if not both.one_sided]
    for rule in _RULES:
        told += _once(rule, paired)
    told += untold(paired, told)
    return tuple(sorted(told, key=lambda each: RANKS[each.kind]))


def _order(both: TwoSides) -> tuple[bool, list[int], int]:
    """Connections first, by their numbers; the same order when the sides change places."""
    found = [side.connection for side in (both.one, both.other) if side.connection]
    client = (found[0].client if found else None) or 0
    return (both.kind != "connection", sorted(each.number for each in found), client)


def _once(rule: _Rule, alignments: Sequence[TwoSides]) -> Sequence[Difference]:
    """What a rule says of the first alignment that shows it."""
    said = (list(rule(both.one, both.other, both.pairs)) for both in alignments)
    return next(filter(None, said), ())


def _two(
    stories: Sequence[Story], names: Sequence[str], alignment: Alignment, other: int
) -> TwoSides:
    one, across = (
        Side(
            position,
            stories[side],
            names[side],
            tuple(filter(is_call, alignment.events(side))),
            alignment.connections[side],
        )
        for position, side in enumerate((0, other))
    )
    pairs = tuple(
        Pair(
            row.mark(other),
            (left, right),
            row.moved[0] if left is None else row.moved[other],
        )
        for row in alignment.rows
        for left, right in ((row.steps[0], row.steps[other]),)
        if left or right
    )
    return TwoSides(alignment.kind, one, across, pairs)
