"""Why two sides differ in how a task comes by its connection."""

from collections.abc import Iterator, Sequence

from echotrace.story.compare.differences.service import Service, service
from echotrace.story.compare.differences.sides import Pair, Shown, Side, difference
from echotrace.story.compare.nouns import Difference
from echotrace.story.nouns import StoryEvent


def handed_in_memory(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """A thread that was there before serves what another accepted; the other side does not so."""
    mine, your = service(one), service(other)
    if mine is None or your is None or _in_memory(mine) == _in_memory(your):
        return
    for own, across in ((mine, your), (your, mine)):
        if not _in_memory(own) or own.accept is None:
            continue
        comes, events = _otherwise(across)
        yield difference(
            "hand-off",
            f"{own.accept.actor} accepts {own.whose} and {own.who} serves it "
            f"({own.side.at(own.accept, own.served)}): the number of the descriptor goes through "
            f"the memory that they share, which is no system call; {comes}",
            (own.side, own.accept), (own.side, own.served), *events,
        )  # fmt: skip


def _in_memory(own: Service) -> bool:
    """Whether a task that was there before serves what another of its process accepted."""
    return (
        own.handed
        and own.beforehand
        and own.accept is not None
        and own.side.story.roles.process(own.accept.actor) == own.process
    )


def _otherwise(own: Service) -> tuple[str, list[Shown]]:
    """How the other side's task has the connection, and what shows it."""
    if own.accept is None:
        return _told(f"{own.who} takes each datagram itself", own, own.served)
    if not own.handed:
        return _told(f"{own.who} accepts {own.whose} itself", own, own.accept)
    if own.maker is not None and not own.beforehand:
        return _told(f"{own.who} gets it as it is made", own, own.maker)
    return _told(f"{own.who} has it from {own.accept.actor}", own, own.accept, own.served)


def _told(sentence: str, own: Service, *events: StoryEvent) -> tuple[str, list[Shown]]:
    return f"in {own.side.name} {sentence} ({own.side.at(*events)})", [
        (own.side, event) for event in events
    ]
