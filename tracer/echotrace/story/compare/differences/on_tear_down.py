"""What differs in how the two sides are left: what their tasks still wait in.

In which call a server waits for its next client is no matter of the end: other rules tell of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.story.compare.differences.sides import (
    Pair,
    Side,
    difference,
    function,
    is_call,
    kind_of,
    shown,
)
from echotrace.story.compare.nouns import Difference, Mark
from echotrace.story.explain.text import listed
from echotrace.story.nouns import StoryEvent

#: What a call that does not return waits for, by its logical event.
_FOR: Mapping[str, str] = {
    "accept": "for the next client",
    "select": "for whatever is ready next",
    "poll": "for whatever is ready next",
    "epoll wait": "for whatever is ready next",
    "wait": "for a child to end",
    "recv": "for the next bytes",
    "futex": "for another thread",
}


def left_waiting(one: Side, other: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """The tasks are left in other calls, or more of them."""
    if not any(map(_differs, pairs)):
        return
    if one.is_cut_off or other.is_cut_off or wait_for_clients_alike(one, other):
        return
    left = [_left(side.calls) for side in (one, other)]
    told = [_told(side, events) for side, events in zip((one, other), left, strict=True)]
    if any(left):
        yield difference(
            "left-waiting", f"At the end of the trace, {'; '.join(told)}",
            *shown(one, left[0]), *shown(other, left[1]),
        )  # fmt: skip


def _left(events: Iterable[StoryEvent]) -> list[StoryEvent]:
    return [e for e in events if is_call(e) and e.end is None and kind_of(e) in _FOR]


def wait_for_clients_alike(one: Side, other: Side) -> bool:
    """Whether as many tasks are left on both sides, each to wait for whichever client comes next.

    In which call they do so is told elsewhere.
    """
    left, right = _left(one.calls), _left(other.calls)
    alike = len(left) == len(right) > 0
    return alike and all(waits_for_a_client(event) for event in (*left, *right))


def waits_for_a_client(event: StoryEvent) -> bool:
    """Whether a call has not returned that waits for whichever client comes next."""
    if not is_call(event) or event.end is not None:
        return False
    kind = kind_of(event)
    of_all = kind == "recv" and event.place.connection is None
    return kind == "accept" or kind in WAITS_FOR_READINESS or of_all


def _differs(pair: Pair) -> bool:
    """Whether in a row of the tear-down one side is left waiting, and the other is not so."""
    events = [event for event in (pair.left, pair.right) if event and is_call(event)]
    left = [event for event in events if event.end is None and kind_of(event) in _FOR]
    alike = len(left) == 2 and len({_FOR[kind_of(event)] for event in left}) == 1
    at_the_end = any(step.section == "tear-down" for step in pair.steps if step)
    return at_the_end and bool(left) and not alike and pair.mark is not Mark.SAME


def _awaited(event: StoryEvent) -> str:
    of_all = kind_of(event) == "recv" and event.place.connection is None
    return "for the next datagram" if of_all else _FOR[kind_of(event)]


def _told(side: Side, events: Sequence[StoryEvent]) -> str:
    if not events:
        what = "for its next client" if _left(side.story.events) else "in a call"
        return f"no task of {side.name} waits {what}"
    by_function: dict[tuple[str, str], list[StoryEvent]] = {}
    for event in events:
        by_function.setdefault((function(event), _awaited(event)), []).append(event)
    return f"in {side.name} " + listed(
        [
            f"{listed([e.actor for e in group])} {'waits' if len(group) == 1 else 'wait'} in "
            f"{name} {what} ({side.at(*group)})"
            for (name, what), group in by_function.items()
        ]
    )
