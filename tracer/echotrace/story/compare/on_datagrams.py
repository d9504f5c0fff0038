"""Why a side without connections differs from one that has them."""

from collections.abc import Iterator, Sequence

from echotrace.functions import called
from echotrace.story.compare.nouns import Difference
from echotrace.story.compare.sides import Pair, Side, call_of, difference
from echotrace.story.nouns import StoryEvent
from echotrace.syscalls import logical_event


def no_connections(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """One side accepts a connection; the other only takes datagrams, and learns of no end."""
    for side, across in ((one, other), (other, one)):
        accept, taken = across.first("accept"), side.first("recv")
        if accept is None or taken is None or not of_datagrams(taken) or side.first("accept"):
            continue
        yield difference(
            "no-connections",
            f"accept gives {across.name} a descriptor for this client alone ({across.at(accept)}); "
            f"{side.name} has no connections: {_how(side, taken)}, on the socket that all clients "
            "share, so there is nothing to accept, to hand over or to close",
            (across, accept),
            (side, taken),
        )
        end = _end(across)
        if end is not None:
            yield difference(
                "end-of-input",
                f"{end.actor}'s {called(call_of(end))} returns 0 when the client ends its data "
                f"({across.at(end)}); UDP sends nothing then, so {side.name} is told of no end",
                (across, end),
                (side, taken),
            )


def _how(side: Side, taken: StoryEvent) -> str:
    told = f"{called(call_of(taken))} takes one datagram, with its sender ({side.at(taken)})"
    answer = side.first("send")
    if answer is None:
        return told
    return f"{told}, and {called(call_of(answer))} answers ({side.at(answer)})"


def _end(side: Side) -> StoryEvent | None:
    received = (e for e in side.calls if logical_event(call_of(e).name) == "recv")
    return next((e for e in received if call_of(e).result == 0), None)


def of_datagrams(event: StoryEvent) -> bool:
    """Whether a call took or sent datagrams."""
    return event.touch is not None and bool(event.touch.datagrams)
