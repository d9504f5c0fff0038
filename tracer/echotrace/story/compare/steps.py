"""The steps of a connection's course: logical events, each in its section.

A step is a logical event (`accept`, `recv` …) together with who took it: a task that serves, which
moves the connection's bytes, or another. The waits that found the connection ready, with select,
poll or epoll, are steps of it too.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.story.compare.essence import essence
from echotrace.story.compare.nouns import SECTIONS, Step
from echotrace.story.essentials import is_essential
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.story.waits import with_waits
from echotrace.syscalls import logical_event
from echotrace.trace import Exit, Signal, Syscall

#: What the task that accepted does with the connection, whether or not it serves it then.
_BY_ACCEPTOR = frozenset({"accept", "name", "option", "control"})


def steps(story: Story, connection: Connection) -> list[Step]:
    """The calls of a connection, the waits that found it ready, the ends of those that served.

    Without a script, when a parent gets to close its copy is the scheduler's choice and no doing of
    the server: then that stands where it was handed over, before what the child does.
    """
    serving = _serving(story, connection)
    freely = story.trace.header.load is not None or story.trace.header.attached is not None
    found: list[Step] = []
    ended, acceptor = False, ""
    for event, name in _named(with_waits(story, connection)):
        acceptor = event.actor if name == "accept" else acceptor
        if name == "recv" and not connection.datagram:  # an empty datagram is no end
            ended = ended or (isinstance(event.record, Syscall) and event.record.result == 0)
        who = "serving" if event.actor in serving else "another"
        section = _section(name, who, ended=ended and not (freely and who == "another"))
        anyhow = name in _BY_ACCEPTOR and event.actor == acceptor
        key = (name, "" if anyhow else who)
        found.append(Step(section, key, essence(event), event))
    return _with_waits_where_they_lead(_one_way(_handed_over_first(found) if freely else found))


def _named(events: Iterable[StoryEvent]) -> Iterator[tuple[StoryEvent, str]]:
    """The events that are steps, with their kind; an end that a call announced is none."""
    leaving: set[str] = set()
    for event in events:
        record = event.record
        if isinstance(record, Syscall):
            name = _kind(event, record)
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


def _serving(story: Story, connection: Connection) -> set[str]:
    """The tasks that receive or send on a connection; if none does, all but the first task."""
    events = map(story.event, connection.events)
    calls = [(e.actor, logical_event(e.record.name)) for e in events
             if isinstance(e.record, Syscall)]  # fmt: skip
    movers = {actor for actor, kind in calls if kind in ("recv", "send")}
    return movers or {actor for actor, _ in calls} - set(story.roles.names[:1])


def _kind(event: StoryEvent, call: Syscall) -> str:
    """The kind of a call; a message that carries descriptors is more than its bytes."""
    touch = event.touch
    return "pass" if touch and (touch.passed or touch.received) else kind_of_call(call.name)


def kind_of_call(name: str) -> str:
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
