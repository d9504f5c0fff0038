"""Which kind of server it is, by what it does when clients come."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from echotrace.story.findings.evidence import MOVES, Call, Evidence
from echotrace.story.findings.nouns import Finding


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
        spawn = evidence.hand_off(connection)
        if spawn is None:
            continue
        made = evidence.made(spawn)
        served = next(
            (c for c in evidence.on(connection) if c.kind in MOVES and c.actor == made), None
        )
        if served is None:
            continue
        thread = "CLONE_THREAD" in spawn.flags
        name = "a thread server" if thread else "a fork server"
        what = "a thread" if thread else "a process"
        return _Kind(
            name,
            f"after accept (event {connection.accepted}) {spawn.actor} makes {what} (event "
            f"{spawn.seq}), {made}, which serves connection {connection.place.name} "
            f"(event {served.seq})",
            (connection.accepted or spawn.seq, spawn.seq, served.seq),
        )
    return None


def _preforks(evidence: Evidence) -> _Kind | None:
    """Processes that were there before their clients accept on one listening socket."""
    accepts: dict[str, Call] = {}
    for call in evidence.of("accept"):
        accepts.setdefault(evidence.process(call.actor), call)
    if len(accepts) < 2:
        return None
    calls = list(accepts.values())
    return _Kind(
        "a prefork server",
        f"{len(accepts)} processes call accept on one listening socket "
        f"(events {calls[0].seq} and {calls[1].seq})",
        (calls[0].seq, calls[1].seq),
    )


def _pools(evidence: Evidence) -> _Kind | None:
    """One task accepts, threads that were there before serve."""
    first = next((c.accepted for c in evidence.story.connections if c.accepted), None)
    if first is None:
        return None
    workers = [s for s in evidence.of("spawn") if "CLONE_THREAD" in s.flags and s.seq < first]
    names = {evidence.made(spawn) for spawn in workers}
    for connection in evidence.story.connections:
        served = next((c for c in evidence.on(connection) if c.actor in names), None)
        if served is not None:
            return _Kind(
                "a pool server",
                f"{len(names)} threads are made before the first client comes (event "
                f"{workers[0].seq}), and {served.actor} serves connection {connection.place.name} "
                f"(event {served.seq})",
                (workers[0].seq, served.seq),
            )
    return None


def _waits_for_many(evidence: Evidence) -> _Kind | None:
    """One task waits for the listening socket and the connections together."""
    for connection in evidence.story.connections:
        served = next((c for c in evidence.on(connection) if c.kind in MOVES), None)
        if served is None:
            continue
        waits = [
            c for c in evidence.by_actor[served.actor] if c.kind in ("select", "poll", "epoll wait")
        ]
        before = next((c for c in reversed(waits) if c.seq < served.seq), None)
        if before is not None:
            name = before.kind.split()[0]
            article = "an" if name == "epoll" else "a"
            return _Kind(
                f"{article} {name} server",
                f"{served.actor} waits with {before.record.name} (event {before.seq}) for the "
                f"listening socket and its connections together, and serves what is ready "
                f"(event {served.seq})",
                (before.seq, served.seq),
            )
    return None


def _iterates(evidence: Evidence) -> _Kind | None:
    """The task that accepts serves the connection itself."""
    for connection in evidence.story.connections:
        accept = evidence.call(connection.accepted)
        served = next((c for c in evidence.on(connection) if c.kind in MOVES), None)
        if accept is not None and served is not None and served.actor == accept.actor:
            return _Kind(
                "an iterative server",
                f"{accept.actor} accepts connection {connection.place.name} (event {accept.seq}) "
                f"and serves it itself (event {served.seq}); meanwhile others wait in the backlog",
                (accept.seq, served.seq),
            )
    return None


_RULES: tuple[Callable[[Evidence], _Kind | None], ...] = (
    _hands_off, _preforks, _pools, _waits_for_many, _iterates,
)  # fmt: skip
