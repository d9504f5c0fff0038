"""A story arranged for asking: the calls of each task, process and connection, each in order.

Every index is made in one pass and kept, so that a rule may ask it for every event: with a million
events nothing may go through all of them again and again.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from echotrace.kernel.state import State
from echotrace.story.findings.calls import MOVES, SEQ, Call, following, grouped
from echotrace.story.findings.catalogue import CATALOGUE
from echotrace.story.findings.nouns import Finding
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.story.sight import out_of_sight
from echotrace.syscalls import logical_event
from echotrace.trace import ClientStep, Exit, Signal, Syscall

_NO_CALLS: Sequence[Call] = ()


@dataclass(frozen=True)
class Evidence:
    """A story and its calls, in the order of their numbers."""

    story: Story

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """All system calls."""
        return tuple(
            Call(event.seq, event.actor, logical_event(event.record.name), event, event.record)
            for event in self.story.events
            if isinstance(event.record, Syscall)
        )

    @cached_property
    def by_actor(self) -> Mapping[str, Sequence[Call]]:
        """The calls of each task, by role."""
        return grouped(self.calls, attrgetter("actor"))

    @cached_property
    def by_process(self) -> Mapping[str, Sequence[Call]]:
        """The calls of each process, by the role of its first task."""
        return grouped(self.calls, lambda call: self.process(call.actor))

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[Call]]:
        return grouped(self.calls, attrgetter("kind"))

    def of(self, kind: str) -> Sequence[Call]:
        """The calls of a logical event."""
        return self._by_kind.get(kind, _NO_CALLS)

    @cached_property
    def _by_description(self) -> Mapping[int, Sequence[Call]]:
        return grouped((call for call in self.calls if call.uses is not None), attrgetter("uses"))

    def using(self, description: int) -> Sequence[Call]:
        """The calls that use a description, by its id."""
        return self._by_description.get(description, _NO_CALLS)

    def moves(self, connection: Connection) -> Iterator[Call]:
        """The calls that receive from a connection or send over it."""
        return (call for call in self.using(connection.description) if call.kind in MOVES)

    @cached_property
    def movers(self) -> Mapping[int, set[str]]:
        """By description: the processes that received from it or sent over it."""
        found: dict[int, set[str]] = {}
        for call in self.calls:
            if call.kind in MOVES and call.uses is not None:
                found.setdefault(call.uses, set()).add(self.process(call.actor))
        return found

    def after(self, call: Call) -> Iterator[Call]:
        """The calls of the same task that come after a call."""
        return following(self.by_actor[call.actor], call.seq)

    def call(self, seq: int | None) -> Call | None:
        """The call with an event number."""
        position = bisect_left(self.calls, seq or 0, key=SEQ)
        found = self.calls[position] if position < len(self.calls) else None
        return found if found is not None and found.seq == seq else None

    @cached_property
    def signals(self) -> Mapping[str, Sequence[StoryEvent]]:
        """The signals that each task was given."""
        events = (event for event in self.story.events if isinstance(event.record, Signal))
        return grouped(events, attrgetter("actor"))

    @cached_property
    def exits(self) -> Mapping[str, StoryEvent]:
        """The end of each task that ended, by role."""
        return {e.actor: e for e in self.story.events if isinstance(e.record, Exit)}

    @cached_property
    def ends(self) -> Mapping[str, Sequence[StoryEvent]]:
        """The ends of the tasks of each process."""
        return grouped(self.exits.values(), lambda event: self.process(event.actor))

    @cached_property
    def connection_of(self) -> Mapping[int, Connection]:
        """Connections by the id of their description."""
        return {connection.description: connection for connection in self.story.connections}

    @cached_property
    def listening(self) -> frozenset[int]:
        """The descriptions that listen for connections."""
        return frozenset(e.description for e in self.story.listeners if not e.datagram)

    @cached_property
    def hand_offs(self) -> Mapping[int, Call]:
        """By connection: the call that made a task after it was accepted, by the task that did.

        The first such call, and before that task's next accept.
        """
        accepted = {c.accepted: c.number for c in self.story.connections}
        latest: dict[str, int | None] = {}
        found: dict[int, Call] = {}
        for call in self.calls:
            if call.kind == "accept":
                latest[call.actor] = accepted.get(call.seq)
            elif call.kind == "spawn" and not call.failed and call.record.result:
                number = latest.pop(call.actor, None)
                if number is not None:
                    found[number] = call
        return found

    @cached_property
    def births(self) -> Mapping[str, Call]:
        """The call that made each task, by the role of the task."""
        spawns = (call for call in self.of("spawn") if not call.failed and call.record.result)
        return {self.made(spawn): spawn for spawn in spawns}

    def made(self, spawn: Call) -> str:
        """The role of the task that a spawn made."""
        return self.story.roles.of(spawn.record.result or 0, spawn.event.end or 0) or "?"

    def process(self, actor: str) -> str:
        """The role of the process that a task belongs to."""
        return self.story.roles.process(actor)

    @cached_property
    def cut_off(self) -> bool:
        """Whether the trace ends early: what did not happen in it may have happened after it."""
        end = self.story.trace.end
        return end is None or end.reason is not None

    @cached_property
    def blind(self) -> bool:
        """Whether the program does things that are no calls of the trace, as by io_uring."""
        return bool(out_of_sight(self.story))

    @cached_property
    def final(self) -> State:
        """The state at the end of the trace."""
        times = [event.end or event.start for event in self.story.events]
        return self.story.history.at(max(times, default=0))

    def role(self, tid: int) -> str:
        """The role of a task at the end of the trace."""
        return self.story.roles.of(tid, self.final.time) or str(tid)

    @cached_property
    def _clients_act_at(self) -> Sequence[int]:
        return sorted(e.start for e in self.story.events if isinstance(e.record, ClientStep))

    def client_acts_between(self, start: int, end: int) -> bool:
        """Whether a client took a step after `start` and before `end` (ns).

        Clients act when the server is at rest, so whatever went on before is over then.
        """
        steps = self._clients_act_at
        position = bisect_right(steps, start)
        return position < len(steps) and steps[position] < end

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
