"""What differs in how often a descriptor is closed: a second close fails, or hits another's."""

from collections.abc import Iterator, Sequence

from echotrace.story.compare.differences.sides import (
    Pair,
    Side,
    call_of,
    difference,
    is_call,
    kind_of,
    shown,
)
from echotrace.story.compare.nouns import Difference
from echotrace.story.nouns import StoryEvent


def closed_twice(one: Side, other: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """One closes a descriptor that it has closed before, which fails with EBADF (close(2))."""
    for side, across in ((one, other), (other, one)):
        event = next((e for e in _only_here(side, pairs) if _fails(e)), None)
        if event is None:
            continue
        fd = call_of(event).args.get("fd")
        stale = (s for s in side.story.links.stale.get(event.seq, ()) if s.fd == fd)
        first = next(stale, None)
        if first is None:
            continue
        if not is_call(first.closer) or kind_of(first.closer) != "close":
            continue
        closes = [first.closer, event]
        whose = event.actor if first.closer.actor == event.actor else "one table"
        once = _beside(side, first.closer, pairs)
        other_side = f"{across.name} does not"
        if once is not None:
            other_side = f"{across.name} closes it once ({across.at(once)})"
        yield difference(
            "closed-twice",
            f"{side.name} closes fd {fd} of {whose} twice; the second fails with EBADF "
            f"({side.at(*closes)}); {other_side}",
            *shown(side, closes), *shown(across, [once] if once else []),
        )  # fmt: skip


def _only_here(side: Side, pairs: Sequence[Pair]) -> Iterator[StoryEvent]:
    for pair in pairs:
        event = _of(side, pair)
        if event is not None and None in (pair.left, pair.right) and is_call(event):
            yield event


def _fails(event: StoryEvent) -> bool:
    return kind_of(event) == "close" and call_of(event).errno == "EBADF"


def _beside(side: Side, event: StoryEvent, pairs: Sequence[Pair]) -> StoryEvent | None:
    """What the other side has in the row of an event."""
    for pair in pairs:
        if _of(side, pair) is event:
            return pair.right if side.position == 0 else pair.left
    return None


def _of(side: Side, pair: Pair) -> StoryEvent | None:
    return pair.left if side.position == 0 else pair.right
