"""Why a side without connections differs from one that has them."""

from collections.abc import Iterator, Sequence

from echotrace.story.compare.differences.sides import (
    Pair,
    Side,
    call_of,
    difference,
    function,
    of_datagrams,
    shown,
)
from echotrace.story.compare.nouns import Difference
from echotrace.story.nouns import StoryEvent


def no_connections(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """One side accepts a connection; the other only takes datagrams."""
    for side, across in ((one, other), (other, one)):
        accept, taken = across.first("accept"), side.first("recv")
        if accept is None or taken is None or not of_datagrams(taken) or side.first("accept"):
            continue
        answer = side.first("send")
        datagrams = [taken, answer] if answer else [taken]
        echoes = [e for e in (across.first("recv"), across.first("send")) if e]
        ends = [
            e for e in across.all("shutdown", "close") if not echoes or e.actor == echoes[0].actor
        ]
        closes = f" to {_names(ends)} ({across.at(*ends)})" if ends else ""
        yield difference(
            "no-connections",
            f"{across.name} has a descriptor for each client, from accept ({across.at(accept)})"
            f"{closes}; {side.name} has one socket for all: {_how(side, taken, answer)}",
            *shown(across, [accept, *echoes, *ends]),
            *shown(side, datagrams),
        )


def _names(ends: Sequence[StoryEvent]) -> str:
    return " and ".join(sorted({call_of(event).name for event in ends}, reverse=True))


def _how(side: Side, taken: StoryEvent, answer: StoryEvent | None) -> str:
    told = f"{function(taken)} takes a datagram and tells its sender ({side.at(taken)})"
    if answer is None:
        return told
    return f"{told}, {function(answer)} answers that address ({side.at(answer)})"
