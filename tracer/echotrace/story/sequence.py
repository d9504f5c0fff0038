"""What happened, as lines in which everything that differs from run to run is a role.

Task ids become P0, P1, T1 …; a client's address becomes C1, C2 …, the server's `server`; a port
that is nobody's becomes `*`; pointers, inodes and times are left out. Two recordings of a
deterministic server are equal when their lines are; `per_connection` and `per_task` leave the order
between connections and between tasks open.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from echotrace.kernel.facts import same_form
from echotrace.story.nouns import NONE, Story, StoryEvent
from echotrace.story.roles import client_role
from echotrace.syscalls import ROWS, Effect
from echotrace.trace import ClientStep, Exit, Signal, Syscall

#: Kinds of argument that hold an address in memory, the length of another one, or a time that the
#: kernel shortens by what has passed (select(2)).
_LEFT_OUT = frozenset({
    "pointer", "data_in", "data_out", "iovec_in", "iovec_out", "lenptr", "timeval", "timespec",
})  # fmt: skip

_KIND: Mapping[str, Mapping[str, str]] = {
    row.name: {argument.name: argument.kind for argument in row.arguments} for row in ROWS.values()
}

#: Arguments that are ids of tasks (waitid(2) only with P_PID, where others are no task's id).
_TASK_ARGUMENTS = frozenset({
    ("wait4", "pid"), ("waitid", "id"), ("pidfd_open", "pid"), ("perf_event_open", "pid"),
})  # fmt: skip

_RETURNS_TASK = frozenset(row.name for row in ROWS.values() if row.effect is Effect.SPAWNS) | {
    "wait4"
}


def canonical(story: Story, *, everything: bool = False) -> tuple[str, ...]:
    """One line an event, by number; without files and streams unless `everything` is asked for."""
    lines = _Lines(story)
    return tuple(lines.of(event) for event in _shown(story, everything=everything))


def per_connection(story: Story) -> dict[int, tuple[str, ...]]:
    """The lines of each connection, by its number."""
    lines = _Lines(story)
    found: dict[int, list[str]] = {connection.number: [] for connection in story.connections}
    for event in story.events:
        if event.place.connection is not None:
            found[event.place.connection].append(lines.of(event))
    return {number: tuple(own) for number, own in found.items()}


def per_task(story: Story, *, everything: bool = False) -> dict[str, tuple[str, ...]]:
    """The lines of each task and each client, by role, in the order of their first events."""
    lines = _Lines(story)
    found: dict[str, list[str]] = {}
    for event in _shown(story, everything=everything):
        found.setdefault(event.actor, []).append(lines.of(event))
    return {role: tuple(own) for role, own in found.items()}


def _shown(story: Story, *, everything: bool) -> Iterable[StoryEvent]:
    return (event for event in story.events if everything or event.place != NONE)


class _Lines:
    """Writes the lines of one story."""

    def __init__(self, story: Story) -> None:
        self._roles = story.roles
        self._addresses: dict[str, str] = {}
        servers = [listener.local for listener in story.listeners]
        servers += [connection.local for connection in story.connections]
        for local in filter(None, servers):
            self._addresses[same_form(local)] = "server"
        for event in story.events:
            step = event.record
            if isinstance(step, ClientStep) and step.local:
                self._addresses[same_form(step.local)] = client_role(step.client)

    def of(self, event: StoryEvent) -> str:
        record = event.record
        if isinstance(record, Syscall):
            said = self._call(record)
        elif isinstance(record, ClientStep):
            said = _step(record)
        else:
            said = _end(record) if isinstance(record, Exit) else _signal(record)
        return f"{event.place.name} {event.actor} {said}"

    def _call(self, call: Syscall) -> str:
        kinds = _KIND.get(call.name, {})
        time = call.start if call.end is None else call.end
        words = ", ".join(
            f"{name}={self._value(call, name, value, time)}"
            for name, value in call.args.items()
            if kinds.get(name, "pointer" if name != "flags" else "") not in _LEFT_OUT
        )
        data = "" if call.data is None else " " + json.dumps(call.data)
        return f"{call.name}({words}) = {self._result(call, time)}{data}"

    def _result(self, call: Syscall, time: int) -> str:
        if call.result is None:
            return "?"
        if call.errno is not None:
            return f"{call.result} {call.errno}"
        if call.name in _RETURNS_TASK:
            return self._task(call.result, time)
        return str(call.result) if call.name in ROWS else "ok"

    def _value(self, call: Syscall, name: str, value: object, time: int) -> str:
        if (call.name, name) in _TASK_ARGUMENTS and isinstance(value, int):
            return self._task(value, time)
        if _KIND.get(call.name, {}).get(name) in {"sockaddr", "sockaddr_out"}:
            return self._address(value)
        return json.dumps(self._nested(value), sort_keys=True, default=str)

    def _nested(self, value: Any) -> Any:  # noqa: ANN401 -- as JSON has no type
        """A message header without its address, epoll's events without the program's own data."""
        if isinstance(value, list):
            return [self._nested(part) for part in value]
        if not isinstance(value, dict):
            return value
        kept = {name: part for name, part in value.items() if name != "data"}
        return kept | ({"name": self._address(kept["name"])} if "name" in kept else {})

    def _task(self, tid: int, time: int) -> str:
        """0 and negative numbers are no task's, but mean groups and "none"."""
        return (self._roles.of(tid, time) if tid > 0 else None) or str(tid)

    def _address(self, value: object) -> str:
        if not isinstance(value, str):
            return "-"
        known = self._addresses.get(same_form(value))
        host, colon, port = value.rpartition(":")
        if known is not None or not port.isdecimal() or not colon or port == "0":
            return known or value
        return f"{host}:*"


def _step(step: ClientStep) -> str:
    text = "" if step.text is None else " " + json.dumps(step.text)
    size = "" if step.size is None else f" {step.size} bytes"
    done = "" if step.end is not None else " unfinished"
    return f"{step.action}{text}{size}{done}" + (f" failed: {step.error}" if step.error else "")


def _end(record: Exit) -> str:
    return f"ends by {record.signal}" if record.signal else f"ends with {record.status}"


def _signal(record: Signal) -> str:
    return f"stopped by {record.signal}" if record.stopped else f"gets {record.signal}"
