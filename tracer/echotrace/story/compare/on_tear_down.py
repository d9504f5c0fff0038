"""What differs in how the two sides are left: what their tasks still wait in.

In which call a server waits for its next client is no matter of the end: other rules tell of it.
"""

from collections.abc import Iterator, Mapping, Sequence

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.story.compare.nouns import Difference, Mark
from echotrace.story.compare.sides import Pair, Side, difference, function, is_call, kind_of, shown
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
    differing = [
        pair for pair in pairs
        if _in_tear_down(pair) and _waits(pair) and pair.mark not in (Mark.SAME, Mark.NEITHER)
    ]  # fmt: skip
    for_clients = [any(map(waits_for_a_client, side.calls)) for side in (one, other)]
    if all(for_clients):
        differing = [pair for pair in differing if not waits_for_clients(pair)]
    if not differing:
        return
    left = [
        [e for e in side.story.events if is_call(e) and e.end is None and kind_of(e) in _FOR]
        for side in (one, other)
    ]
    told = [_told(side, events) for side, events in zip((one, other), left, strict=True)]
    if any(left):
        yield difference(
            "left-waiting", f"At the end of the trace {'; '.join(told)}",
            *shown(one, left[0]), *shown(other, left[1]),
        )  # fmt: skip


def waits_for_clients(pair: Pair) -> bool:
    """Whether a row has but calls that have not returned, and wait for whoever comes next."""
    return all(waits_for_a_client(event) for event in (pair.left, pair.right) if event)


def waits_for_a_client(event: StoryEvent) -> bool:
    """Whether a call has not returned that waits for whichever client comes next."""
    if not is_call(event) or event.end is not None:
        return False
    kind = kind_of(event)
    of_all = kind == "recv" and event.place.connection is None
    return kind == "accept" or kind in WAITS_FOR_READINESS or of_all


def _in_tear_down(pair: Pair) -> bool:
    return any(step.section == "tear-down" for step in pair.steps if step)


def _waits(pair: Pair) -> bool:
    return any(
        event is not None and is_call(event) and event.end is None and kind_of(event) in _FOR
        for event in (pair.left, pair.right)
    )


def _told(side: Side, events: Sequence[StoryEvent]) -> str:
    if not events:
        return f"no task of {side.name} waits in a call"
    by_function: dict[tuple[str, str], list[StoryEvent]] = {}
    for event in events:
        by_function.setdefault((function(event), _FOR[kind_of(event)]), []).append(event)
    return listed(
        [
            f"{listed([e.actor for e in group])} {'waits' if len(group) == 1 else 'wait'} in "
            f"{name} {what} ({side.at(*group)})"
            for (name, what), group in by_function.items()
        ]
    )
