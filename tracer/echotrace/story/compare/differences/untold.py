"""What no rule tells of the rows that differ: alike ones together, in general words.

The reason is then what the explanation of the call says, from the state.
"""

from collections.abc import Sequence

from echotrace.story.compare.differences.on_tear_down import (
    wait_for_clients_alike,
    waits_for_a_client,
)
from echotrace.story.compare.differences.row_sentences import extra, flags, moved, outcome, variant
from echotrace.story.compare.differences.rows import Kind, Told, kind_of_row, tells
from echotrace.story.compare.differences.sides import (
    Pair,
    Side,
    TwoSides,
    call_of,
    difference,
    is_call,
    shown,
)
from echotrace.story.compare.essence import ASKED
from echotrace.story.compare.nouns import Difference, Mark
from echotrace.story.nouns import StoryEvent

#: Arguments without which it is not known what a call does.
_WHAT = ("cmd", "request", "op", "how", "optname")


def untold(alignments: Sequence[TwoSides], told: Sequence[Difference]) -> list[Difference]:
    """What is left to say once the rules have told what they do."""
    known = _kinds_told(alignments, told)
    left: dict[tuple[str, ...], list[tuple[TwoSides, Pair]]] = {}
    moves: set[tuple[bool, int]] = set()  # whether on the left, and the number
    for both in alignments:
        alike = both.kind == "tear-down" and wait_for_clients_alike(both.one, both.other)
        for pair in both.pairs:
            kind = kind_of_row(pair)
            if (
                pair.mark is Mark.SAME
                or kind in known
                or _place(pair) in moves
                or (alike and all(map(waits_for_a_client, _events(pair))))
            ):
                continue
            known.add(kind)
            left.setdefault(_group(both, pair), []).append((both, pair))
            if pair.moved is not None:
                moves.add((pair.left is None, pair.moved))
    return [_say(rows[0][0], [pair for _, pair in rows]) for rows in left.values()]


def _place(pair: Pair) -> tuple[bool, int]:
    known = pair.left or pair.right
    return pair.left is not None, known.seq if known else 0


def _events(pair: Pair) -> list[StoryEvent]:
    return [event for event in (pair.left, pair.right) if event is not None]


def _kinds_told(alignments: Sequence[TwoSides], told: Sequence[Difference]) -> set[Kind]:
    """The kinds of row that the sentences tell of: so they do of further rows of the kind."""
    about = [Told.of(each) for each in told]
    return {
        kind_of_row(pair)
        for both in alignments
        for pair in both.pairs
        if pair.mark is not Mark.SAME and any(tells(each, pair) for each in about)
    }


def _group(both: TwoSides, pair: Pair) -> tuple[str, ...]:
    """What is told in one sentence: the same calls of one side, or of both, of the same part.

    Who serves and another task may make the same call, and come to something else by it: a close.
    """
    course = "connection" if both.kind == "connection" else "apart"
    parts = (step.key[1] for step in pair.steps if step)
    return (course, pair.mark, _name(pair.left), _name(pair.right), *parts)


def _name(event: StoryEvent | None) -> str:
    if event is None:
        return ""
    if not is_call(event):
        return type(event.record).__name__
    call = call_of(event)
    return " ".join(str(part) for part in (call.name, call.errno, *map(call.args.get, _WHAT)))


def _say(both: TwoSides, pairs: Sequence[Pair]) -> Difference:
    one, other = both.one, both.other
    left = [pair.left for pair in pairs if pair.left]
    right = [pair.right for pair in pairs if pair.right]
    first = pairs[0]
    if first.left and first.right:
        kind, sentence = _of_two(one, first.left, other, first.right)
    elif first.mark is Mark.MOVED and first.moved is not None:
        side, across = (one, other) if first.left else (other, one)
        counterpart = across.story.event(first.moved)
        sentence = moved(side, (left + right)[0], across, counterpart)
        return difference(
            "moved", sentence, *shown(one, left), *shown(other, right), (across, counterpart)
        )
    else:
        side, across = (one, other) if left else (other, one)
        kind, sentence = extra(side, left or right, across, both.kind)
    return difference(kind, sentence, *shown(one, left), *shown(other, right))


def _of_two(one: Side, left: StoryEvent, other: Side, right: StoryEvent) -> tuple[str, str]:
    """The kind and the sentence of a row that both sides have."""
    if not is_call(left) or not is_call(right):
        return "outcome", outcome(one, left, other, right)
    mine, your = call_of(left), call_of(right)
    if mine.errno != your.errno or (mine.end is None) != (your.end is None):
        return "outcome", outcome(one, left, other, right)
    if mine.name != your.name:
        return "variant", variant(one, left, other, right)
    if any(mine.args.get(name) != your.args.get(name) for name in ASKED):
        return "flags", flags(one, left, other, right)
    return "outcome", outcome(one, left, other, right)
