"""What differs in how bytes are taken: the room for them, and the functions that take them."""

from collections.abc import Iterator, Sequence

from echotrace.kernel.flows import asked
from echotrace.story.compare.differences.rows import Kind, kind_of_row
from echotrace.story.compare.differences.sides import (
    Pair,
    Shown,
    Side,
    call_of,
    difference,
    function,
    is_call,
    kind_of,
    made_by_python,
    of_datagrams,
)
from echotrace.story.compare.nouns import Difference, Mark
from echotrace.story.explain.text import count
from echotrace.story.nouns import StoryEvent
from echotrace.story.roles import client_role


def buffers(one: Side, other: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """The two sides let recv take at most so many bytes."""
    mine, your = _sizes(one), _sizes(other)
    if not mine or not your or mine.keys() == your.keys():
        return
    events: list[Shown] = [
        (side, event) for side, sizes in ((one, mine), (other, your)) for event in sizes.values()
    ]
    events += _parted(one, other, pairs)
    of_datagram = "what does not fit of a datagram is lost"
    match _datagrams(mine), _datagrams(your):
        case True, True:
            so = of_datagram
        case False, False:
            so = _calls(one, mine, other, your)
        case _:
            so = f"{of_datagram}, of a stream it stays for the next call"
    told = [_told(side, sizes) for side, sizes in ((one, mine), (other, your))]
    yield difference("buffer", "; ".join(told) + (f": {so}" if so else ""), *events)


def _sizes(side: Side) -> dict[int, StoryEvent]:
    """The sizes of the buffers that recv was given, each with the first call that shows it."""
    found: dict[int, StoryEvent] = {}
    for event in side.all("recv"):
        size = asked(call_of(event))
        if size is not None:
            found.setdefault(size, event)
    return found


def _told(side: Side, sizes: dict[int, StoryEvent]) -> str:
    first = next(iter(sizes.values()))
    numbers = " or ".join(f"{size:,}" for size in sizes)
    at = side.at(*sizes.values())
    return f"{first.actor}'s {function(first)} takes at most {numbers} bytes ({at})"


def _datagrams(sizes: dict[int, StoryEvent]) -> bool:
    return any(map(of_datagrams, sizes.values()))


def _calls(one: Side, mine: dict[int, StoryEvent], other: Side, your: dict[int, StoryEvent]) -> str:
    """What the sizes come to: as it was where a buffer was filled, else for a longer message."""
    both = ((one, mine), (other, your))
    if _filled(one) or _filled(other):
        took = [_took(side) for side, _ in both]
        if took[0][0] == took[1][0]:
            calls = [calls for _, calls in took]
            return (
                f"{one.name} takes {took[0][0]} in {count(calls[0], 'call')}, {other.name} in "
                f"{calls[1]:,}"
            )
        return ", ".join(
            f"{side.name} takes {what} in {count(calls, 'call')}"
            for (side, _), (what, calls) in zip(both, took, strict=True)
        )
    if not all(_again(side) for side, _ in both):
        return ", ".join(
            side.so_far(f"{side.name} calls {function(event)} only once on {event.place.name}")
            for side, _ in both
            if (event := _only(side)) is not None and not _again(side)
        )
    message = max(*mine, *your)
    least = [-(-message // max(sizes)) for sizes in (mine, your)]
    return (
        f"a message of {message:,} bytes takes at least {count(least[0], 'call')} in {one.name}, "
        f"{least[1]} in {other.name}"
    )


def _again(side: Side) -> bool:
    """Whether recv is called again on any connection: then it can take more, call by call."""
    return any(
        sum(is_call(e) and kind_of(e) == "recv" for e in map(side.story.event, each.events)) > 1
        for each in side.story.connections
    )


def _only(side: Side) -> StoryEvent | None:
    """The one recv that is called on the connection, if it took bytes."""
    calls = [event for event in side.calls if kind_of(event) == "recv"]
    return calls[0] if len(calls) == 1 and call_of(calls[0]).result else None


def _took(side: Side) -> tuple[str, int]:
    """What was taken of the client, of how much if some was left; and in how many calls."""
    calls = [event for event in side.all("recv") if call_of(event).result]
    took = sum(map(_size, calls))
    left = [slot.before.unread for _, slot in side.given_up if slot.left == 0 and slot.before]
    whole = f"of {took + left[-1]:,} " if left and left[-1] else ""
    return f"{took:,} {whole}bytes of {_client(side)}", len(calls)


def _size(event: StoryEvent) -> int:
    return call_of(event).result or 0


def _client(side: Side) -> str:
    client = side.connection.client if side.connection else None
    return client_role(client) if client else "the client"


def _filled(side: Side) -> bool:
    return any(asked(call_of(event)) == call_of(event).result for event in side.all("recv"))


def _parted(one: Side, other: Side, pairs: Sequence[Pair]) -> list[Shown]:
    """The rows that follow from it where a buffer was filled: other bytes, further calls."""
    if not _filled(one) and not _filled(other):
        return []
    found: dict[Kind, Pair] = {}
    for pair in pairs:
        known = [e for e in (pair.left, pair.right) if e is not None]
        if pair.mark is not Mark.SAME and all(map(_moves, known)):
            found.setdefault(kind_of_row(pair), pair)
    return [
        (side, event)
        for pair in found.values()
        for side, event in ((one, pair.left), (other, pair.right))
        if event
    ]


def _moves(event: StoryEvent) -> bool:
    return is_call(event) and kind_of(event) in ("recv", "send") and bool(call_of(event).result)


def other_functions(one: Side, other: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """The same system calls by other functions of the C library, or of what stands in for it."""
    names: dict[tuple[str, str], tuple[StoryEvent, StoryEvent]] = {}
    for pair in pairs:
        left, right = pair.left, pair.right
        if left is None or right is None or not is_call(left) or not is_call(right):
            continue
        mine, your = function(left), function(right)
        if mine == your or call_of(left).name != call_of(right).name:
            continue
        if not any(of_datagrams(event) or made_by_python(event) for event in (left, right)):
            names.setdefault((mine, your), (left, right))
    if names:
        told = [
            f"{mine}() ({one.at(left)}) is {your}() in {other.name} ({other.at(right)})"
            for (mine, your), (left, right) in names.items()
        ]
        calls = " and ".join(dict.fromkeys(call_of(left).name for left, _ in names.values()))
        yield difference(
            "functions",
            f"{'; '.join(told)}: to the kernel both are {calls}",
            *((one, left) for left, _ in names.values()),
            *((other, right) for _, right in names.values()),
        )  # fmt: skip
