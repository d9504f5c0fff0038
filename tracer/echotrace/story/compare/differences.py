"""What differs between two sides, in words, each with its reason and the events that show it.

A rule says something only where the events of both sides bear it out. What no rule tells is told
row by row, alike ones together: each row that differs has its sentence.
"""

from collections.abc import Callable, Iterator, Sequence

from echotrace.story.compare import on_bytes, on_ends, on_hand_off, on_tasks, on_turns, on_waiting
from echotrace.story.compare.kinds import RANKS
from echotrace.story.compare.nouns import Alignment, Difference
from echotrace.story.compare.on_copies import kept_copies
from echotrace.story.compare.on_datagrams import no_connections
from echotrace.story.compare.on_interpreter import close_on_exec, library_calls, names_asked
from echotrace.story.compare.on_options import options_of_connection, options_of_listener, waits
from echotrace.story.compare.on_sends import sends
from echotrace.story.compare.on_set_up import addresses, queues, sockets
from echotrace.story.compare.on_signals import clients_gone
from echotrace.story.compare.on_tear_down import left_waiting
from echotrace.story.compare.rest import Scene, rest, without_counterpart
from echotrace.story.compare.sides import Pair, Side, is_call
from echotrace.story.nouns import Story

#: Told both sides in one alignment and its rows, in this order; gives nothing or what differs.
_Rule = Callable[[Side, Side, Sequence[Pair]], Iterator[Difference]]

_RULES: tuple[_Rule, ...] = (
    no_connections, on_tasks.makes, on_tasks.made_before, on_hand_off.handed_in_memory,
    on_tasks.tables, on_waiting.waits_for, on_waiting.interest, on_turns.queued,
    kept_copies, on_ends.ends_of_input, on_ends.shutdowns, on_ends.resets, on_ends.exits,
    on_ends.ends_of_all, on_bytes.buffers, on_bytes.other_functions, left_waiting,
    sends, clients_gone, sockets, addresses, queues, options_of_listener, options_of_connection,
    waits, close_on_exec, names_asked, library_calls,
)  # fmt: skip


def differences(
    stories: Sequence[Story], names: Sequence[str], alignments: Sequence[Alignment], other: int
) -> tuple[Difference, ...]:
    """What differs between the first side and `other`, most telling first."""
    scenes = sorted(
        (_scene(stories, names, alignment, other) for alignment in alignments), key=_order
    )
    told = list(without_counterpart(scenes))
    both = [scene for scene in scenes if not scene.one_sided]
    for rule in _RULES:
        told += _once(rule, both)
    told += rest(both, told)
    return tuple(sorted(told, key=lambda each: RANKS[each.kind]))


def _order(scene: Scene) -> tuple[bool, list[int], int]:
    """Connections first, by their numbers; the same order when the sides change places."""
    found = [side.connection for side in (scene.one, scene.other) if side.connection]
    client = (found[0].client if found else None) or 0
    return (scene.kind != "connection", sorted(each.number for each in found), client)


def _once(rule: _Rule, scenes: Sequence[Scene]) -> Sequence[Difference]:
    """What a rule says of the first alignment that shows it."""
    said = (list(rule(scene.one, scene.other, scene.pairs)) for scene in scenes)
    return next(filter(None, said), ())


def _scene(
    stories: Sequence[Story], names: Sequence[str], alignment: Alignment, other: int
) -> Scene:
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
            left.event if left else None,
            right.event if right else None,
            (left, right),
            row.moved[0] if left is None else row.moved[other],
        )
        for row in alignment.rows
        for left, right in ((row.steps[0], row.steps[other]),)
        if left or right
    )
    return Scene(alignment.kind, one, across, pairs)
