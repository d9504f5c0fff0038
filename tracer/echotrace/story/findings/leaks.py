"""Findings about fork's copies: what a parent or a child holds that only the other one needs."""

from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import NamedTuple

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.story.findings.calls import Call, following, grouped, number
from echotrace.story.findings.evidence import Evidence
from echotrace.story.findings.nouns import Finding
from echotrace.story.findings.references import given_up, holders
from echotrace.story.findings.waiting import Watching
from echotrace.story.nouns import Connection


class _Kept(NamedTuple):
    """A connection that the maker of a child holds on: the fork, and who gave it up when."""

    connection: Connection
    spawn: Call
    server: str
    given_up: int


def connection_leaked(evidence: Evidence) -> Iterator[Finding]:
    """The parent keeps its copy of a connection that a child has served and given up."""
    waits = grouped(
        (c for c in evidence.calls if c.kind == "accept" or c.kind in WAITS_FOR_READINESS),
        attrgetter("actor"),
    )
    late, last_client = _late_closers(evidence), _last_clients(evidence)
    leaks = []
    for kept in _kept(evidence):
        parent = kept.spawn.actor
        goes_on = next(following(waits.get(parent, ()), kept.spawn.seq), None)
        since = evidence.story.event(kept.given_up).start
        # who closes late may be about to, unless another client has come in the meantime
        if goes_on and (evidence.process(parent) not in late or last_client[parent] > since):
            leaks.append((kept, goes_on))
    if not leaks:
        return
    (connection, spawn, server, end), goes_on = leaks[0]
    accept = evidence.call(connection.accepted)
    fd = accept.record.result if accept else "?"
    more = f" So it is with {number(len(leaks), 'connection')}." if len(leaks) > 1 else ""
    yield evidence.finding(
        "connection-leaked-by-parent",
        f"{spawn.actor} forks (event {spawn.seq}) and goes on (event {goes_on.seq}) without "
        f"closing its copy of fd {fd}: when {server} gives up connection {connection.place.name} "
        f"(event {end}), {spawn.actor} still holds it.{more}",
        end, spawn.seq, goes_on.seq, connection.accepted,
    )  # fmt: skip


def _kept(evidence: Evidence) -> Iterator[_Kept]:
    """Connections that are open at the end, but not for those who served them."""
    held, gone = holders(evidence), given_up(evidence)
    for description, connection in evidence.connection_of.items():
        spawn = evidence.hand_offs.get(connection.number)
        still = held.get(description, {})
        if spawn is None or spawn.makes_a_thread or evidence.process(spawn.actor) not in still:
            continue
        servers = {evidence.process(call.actor) for call in evidence.moves(connection)}
        ends = {seq: server for server, seq in gone.get(description, {}).items()
                if server in servers}  # fmt: skip
        if ends and not servers & still.keys():
            yield _Kept(connection, spawn, ends[max(ends)], max(ends))


def _late_closers(evidence: Evidence) -> frozenset[str]:
    """Processes that did close their copy of some connection that they handed off."""
    handed = ((c, evidence.hand_offs.get(c.number)) for c in evidence.story.connections)
    keepers = ((c, evidence.process(spawn.actor)) for c, spawn in handed if spawn is not None)
    return frozenset(
        keeper for c, keeper in keepers if keeper in map(evidence.process, c.closed_by)
    )


def _last_clients(evidence: Evidence) -> Mapping[str, int]:
    """When each task last accepted a client (ns)."""
    return {c.actor: c.event.end for c in evidence.of("accept") if c.event.end and not c.failed}


def child_keeps_listening_socket(evidence: Evidence) -> Iterator[Finding]:
    """A child that serves a connection ends with the listening socket in its table, unused."""
    watching = Watching(evidence)
    found = [
        (spawn, child, *kept)
        for connection in evidence.story.connections
        if (spawn := evidence.hand_offs.get(connection.number)) and not spawn.makes_a_thread
        if _serves(evidence, child := evidence.made(spawn), connection)
        if (kept := _listener_at_end(evidence, child, watching))
    ]
    if found:
        spawn, child, fd, end = found[0]
        more = f" So it is with {number(len(found), 'child')}." if len(found) > 1 else ""
        yield evidence.finding(
            "child-keeps-listening-socket",
            f"{child}, forked in event {spawn.seq}, keeps its copy of the listening socket, fd "
            f"{fd}, until it ends (event {end}), and never calls accept.{more}",
            end, spawn.seq,
        )  # fmt: skip


def _serves(evidence: Evidence, process: str, connection: Connection) -> bool:
    return any(evidence.process(call.actor) == process for call in evidence.moves(connection))


def _listener_at_end(
    evidence: Evidence, process: str, watching: Watching
) -> tuple[int, int] | None:
    """The listening socket that a process has when it ends, and that event; unless it used it."""
    kept = (
        (freed.fd, end.seq)
        for end in evidence.ends.get(process, ())
        for freed in (end.touch.freed if end.touch else ())
        if freed.description.id in evidence.listening
    )
    fd, end = next(kept, (None, 0))
    calls = evidence.by_process.get(process, ())
    used = any(call.kind == "accept" or fd in watching.numbers(call) for call in calls)
    return None if fd is None or used else (fd, end)
