"""Why two sides differ in who serves: workers that were there before their clients came."""

from collections.abc import Iterator, Sequence

from echotrace.functions import called
from echotrace.story.compare.nouns import Difference
from echotrace.story.compare.sides import Pair, Side, call_of, difference, is_call
from echotrace.story.nouns import StoryEvent
from echotrace.syscalls import logical_event


def made_before(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Who serves was made before its client came, and on the other side that is not so."""
    sides = (one, other)
    said = [_of_worker(side) for side in sides]
    if said[0][0] == said[1][0]:
        return
    accepts = [(side, accept) for side in sides if (accept := side.first("accept"))]
    for how, sentence in said:
        if sentence:
            yield difference("hand-off" if how == "is given" else "made-before", sentence, *accepts)


def _of_worker(side: Side) -> tuple[str, str]:
    """How a worker gets its connection, and the sentence; both are empty without a worker."""
    accept, served = side.first("accept"), side.first("recv")
    made = _maker(side, served) if served else None
    if accept is None or served is None or made is None or made.start > accept.start:
        return "", ""
    worker, whose = served.actor, accept.place.name
    before = f"{worker} is made beforehand ({side.at(made)})"
    if accept.actor == worker:
        return "accepts", f"{before} and accepts {whose} itself ({side.at(accept)})"
    if side.story.roles.process(worker) != side.story.roles.process(accept.actor):
        return "", ""  # a descriptor that was passed in a message is another matter
    return "is given", (
        f"{before}; {accept.actor} accepts {whose} ({side.at(accept)}) and {worker} serves it "
        f"({side.at(served)}): the number of the descriptor goes from one to the other in the "
        "memory that they share, which is no system call; a trace that is recorded with --all has "
        f"the futex that wakes {worker}"
    )


def _maker(side: Side, served: StoryEvent) -> StoryEvent | None:
    """The call that made the task which serves."""
    spawns = (e for e in side.story.events if is_call(e) and _is_spawn(e))
    roles = side.story.roles
    return next(
        (e for e in spawns if roles.of(call_of(e).result or 0, e.end or 0) == served.actor), None
    )


def _is_spawn(event: StoryEvent) -> bool:
    return logical_event(call_of(event).name) == "spawn"


def other_functions(one: Side, other: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """The same system calls by other functions of the C library, or of what stands in for it."""
    names: dict[tuple[str, str], tuple[StoryEvent, StoryEvent]] = {}
    for pair in pairs:
        if pair.left and pair.right and is_call(pair.left) and is_call(pair.right):
            mine, your = call_of(pair.left), call_of(pair.right)
            if mine.name == your.name and called(mine) != called(your):
                names.setdefault((called(mine), called(your)), (pair.left, pair.right))
    if names:
        told = [
            f"{one.name} calls {mine}() ({one.at(left)}) where {other.name} calls {your}() "
            f"({other.at(right)})"
            for (mine, your), (left, right) in names.items()
        ]
        yield difference(
            "functions",
            f"{'; '.join(told)}: to the kernel it is the same system call",
            *((one, left) for left, _ in names.values()),
            *((other, right) for _, right in names.values()),
        )
