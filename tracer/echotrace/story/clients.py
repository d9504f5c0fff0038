"""Which client is at the other end of which connection: the peer's address is the client's own."""

from collections import deque
from collections.abc import Iterable

from echotrace.kernel.descriptions import Description
from echotrace.kernel.facts import same_form
from echotrace.trace import ClientStep, ClientTotal


class Visit:
    """One visit of a client: from its connect to the next one; `connection` is found by `match`."""

    __slots__ = ("client", "connection", "local")

    def __init__(self, client: int) -> None:
        self.client = client
        self.local: str | None = None
        self.connection: int | None = None


def visits(steps: Iterable[ClientStep]) -> dict[int, Visit]:
    """The visit that each step belongs to, by event number. `steps` in order of number."""
    current: dict[int, Visit] = {}
    found: dict[int, Visit] = {}
    for step in steps:
        visit = current.get(step.client)
        if visit is None or step.action == "connect":
            visit = current[step.client] = Visit(step.client)
        if step.local is not None and step.error is None:
            visit.local = same_form(step.local)
        found[step.seq] = visit
    return found


def free_visits(totals: Iterable[ClientTotal]) -> list[Visit]:
    """The visits of clients that ran freely: one each."""
    found = []
    for total in totals:
        visit = Visit(total.client)
        visit.local = same_form(total.local) if total.local is not None else None
        found.append(visit)
    return found


def match(found: Iterable[Visit], connections: Iterable[Description]) -> list[int | None]:
    """The client of each connection, in accept order; every visit is told its connection.

    An address used twice is a port used again: visits and connections pair up in order.
    """
    expected: dict[str, deque[Visit]] = {}
    for visit in dict.fromkeys(found):
        if visit.local is not None:
            expected.setdefault(visit.local, deque()).append(visit)
    clients: list[int | None] = []
    for number, connection in enumerate(connections, 1):
        queue = expected.get(same_form(connection.peer)) if connection.peer else None
        if queue:
            visit = queue.popleft()
            visit.connection = number
            clients.append(visit.client)
        else:
            clients.append(None)
    return clients
