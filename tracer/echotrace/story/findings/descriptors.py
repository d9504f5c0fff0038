"""Findings about descriptors that nobody closes."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from echotrace.kernel.descriptions import Freed
from echotrace.kernel.sockets import SocketState
from echotrace.story.findings.calls import Call, grouped, number
from echotrace.story.findings.evidence import Evidence
from echotrace.story.findings.nouns import Finding
from echotrace.story.findings.references import holders
from echotrace.trace import Exit

#: What a call on a connection reports when its peer is gone for good.
_GONE = ("ECONNRESET", "EPIPE", "ETIMEDOUT")


class _Left(NamedTuple):
    """A descriptor that is left open, in a sentence, and the events that show it."""

    sentence: str
    events: tuple[int, ...]


def open_at_exit(evidence: Evidence) -> Iterator[Finding]:
    """A process that ends well leaves descriptors to the kernel that it opened or used itself."""
    for role, end in evidence.exits.items():
        if not isinstance(end.record, Exit) or end.record.status != 0 or end.touch is None:
            continue
        process = evidence.process(role)
        own = [freed for freed in end.touch.freed if _is_its_own(evidence, process, freed)]
        if own:
            numbers = ", ".join(str(freed.fd) for freed in own[:3])
            makers = [freed.description.maker for freed in own[:3]]
            made = ", ".join(f"event {maker}" for maker in makers)
            yield evidence.finding(
                "descriptor-open-at-exit",
                f"{role} ends (event {end.seq}) and leaves it to the kernel to close fd {numbers} "
                f"(made in {made}).",
                end.seq, *makers,
            )  # fmt: skip
            return


def _is_its_own(evidence: Evidence, process: str, freed: Freed) -> bool:
    """Whether a process made what it held, or moved bytes over it."""
    maker = evidence.call(freed.description.maker)
    return maker is not None and (
        evidence.process(maker.actor) == process
        or process in evidence.movers.get(freed.description.id, ())
    )


def never_closed(evidence: Evidence) -> Iterator[Finding]:
    """A process that lives on keeps what it opened for a client that has gone."""
    if evidence.cut_off:
        return  # it might have closed it yet
    left = [*_ended_connections(evidence), *_other_leftovers(evidence)]
    if left:
        more = f" {number(len(left), 'descriptor')} in all." if len(left) > 1 else ""
        yield evidence.finding("descriptor-never-closed", left[0].sentence + more, *left[0].events)


def _ended_connections(evidence: Evidence) -> Iterator[_Left]:
    """Connections whose end the process that serves them has been told, and that it still holds."""
    held = holders(evidence)
    connections = evidence.connection_of
    still = [description for description in connections if description in held]
    if len(still) == 1 < len(connections) and still[0] == list(connections)[-1]:
        return  # all others are closed: the variable that holds the last one is used again later
    for description in still:
        connection = connections[description]
        told = next((c for c in evidence.moves(connection) if _tells_the_end(c)), None)
        own = held[description]
        if told is not None and evidence.process(told.actor) in own:
            yield _Left(
                f"{told.actor} is told the end of connection {connection.place.name} (event "
                f"{told.seq}), and fd {own[evidence.process(told.actor)]} is still open at the end "
                "of the trace.",
                (told.seq, *((connection.accepted,) if connection.accepted else ())),
            )


def _tells_the_end(call: Call) -> bool:
    if call.record.errno in _GONE:
        return True
    return call.kind == "recv" and call.record.result == 0 and not call.failed and call.asked != 0


def _other_leftovers(evidence: Evidence) -> Iterator[_Left]:
    """What was opened after each accept, and is open when all these connections are gone.

    Whatever is opened only now and then may be meant to stay, as a pool that grows.
    """
    connections = [c for c in evidence.story.connections if c.accepted is not None]
    accepted = [c.accepted or 0 for c in connections]
    gone = {c.accepted for c in connections if c.ended_by is not None}
    found: list[tuple[Call, int]] = []
    for opened in evidence.final.opens:
        call = evidence.call(opened.description.maker)
        listens = opened.socket is not None and opened.socket.state is SocketState.LISTENING
        if call is None or call.kind == "accept" or listens:
            continue
        position = bisect_left(accepted, call.seq)
        if position and accepted[position - 1] in gone:
            found.append((call, accepted[position - 1]))
    for leaks in grouped(found, lambda leak: (leak[0].actor, leak[0].record.name)).values():
        if len(gone) > 1 and {occasion for _, occasion in leaks} == gone:
            for call, occasion in leaks:
                yield _Left(
                    f"{call.actor} calls {call.function} (event {call.seq}) after it accepted "
                    f"a client (event {occasion}), and what that opened is still open at the end "
                    "of the trace, though the client has gone.",
                    (call.seq, occasion),
                )
