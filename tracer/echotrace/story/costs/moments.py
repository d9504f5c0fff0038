"""The moments of a script: the steps of the clients that are taken together, in order.

Whatever server plays it, a script has the same moments, so they are an axis for all sides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, repeat

from echotrace.story.nouns import Story, StoryEvent
from echotrace.trace import ClientStep

#: How the reason ends for which a script was given up although the server had come to rest.
_IDLE = "the server is idle"


@dataclass(frozen=True)
class Moment:
    """One step of a script: the clients that take it together, and what they do.

    `start` is when the first of them began (ns), which says nothing of another recording.
    """

    clients: tuple[int, ...]
    action: str
    start: int = field(compare=False)


def moments(story: Story) -> tuple[Moment, ...]:
    """The steps that the clients took, in order; pauses (`wait`) are nobody's step."""
    return tuple(_moments(story))


def rests(story: Story) -> list[int]:
    """When the server has come to rest (ns): as each step is taken, and at the end.

    A recording that is cut off or interrupted may end while the server is at work.
    """
    end = story.trace.end
    rested = end is not None and (end.reason is None or end.reason.endswith(_IDLE))
    return [moment.start for moment in moments(story)] + ([end_of(story)] if rested else [])


def end_of(story: Story) -> int:
    """When a trace ends (ns)."""
    end = story.trace.end
    last = max((event.end or event.start for event in story.events), default=0)
    return max(last, end.time if end else 0)


def common(stories: Sequence[Story]) -> tuple[Moment, ...]:
    """The moments of all stories, one of which may end before the rest; none where they depart."""
    found = [moments(story) for story in stories]
    longest = max(found, key=len)
    return longest if all(each == longest[: len(each)] for each in found) else ()


def _moments(story: Story) -> Iterator[Moment]:
    events = (event for event in story.events if isinstance(event.record, ClientStep))
    sizes = chain(_sizes(story.trace.header.steps), repeat(1))
    while group := list(islice(events, next(sizes))):
        if len({step_of(event).action for event in group}) == 1:
            yield _moment(group)
        else:  # the trace has other steps than its header says
            yield from (_moment([event]) for event in group)


def _moment(group: Sequence[StoryEvent]) -> Moment:
    steps = [step_of(event) for event in group]
    return Moment(tuple(step.client for step in steps), steps[0].action, group[0].start)


def _sizes(steps: Sequence[str]) -> list[int]:
    """How many clients take each step of a script, as a trace holds it: `1,2 connect`."""
    parts = (step.split(maxsplit=2) for step in steps)
    return [part[0].count(",") + 1 for part in parts if len(part) > 1 and part[1] != "wait"]


def step_of(event: StoryEvent) -> ClientStep:
    """The step that an event of a client is."""
    assert isinstance(event.record, ClientStep)
    return event.record
