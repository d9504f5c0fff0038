"""What the line says that stands for many events: which they are, and what is not as before."""

from collections.abc import Sequence

from echotrace.functions import called
from echotrace.story.nouns import StoryEvent
from echotrace.trace import Syscall
from echotrace.views import words
from echotrace.views.parts import Part

_MOST_CALLS, _MOST_RENAMED = 10, 3


def waited(part: Part, side: int) -> list[bool]:
    """Which of a side's events had to wait."""
    return [event.woken_by is not None for event in part.alignment.events(side)]


def span(events: Sequence[StoryEvent]) -> str:
    """The first and the last of the events' numbers: `31-72`."""
    numbers = [event.seq for event in events]
    first, last = min(numbers), max(numbers)
    return f"{first}" if first == last else f"{first}-{last}"


def calls(events: Sequence[StoryEvent]) -> str:
    """The C functions that some events called, each once, in their order."""
    names = dict.fromkeys(
        words.safe(called(event.record)) for event in events if isinstance(event.record, Syscall)
    )
    few = ", ".join(list(names)[:_MOST_CALLS])
    return few if len(names) <= _MOST_CALLS else f"{few} and more"


def renamed(part: Part, model: Part, side: int) -> str:
    """Who and which descriptor stands for whom: `P2 for P1, fd 5 for 4`."""
    pairs = list(zip(part.alignment.events(side), model.alignment.events(side), strict=True))
    told = [f"{own.actor} for {other.actor}" for own, other in pairs if own.actor != other.actor]
    numbers = [_accepted(each, side) for each in (part, model)]
    if None not in numbers and numbers[0] != numbers[1]:
        told.append("fd {} for {}".format(*numbers))
    few = list(dict.fromkeys(told))
    return ", ".join(few[:_MOST_RENAMED]) + (" …" if len(few) > _MOST_RENAMED else "")


def _accepted(part: Part, side: int) -> int | None:
    """The descriptor that a side's accept of the connection returned."""
    own = part.alignment.connections[side]
    found = (
        getattr(event.record, "result", None)
        for event in part.alignment.events(side)
        if own and event.seq == own.accepted
    )
    return next(found, None)
