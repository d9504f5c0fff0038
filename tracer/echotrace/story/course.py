"""The course of a connection: its steps, in the sections that the life of every connection has.

A step is a logical event (`accept`, `recv` …) together with who took it: a task that serves, which
moves the connection's bytes, or another. The waits that found the connection ready, with select,
poll or epoll, are steps of it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import Exit, Syscall

#: The sections of a connection's life, in order.
SECTIONS = ("accept", "hand-off", "echo", "end", "exit")


@dataclass(frozen=True)
class Step:
    """One call of a connection: its section of the life of a connection, its key, its event."""

    section: str
    key: tuple[str, str]
    event: StoryEvent


def steps(story: Story, connection: Connection) -> list[Step]:
    """The calls of a connection, the waits that found it ready, the ends of those that served."""
    serving = _serving(story, connection)
    found: list[Step] = []
    ended = False
    for event in _events(story, connection):
        record = event.record
        if isinstance(record, Exit):
            name = "" if _announced(found, event) else "killed"
        else:
            name = _name(event, record) if isinstance(record, Syscall) else ""
        if not name:
            continue
        ended = ended or (name == "recv" and isinstance(record, Syscall) and record.result == 0)
        who = "serving" if event.actor in serving else "another"
        section = _section(name, who, ended=ended)
        if found:  # a connection's life goes one way
            section = max(section, found[-1].section, key=SECTIONS.index)
        found.append(Step(section, (name, "" if name == "accept" else who), event))
    return _with_waits_where_they_lead(found)


def _events(story: Story, connection: Connection) -> list[StoryEvent]:
    """The events of a connection, and the waits that found it, or before that its accept, ready."""
    found = {seq: story.event(seq) for seq in connection.events}
    waits = list(story.links.found_ready.get(connection.description, ()))
    accept = found.get(connection.accepted or 0)
    if accept is not None and accept.touch is not None and accept.touch.used is not None:
        before = story.links.found_ready.get(accept.touch.used.id, ())
        waits += [w for w in before if w.actor == accept.actor and w.seq < accept.seq][-1:]
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


def _announced(found: Sequence[Step], event: StoryEvent) -> bool:
    return any(step.key[0] == "exit" and step.event.actor == event.actor for step in found)


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
