"""The courses of a story: each connection's, and what the server does before, between and after."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from echotrace.story.compare.essence import essence
from echotrace.story.compare.nouns import Step
from echotrace.story.compare.steps import kind_of_call, steps
from echotrace.story.essentials import is_essential, without_announced_ends
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.trace import ClientStep, Syscall


@dataclass(frozen=True)
class Course:
    """The steps of one connection, or of the server before (`set-up`), between and after.

    `visit` tells which course of another story to lay beside it: for a connection its client and
    which of that client's connections this is.
    """

    kind: str
    visit: Hashable
    connection: Connection | None
    steps: tuple[Step, ...]


def courses(story: Story) -> list[Course]:
    """All courses of a story that have steps: set-up, connections, between, tear-down."""
    found = [
        Course("connection", visit, connection, tuple(steps(story, connection)))
        for visit, connection in _visits(story.connections)
    ]
    apart = _apart(story, found)
    return [
        *(Course(kind, None, None, tuple(own)) for kind, own in apart.items() if kind == "set-up"),
        *found,
        *(Course(kind, None, None, tuple(own)) for kind, own in apart.items() if kind != "set-up"),
    ]


def _visits(
    connections: Sequence[Connection],
) -> Iterator[tuple[tuple[int | None, int], Connection]]:
    """Each connection with whose it is: the client's number, and which of its visits this is."""
    visits: Counter[int | None] = Counter()
    for connection in connections:
        visits[connection.client] += 1
        yield (connection.client, visits[connection.client]), connection


def _apart(story: Story, found: Sequence[Course]) -> dict[str, list[Step]]:
    """What the server does on no connection, by when: before the first, after the last, between.

    The first begins when its first call returns: a worker may wait for it while others are made.

    What has not returned at the end of the trace belongs to the tear-down: so the server was left.
    """
    told = {step.event.seq for course in found for step in course.steps}
    last = max(told, default=0)
    ends = (step.event.end or step.event.start for course in found for step in course.steps)
    first = min(ends, default=None)
    told.update(seq for course in found if course.connection for seq in course.connection.events)
    apart: dict[str, list[Step]] = {"set-up": [], "between": [], "tear-down": []}
    for event in without_announced_ends(story.events):
        if event.seq in told or isinstance(event.record, ClientStep) or not is_essential(event):
            continue
        going_on = isinstance(event.record, Syscall) and event.end is None
        if going_on:
            kind = "tear-down"
        elif first is None or event.start < first:
            kind = "set-up"
        else:
            kind = "tear-down" if event.seq > last else "between"
        apart[kind].append(_apart_step(kind, event))
    return {kind: own for kind, own in apart.items() if own}


def _apart_step(kind: str, event: StoryEvent) -> Step:
    """A step of the server at large; options of a socket are variants only of themselves."""
    record = event.record
    if isinstance(record, Syscall):
        name, detail = kind_of_call(record.name), str(record.args.get("optname") or "")
    else:
        name, detail = type(record).__name__.lower(), ""
    return Step(kind, (name, detail), essence(event), event)
