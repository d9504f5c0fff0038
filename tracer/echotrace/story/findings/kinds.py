"""Which kind of server it is, by what it does when clients come."""

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import NamedTuple

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.story.findings.calls import Call, grouped, last_before, number
from echotrace.story.findings.datagrams import serving
from echotrace.story.findings.evidence import Evidence
from echotrace.story.findings.nouns import Finding
from echotrace.story.findings.waiting import Watching

#: How kqueue's wait is called in C (kqueue(2)) and in Python (the module select).
_OF_KQUEUE = frozenset({"kevent", "kqueue.control"})


class _Kind(NamedTuple):
    """A kind, its reason in words, and the events that show it."""

    name: str
    reason: str
    events: tuple[int, ...]


def kind(evidence: Evidence) -> Iterator[Finding]:
    """The kind of the server, by the first rule that fits."""
    for rule in _RULES:
        found = rule(evidence)
        if found is not None:
            yield evidence.finding("kind", f"This is {found.name}: {found.reason}.", *found.events)
            return


def _hands_off(evidence: Evidence) -> _Kind | None:
    """A new task for each connection."""
    for connection in evidence.story.connections:
        spawn = evidence.hand_offs.get(connection.number)
        if spawn is None:
            continue
        made = evidence.made(spawn)
        served = next((c for c in evidence.moves(connection) if c.actor == made), None)
        if served is None:
            continue
        thread = "CLONE_THREAD" in spawn.flags
        return _Kind(
            "a thread server" if thread else "a fork server",
            f"after accept (event {connection.accepted}) {spawn.actor} makes "
            f"{'a thread' if thread else 'a process'}, {made} (event {spawn.seq}), which serves "
            f"connection {connection.place.name} (event {served.seq})",
            (connection.accepted or spawn.seq, spawn.seq, served.seq),
        )
    return None


def _preforks(evidence: Evidence) -> _Kind | None:
    """Processes that were there before their clients accept on one listening socket."""
    for calls in grouped(evidence.of("accept"), attrgetter("uses")).values():
        first: dict[str, Call] = {}
        for call in calls:
            first.setdefault(evidence.process(call.actor), call)
        if len(first) > 1:
            one, other = list(first.values())[:2]
            return _Kind(
                "a prefork server",
                f"{len(first)} processes accept on one listening socket, among them {one.actor} "
                f"(event {one.seq}) and {other.actor} (event {other.seq})",
                (one.seq, other.seq),
            )
    return None


def _passes(evidence: Evidence) -> _Kind | None:
    """One process accepts and passes the connection to another in a message (SCM_RIGHTS)."""
    for connection in evidence.story.connections:
        sent = evidence.story.links.senders.get(connection.description or 0, ())
        for event in sent:
            got = evidence.story.links.receivers.get(event.seq)
            serves = {evidence.process(call.actor) for call in evidence.moves(connection)}
            if got is None or evidence.process(got.actor) not in serves:
                continue
            if evidence.process(got.actor) == evidence.process(event.actor):
                continue
            return _Kind(
                "a server that passes connections",
                f"{event.actor} passes connection {connection.place.name} in a message (event "
                f"{event.seq}) to {got.actor} (event {got.seq}), which serves it",
                (event.seq, got.seq),
            )
    return None


def _pools(evidence: Evidence) -> _Kind | None:
    """Threads that were there before their clients serve them."""
    first = next((c.accepted for c in evidence.story.connections if c.accepted), None)
    workers = {
        evidence.made(spawn): spawn
        for spawn in evidence.of("spawn")
        if "CLONE_THREAD" in spawn.flags and spawn.event.end is not None
        if first is not None and spawn.event.end < (evidence.story.event(first).end or 0)
    }
    for connection in evidence.story.connections:
        served = next((c for c in evidence.moves(connection) if c.actor in workers), None)
        if served is not None:
            worker = workers[served.actor]
            return _Kind(
                "a pool server",
                f"{served.actor} is made (event {worker.seq}) before the first client is accepted "
                f"(event {first}), and serves connection {connection.place.name} "
                f"(event {served.seq})",
                (worker.seq, first or worker.seq, served.seq),
            )
    return None


def _waits_for_many(evidence: Evidence) -> _Kind | None:
    """One task waits for the listening socket and a connection in one call, and serves both."""
    watching = Watching(evidence)
    waits = grouped(
        (call for call in evidence.calls if call.kind in WAITS_FOR_READINESS), attrgetter("actor")
    )
    for connection in evidence.story.connections:
        accept = evidence.call(connection.accepted)
        *_, served = (None, *evidence.moves(connection))
        if accept is None or served is None:
            continue
        wait = last_before(waits.get(served.actor, ()), served.seq)
        if wait is None or not {accept.fd, accept.record.result} <= watching.numbers(wait):
            continue
        name, means = _of_readiness(wait)
        return _Kind(
            name,
            f"{served.actor} waits with {means} (event {wait.seq}) for the listening "
            f"socket and connection {connection.place.name} together, and serves what is ready "
            f"(event {served.seq})",
            (wait.seq, served.seq),
        )
    return None


def _of_readiness(wait: Call) -> tuple[str, str]:
    """What a server that waits with this call is, and the call; Linux makes kqueue of others."""
    name, function = wait.kind.split()[0], wait.record.site.call if wait.record.site else None
    if function in _OF_KQUEUE:
        return "a kqueue server", f"{function}, beneath which {wait.record.name} lies here"
    return f"{'an' if name == 'epoll' else 'a'} {name} server", wait.function


def _iterates(evidence: Evidence) -> _Kind | None:
    """The task that accepts serves the connection itself."""
    for connection in evidence.story.connections:
        accept = evidence.call(connection.accepted)
        served = next(evidence.moves(connection), None)
        if accept is not None and served is not None and served.actor == accept.actor:
            return _Kind(
                "an iterative server",
                f"{accept.actor} accepts connection {connection.place.name} (event {accept.seq}) "
                f"and serves it itself (event {served.seq}); until it is done, others wait in the "
                "accept queue",
                (accept.seq, served.seq),
            )
    return None


def _datagrams(evidence: Evidence) -> _Kind | None:
    """A socket bound for datagrams, and what is received on it; no connection was accepted."""
    for bind, call in serving(evidence):
        peers = [connection for connection in evidence.story.connections if connection.datagram]
        bound = f"is bound (event {bind.seq})" if bind else "was bound before the recording began"
        said = (
            f"{call.actor} receives datagrams on fd {call.fd} (event {call.seq}), which {bound} "
            "and never listens"
        )
        if peers:
            said += f"; {number(len(peers), 'peer')} came, told apart by address alone"
        return _Kind("a UDP server", said, (bind.seq, call.seq) if bind else (call.seq,))
    return None


_RULES: tuple[Callable[[Evidence], _Kind | None], ...] = (
    _hands_off, _passes, _preforks, _pools, _waits_for_many, _iterates, _datagrams,
)  # fmt: skip
