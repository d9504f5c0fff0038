"""Findings about descriptors: who keeps what too long, and who uses what is gone."""

from collections.abc import Iterator

from echotrace.kernel.descriptions import Freed
from echotrace.kernel.sockets import SocketState
from echotrace.story.findings.evidence import MOVES, Call, Evidence, number
from echotrace.story.findings.nouns import Finding
from echotrace.story.nouns import Connection
from echotrace.trace import Exit


def connection_leaked(evidence: Evidence) -> Iterator[Finding]:
    """The parent keeps its copy of a connection that a child has served and given up."""
    leaks = [leak for c in evidence.story.connections if (leak := _leak(evidence, c))]
    if not leaks:
        return
    connection, spawn, given_up = leaks[0]
    child = evidence.process(evidence.story.event(given_up).actor)
    accept = evidence.call(connection.accepted)
    fd = accept.record.result if accept else "?"
    more = f"; so it is with {number(len(leaks), 'connection')}" if len(leaks) > 1 else ""
    yield evidence.finding(
        "connection-leaked-by-parent",
        f"{spawn.actor} never closes its copy of fd {fd}: when {child} gives up connection "
        f"{connection.place.name} (event {given_up}), a reference is left in {spawn.actor}{more}.",
        given_up, spawn.seq, connection.accepted,
    )  # fmt: skip


def _leak(evidence: Evidence, connection: Connection) -> tuple[Connection, Call, int] | None:
    """A connection that is leaked, the spawn, and the event at which its server gave it up."""
    opened = evidence.final.by_description.get(connection.description)
    spawn = evidence.hand_off(connection)
    if opened is None or spawn is None or "CLONE_FILES" in spawn.flags:
        return None
    keeper = evidence.process(spawn.actor)
    servers = {evidence.process(c.actor) for c in evidence.on(connection) if c.kind in MOVES}
    holders = _holders(evidence, connection.description)
    if not servers or keeper in servers or holders != {keeper}:
        return None
    given_up = [
        event.seq
        for event in evidence.story.events
        if event.touch is not None and evidence.process(event.actor) in servers
        for freed in event.touch.freed
        if freed.description.id == connection.description
    ]
    return (connection, spawn, given_up[-1]) if given_up else None


def child_keeps_listening_socket(evidence: Evidence) -> Iterator[Finding]:
    """A child that serves a connection ends with the listening socket in its table, unused."""
    listeners = {
        listener.description for listener in evidence.story.listeners if not listener.datagram
    }
    found: list[tuple[Call, str, int, int]] = []
    for connection in evidence.story.connections:
        spawn = evidence.hand_off(connection)
        if spawn is None or "CLONE_FILES" in spawn.flags:
            continue
        child = evidence.made(spawn)
        end = evidence.exits.get(child)
        if end is None or end.touch is None or _waits_for_clients(evidence, child):
            continue
        found += [
            (spawn, child, end.seq, freed.fd)
            for freed in end.touch.freed
            if freed.description.id in listeners and freed.left
        ]
    if found:
        spawn, child, end_seq, fd = found[0]
        more = f"; so do all {len(found)} children" if len(found) > 1 else ""
        yield evidence.finding(
            "child-keeps-listening-socket",
            f"{child} keeps its copy of the listening socket, fd {fd}, until it ends "
            f"(event {end_seq}), and never calls accept{more}.",
            end_seq, spawn.seq,
        )  # fmt: skip


def _waits_for_clients(evidence: Evidence, process: str) -> bool:
    calls = (c for a, cs in evidence.by_actor.items() if evidence.process(a) == process for c in cs)
    return any(call.kind in ("accept", "select", "poll", "epoll wait") for call in calls)


def closed_or_used_again(evidence: Evidence) -> Iterator[Finding]:
    """A number fails with EBADF that the same process had closed before."""
    closed: dict[tuple[str, int], int] = {}
    said: set[str] = set()
    for call in evidence.calls:
        fd = call.fd
        if not isinstance(fd, int) or fd < 0:
            continue
        key = (evidence.process(call.actor), fd)
        if call.record.errno == "EBADF" and key in closed and not call.injected:
            name = "closed-twice" if call.kind == "close" else "used-after-close"
            if name not in said:
                said.add(name)
                yield _of_bad_number(evidence, name, call, closed[key])
        elif call.event.touch is not None and call.event.touch.freed:
            closed[key] = call.seq


def _of_bad_number(evidence: Evidence, name: str, call: Call, before: int) -> Finding:
    closer = evidence.story.event(before).actor
    who = "it" if closer == call.actor else closer
    what = "closes" if name == "closed-twice" else f"calls {call.record.name} with"
    again = " again" if name == "closed-twice" else ""
    return evidence.finding(
        name,
        f"{call.actor} {what} fd {call.fd}{again} (event {call.seq}), which {who} had closed "
        f"(event {before}): the kernel answers EBADF.",
        call.seq, before,
    )  # fmt: skip


def open_at_exit(evidence: Evidence) -> Iterator[Finding]:
    """A process that ends well leaves descriptors to the kernel that it opened itself."""
    for role, end in evidence.exits.items():
        record = end.record
        if not isinstance(record, Exit) or record.status != 0 or end.touch is None:
            continue
        process = evidence.process(role)
        own = [
            freed
            for freed in end.touch.freed
            if (maker := evidence.call(freed.description.maker))
            and (evidence.process(maker.actor) == process or _serves(evidence, process, freed))
        ]
        if own:
            numbers = ", ".join(str(freed.fd) for freed in own[:5])
            yield evidence.finding(
                "descriptor-open-at-exit",
                f"{role} ends (event {end.seq}) without having closed fd {numbers}, which it used "
                f"(made in event {own[0].description.maker}).",
                end.seq, *(freed.description.maker for freed in own[:3]),
            )  # fmt: skip
            return


def _serves(evidence: Evidence, process: str, freed: Freed) -> bool:
    """Whether a process moved bytes over a description that somebody else made."""
    return any(
        call.kind in MOVES and evidence.process(call.actor) == process
        for call in evidence.using(freed.description.id)
    )


def descriptor_never_closed(evidence: Evidence) -> Iterator[Finding]:
    """A process that lives on keeps what it opened for a client that has gone."""
    if evidence.story.trace.end is None or evidence.story.trace.end.reason is not None:
        return  # cut off: it might have closed it yet
    leaks = [*_ended_connections(evidence), *_other_leftovers(evidence)]
    if leaks:
        sentence, events = leaks[0]
        more = f" {number(len(leaks), 'descriptor')} in all." if len(leaks) > 1 else ""
        yield evidence.finding("descriptor-never-closed", sentence + more, *events)


def _ended_connections(evidence: Evidence) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Connections whose end the process that serves them has seen, and that it still holds."""
    for connection in evidence.story.connections:
        opened = evidence.final.by_description.get(connection.description)
        if opened is None or opened.socket is None or not opened.socket.end_seen:
            continue
        calls = evidence.on(connection)
        seen = [c for c in calls if c.kind == "recv" and c.record.result == 0 and not c.failed]
        holders = _holders(evidence, connection.description)
        if seen and evidence.process(seen[-1].actor) in holders:
            last = seen[-1]
            sentence = (
                f"{last.actor} sees the end of connection {connection.place.name} "
                f"(event {last.seq}) and never closes all of its descriptors."
            )
            yield sentence, (last.seq, *((connection.accepted,) if connection.accepted else ()))


def _other_leftovers(evidence: Evidence) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What was opened for each of several connections and is open when they are gone."""
    accepted = [c.accepted for c in evidence.story.connections if c.accepted is not None]
    alive = {
        c.accepted for c in evidence.story.connections
        if c.description in evidence.final.by_description
    }  # fmt: skip
    left: dict[str, list[tuple[int, int]]] = {}
    for opened in evidence.final.opens:
        maker = opened.description.maker
        occasion = max((seq for seq in accepted if maker is not None and seq < maker), default=None)
        listening = opened.socket is not None and opened.socket.state is SocketState.LISTENING
        if maker is None or occasion is None or occasion in alive or listening:
            continue
        call = evidence.call(maker)
        if call is not None and call.kind != "accept":
            left.setdefault(f"{call.actor} {call.record.name}", []).append((maker, occasion))
    for what, leaks in left.items():
        if len({occasion for _, occasion in leaks}) > 1:
            actor, name = what.split()
            for maker, occasion in leaks:
                sentence = (
                    f"{actor} opens a descriptor with {name} (event {maker}) for the client that "
                    f"was accepted in event {occasion}, and never closes it."
                )
                yield sentence, (maker, occasion)


def _holders(evidence: Evidence, description: int) -> set[str]:
    """The processes that hold a description at the end of the trace."""
    opened = evidence.final.by_description[description]
    numbers = {table for table, _ in opened.held}
    return {
        evidence.process(evidence.role(tid))
        for table in evidence.final.tables
        if table.number in numbers
        for tid in table.tasks
    }
