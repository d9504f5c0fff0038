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
    yield difference("buffer", f"{'; '.join(told)}: {so}", *events)


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
    if _filled(one) or _filled(other):
        counts = [sum(1 for e in side.all("recv") if call_of(e).result) for side in (one, other)]
        return (
            f"{one.name} takes what {_client(one)} sends in {counts[0]:,} calls, {other.name} in "
            f"{counts[1]:,}"
        )
    message = max(*mine, *your)
    least = [-(-message // max(sizes)) for sizes in (mine, your)]
    return (
        f"a message of {message:,} bytes takes at least {count(least[0], 'call')} in {one.name}, "
        f"{least[1]} in {other.name}"
    )


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
        if pair.left is None or pair.right is None:
            continue
        if (
            not is_call(pair.left)
            or not is_call(pair.right)
            or of_datagrams(pair.left)
            or of_datagrams(pair.right)
            or made_by_python(pair.left)
            or made_by_python(pair.right)
        ):
            continue
        mine, your = call_of(pair.left), call_of(pair.right)
        if mine.name == your.name and function(pair.left) != function(pair.right):
            key = (function(pair.left), function(pair.right))
            names.setdefault(key, (pair.left, pair.right))
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
