"""A story arranged for asking: the calls of each task, of each process, of each connection."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from echotrace.kernel.state import State
from echotrace.story.findings.catalogue import CATALOGUE
from echotrace.story.findings.nouns import Finding
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import Exit, Syscall

#: Logical events that work on a connection's bytes.
MOVES = ("recv", "send")


@dataclass(frozen=True)
class Call:
    """A system call in the story: the event and its record, which has the arguments."""

    event: StoryEvent
    record: Syscall

    @property
    def seq(self) -> int:
        """Its event number."""
        return self.event.seq

    @property
    def actor(self) -> str:
        """The role of the task that made it."""
        return self.event.actor

    @property
    def kind(self) -> str:
        """The logical event of which it is a variant."""
        return logical_event(self.record.name)

    @property
    def failed(self) -> bool:
        """Whether it returned an error; a restarted attempt did not fail."""
        return self.record.errno is not None

    @property
    def fd(self) -> object:
        """Its descriptor argument."""
        return self.record.args.get("fd")

    @property
    def flags(self) -> tuple[str, ...]:
        """Its flags by name."""
        return tuple(str(self.record.args.get("flags") or "").split("|"))

    @property
    def injected(self) -> bool:
        """Whether echotrace made this outcome."""
        return self.record.injected is not None


@dataclass(frozen=True)
class Evidence:
    """A story and its calls, in the order of their numbers."""

    story: Story

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """All system calls."""
        return tuple(
            Call(event, event.record)
            for event in self.story.events
            if isinstance(event.record, Syscall)
        )

    @cached_property
    def by_actor(self) -> dict[str, list[Call]]:
        """The calls of each task."""
        found: dict[str, list[Call]] = {}
        for call in self.calls:
            found.setdefault(call.actor, []).append(call)
        return found

    @cached_property
    def exits(self) -> dict[str, StoryEvent]:
        """The end of each task that ended, by role."""
        return {e.actor: e for e in self.story.events if isinstance(e.record, Exit)}

    @cached_property
    def final(self) -> State:
        """The state at the end of the trace."""
        times = [event.end or event.start for event in self.story.events]
        return self.story.history.at(max(times, default=0))

    def of(self, kind: str) -> Iterator[Call]:
        """The calls of a logical event."""
        return (call for call in self.calls if call.kind == kind)

    def process(self, actor: str) -> str:
        """The role of the process that a task belongs to."""
        return self.story.roles.process(actor)

    def role(self, tid: int, time: int | None = None) -> str:
        """The role of a task; at the end of the trace unless a time is given."""
        return self.story.roles.of(tid, self.final.time if time is None else time) or str(tid)

    @cached_property
    def _by_description(self) -> dict[int, list[Call]]:
        found: dict[int, list[Call]] = {}
        for call in self.calls:
            touch = call.event.touch
            if touch is not None and touch.used is not None:
                found.setdefault(touch.used.id, []).append(call)
        return found

    def on(self, connection: Connection) -> list[Call]:
        """The calls on a connection that use its description."""
        return self.using(connection.description)

    def using(self, description: int) -> list[Call]:
        """The calls that use a description, by its id."""
        return self._by_description.get(description, [])

    def call(self, seq: int | None) -> Call | None:
        """The call with an event number."""
        event = self.story.by_seq.get(seq) if seq is not None else None
        return Call(event, event.record) if event and isinstance(event.record, Syscall) else None

    def hand_off(self, connection: Connection) -> Call | None:
        """The call that made a task right after a connection was accepted, by the task that did."""
        accept = self.call(connection.accepted)
        if accept is None:
            return None
        for call in self.after(accept):
            if call.kind == "accept":
                return None
            if call.kind == "spawn" and not call.failed and call.record.result:
                return call
        return None

    def made(self, spawn: Call) -> str:
        """The role of the task that a spawn made."""
        return self.story.roles.of(spawn.record.result or 0, spawn.event.end or 0) or "?"

    def after(self, call: Call) -> Iterator[Call]:
        """The calls of the same task that come after a call."""
        return (other for other in self.by_actor[call.actor] if other.seq > call.seq)

    def finding(self, name: str, sentence: str, *events: int | None) -> Finding:
        """A finding, with the source lines of the events that prove it."""
        entry = CATALOGUE[name]
        proof = tuple(dict.fromkeys(seq for seq in events if seq is not None))
        records = (self.story.event(seq).record for seq in proof)
        sites = (r.site for r in records if isinstance(r, Syscall) and r.site is not None)
        return Finding(
            name, entry.severity, sentence, proof, tuple(dict.fromkeys(sites)), entry.remedy,
            entry.cost,
        )  # fmt: skip


def number(events: int, what: str) -> str:
    """`1 child`, `3 children`: a count and its noun."""
    plural = {"child": "children", "process": "processes"}.get(what, f"{what}s")
    return f"{events} {what if events == 1 else plural}"
