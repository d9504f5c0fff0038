"""Which client is at the other end of which connection: the peer's address is the client's own."""

from collections import deque
from collections.abc import Iterable

from echotrace.kernel.descriptions import Arrival
from echotrace.kernel.facts import same_form
from echotrace.trace import ClientStep, ClientTotal


class Visit:
    """One visit of a client: from its connect to the next one; `connection` is found by `match`.

    `datagram` tells that it is one of a UDP socket, which is no connection.
    """

    __slots__ = ("client", "connection", "datagram", "local")

    def __init__(self, client: int, *, datagram: bool) -> None:
        self.client = client
        self.datagram = datagram
        self.local: str | None = None
        self.connection: int | None = None


def visits(steps: Iterable[ClientStep]) -> dict[int, Visit]:
    """The visit that each step belongs to, by event number. `steps` in order of number."""
    current: dict[int, Visit] = {}
    found: dict[int, Visit] = {}
    for step in steps:
        visit = current.get(step.client)
        if visit is None or step.action == "connect":
            visit = current[step.client] = Visit(step.client, datagram=step.datagram)
        if step.local is not None and step.error is None:
            visit.local = same_form(step.local)
        found[step.seq] = visit
    return found


def free_visits(totals: Iterable[ClientTotal]) -> list[Visit]:
    """The visits of clients that ran freely: one each."""
    found = []
    for total in totals:
        visit = Visit(total.client, datagram=False)
        visit.local = same_form(total.local) if total.local is not None else None
        found.append(visit)
    return found


def match(found: Iterable[Visit], arrivals: Iterable[Arrival]) -> list[int | None]:
    """The client of each arrival, in their order; every visit is told its connection.

    An address used twice is a port used again: visits and connections pair up in order. A UDP
    server cannot tell such visits apart, since all it knows of a peer is the address: they are one.
    """
    expected: dict[tuple[str, bool], deque[Visit]] = {}
    for visit in dict.fromkeys(found):
        if visit.local is not None:
            expected.setdefault((visit.local, visit.datagram), deque()).append(visit)
    clients: list[int | None] = []
    for number, arrival in enumerate(arrivals, 1):
        queue = expected.get((same_form(arrival.peer), arrival.datagram)) if arrival.peer else None
        own = (
            [queue.popleft() for _ in range(len(queue) if arrival.datagram else 1)] if queue else []
        )
        for visit in own:
            visit.connection = number
        clients.append(own[0].client if own else None)
    return clients
