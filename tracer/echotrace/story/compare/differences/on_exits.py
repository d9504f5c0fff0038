"""How who served ends: a process, one thread of it, or a thread that ends all others."""

from collections.abc import Iterator, Sequence

from echotrace.story.compare.differences.service import service
from echotrace.story.compare.differences.sides import (
    Pair,
    Shown,
    Side,
    call_of,
    difference,
)
from echotrace.story.compare.nouns import Difference
from echotrace.story.nouns import StoryEvent


def exits(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Who served ends by another call."""
    mine, your = _end_of_server(one), _end_of_server(other)
    if mine is None or your is None or call_of(mine).name == call_of(your).name:
        return
    told = [_how_it_ends(side, event) for side, event in ((one, mine), (other, your))]
    yield difference("exit", "; ".join(told), (one, mine), (other, your))


def _end_of_server(side: Side) -> StoryEvent | None:
    own = service(side)
    return own.ending if own else side.first("exit")


def _how_it_ends(side: Side, event: StoryEvent) -> str:
    """What the end of the task did, by the descriptors that its Exit gave up."""
    roles = side.story.roles
    process = roles.process(event.actor)
    name, at = call_of(event).name, side.at(event)
    if name == "exit_group":
        whole = "its process" if process == event.actor else f"{process} with all its threads"
        return f"{event.actor} ends {whole}, which closes all descriptors: {name} ({at})"
    end = side.story.links.ends.get(event.actor)
    if end is not None and end.touch is not None and end.touch.freed:
        return f"{event.actor} ends, the last of its process: {name} ({at})"
    return (
        f"{event.actor} ends as one thread, which closes nothing, for {process} keeps the table: "
        f"{name} ({at})"
    )


def ends_of_all(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """A thread ends the whole process."""
    for side, across in ((one, other), (other, one)):
        event = side.first("exit")
        if event is None or call_of(event).name != "exit_group":
            continue
        theirs = across.first("exit")
        if (
            theirs is not None
            and call_of(theirs).name == "exit_group"
            and (theirs.actor in across.story.roles.leaders)
        ):
            continue
        if event.actor in side.story.roles.leaders:
            process = side.story.roles.process(event.actor)
            counterpart = theirs or across.closing or across.served
            yield difference(
                "exit-of-all",
                f"{event.actor}, a thread, calls exit_group ({side.at(event)}): that ends "
                f"{process} with all its threads, and every connection that they serve",
                (side, event), *_ended(side, process),
                *([(across, counterpart)] if counterpart else []),
            )  # fmt: skip


def _ended(side: Side, process: str) -> list[Shown]:
    """The ends of all tasks of a process."""
    ends = side.story.links.ends.items()
    return [(side, end) for role, end in ends if side.story.roles.process(role) == process]
