"""The courses of a story: each connection's, and what the server does before, between and after.

A step is a logical event (`accept`, `recv` …) together with who took it: a task that serves, which
moves the connection's bytes, or another. The waits that found the connection ready, with select,
poll or epoll, are steps of it too.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from operator import attrgetter

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.story.compare.essence import essence
from echotrace.story.compare.nouns import Step
from echotrace.story.essentials import is_essential, without_announced_ends
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import ClientStep, Exit, Signal, Syscall

#: The sections of a course, in order: those of a connection's life are in the middle.
SECTIONS = ("set-up", "accept", "hand-off", "echo", "end", "exit", "between", "tear-down")


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
        name, detail = _kind(record.name), str(record.args.get("optname") or "")
    else:
        name, detail = type(record).__name__.lower(), ""
    return Step(kind, (name, detail), essence(event), event)


def steps(story: Story, connection: Connection) -> list[Step]:
    """The calls of a connection, the waits that found it ready, the ends of those that served.

    Without a script, when a parent gets to close its copy is the scheduler's choice and no doing of
    the server: then that stands where it was handed over, before what the child does.
    """
    serving = _serving(story, connection)
    freely = story.trace.header.load is not None or story.trace.header.attached is not None
    found: list[Step] = []
    ended = False
    for event, name in _named(_events(story, connection)):
        if name == "recv" and not connection.datagram:  # an empty datagram is no end
            ended = ended or (isinstance(event.record, Syscall) and event.record.result == 0)
        who = "serving" if event.actor in serving else "another"
        section = _section(name, who, ended=ended and not (freely and who == "another"))
        key = (name, "" if name == "accept" else who)
        found.append(Step(section, key, essence(event), event))
    return _with_waits_where_they_lead(_one_way(_handed_over_first(found) if freely else found))


def _named(events: Iterable[StoryEvent]) -> Iterator[tuple[StoryEvent, str]]:
    """The events that are steps, with their kind; an end that a call announced is none."""
    leaving: set[str] = set()
    for event in events:
        record = event.record
        if isinstance(record, Syscall):
            name = _name(event, record)
            if name == "exit":
                leaving.add(event.actor)
            yield event, name
        elif isinstance(record, Exit) and event.actor not in leaving:
            yield event, "killed"
        elif isinstance(record, Signal) and is_essential(event):
            yield event, "signal"


def _handed_over_first(found: Sequence[Step]) -> list[Step]:
    """The steps, those that hand the connection over before those that then serve it."""
    served = (at for at, step in enumerate(found) if step.section in ("echo", "end", "exit"))
    first = next(served, len(found))
    later = sorted(found[first:], key=lambda step: step.section != "hand-off")
    return [*found[:first], *later]


def _one_way(found: Iterable[Step]) -> list[Step]:
    """The steps, none in a section before that of the step before it: a life goes one way."""
    steps: list[Step] = []
    for step in found:
        last = steps[-1].section if steps else step.section
        section = max(step.section, last, key=SECTIONS.index)
        steps.append(step if section == step.section else replace(step, section=section))
    return steps


def _events(story: Story, connection: Connection) -> list[StoryEvent]:
    """The events of a connection, and the waits that found it, or before that its accept, ready."""
    found = {seq: story.event(seq) for seq in connection.events}
    waits = list(story.links.found_ready.get(connection.description or 0, ()))
    accept = found.get(connection.accepted or 0)
    if accept is not None and accept.touch is not None and accept.touch.used is not None:
        before = story.links.found_ready.get(accept.touch.used.id, ())
        past = range(bisect_left(before, accept.seq, key=attrgetter("seq")) - 1, -1, -1)
        own = (before[at] for at in past if before[at].actor == accept.actor)
        waits += islice(own, 1)
    found.update((wait.seq, wait) for wait in waits)
    return [found[seq] for seq in sorted(found)]


def _serving(story: Story, connection: Connection) -> set[str]:
    """The tasks that receive or send on a connection; if none does, all but the first task."""
    calls = [e for e in map(story.event, connection.events) if isinstance(e.record, Syscall)]
    movers = {e.actor for e in calls if _kind(getattr(e.record, "name", "")) in ("recv", "send")}
    return movers or {event.actor for event in calls} - set(story.roles.names[:1])


def _name(event: StoryEvent, call: Syscall) -> str:
    """The kind of a call; a message that carries descriptors is more than its bytes."""
    touch = event.touch
    return "pass" if touch and (touch.passed or touch.received) else _kind(call.name)


def _kind(name: str) -> str:
    """The logical event; all waits for readiness are one, so that they stand side by side."""
    event = logical_event(name)
    return "readiness" if event in WAITS_FOR_READINESS else event


def _with_waits_where_they_lead(found: list[Step]) -> list[Step]:
    """A wait stands in the section of what it found ready."""
    for position in range(len(found) - 2, -1, -1):
        if found[position].key[0] == "readiness":
            found[position] = replace(found[position], section=found[position + 1].section)
    return found


def _section(name: str, who: str, *, ended: bool) -> str:
    match name:
        case "accept" | "readiness" | "epoll control":
            return "accept"
        case "name" | "option" | "control" if not ended:
            return "accept"
        case "spawn" | "pass":
            return "hand-off"
        case "close" if who == "another" and not ended:
            return "hand-off"
        case "exit" | "killed":
            return "exit"
        case _:
            return "end" if ended or name == "close" else "echo"
