"""A naive kernel, independent of the model: it keeps what there is, and counts when asked."""

import copy
from typing import Any, TypeVar

from echotrace.kernel.sockets import SocketState

Kind = TypeVar("Kind", bound="Object")


class Object:
    """An open file description; nothing but its identity."""


class Listener(Object):
    """A listening socket: the connections that wait, oldest first."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.queue: list[Connection] = []


class Connection(Object):
    """The server's end of a connection, as what has happened to it."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.unread = 0
        self.ended: set[str] = set()  # "own", "peer"
        self.reset = False
        self.gone = False

    @property
    def state(self) -> SocketState:
        """What the model should say."""
        if self.reset:
            return SocketState.RESET
        return _STATES[frozenset(self.ended)]


_STATES = {
    frozenset[str](): SocketState.CONNECTED,
    frozenset({"own"}): SocketState.ENDED,
    frozenset({"peer"}): SocketState.PEER_ENDED,
    frozenset({"own", "peer"}): SocketState.CLOSED,
}


class Naive:
    """What Linux does, told as simply as possible: dicts of dicts, with objects by identity.

    A table is a dict of number to [object, close-on-exec]; tasks that share have the same dict.
    """

    def __init__(self, first: int = 10) -> None:
        streams = {fd: [Object(), 0] for fd in range(3)}
        self.tables: dict[int, dict[int, list[Any]]] = {first: streams}
        self.pids = {first: first}
        self.parents: dict[int, int | None] = {first: None}
        self.zombies: dict[int, int] = {}
        self.next = first + 1

    def lowest(self, tid: int, minimum: int = 0) -> int:
        """The number that the next descriptor gets."""
        fd = minimum
        while fd in self.tables[tid]:
            fd += 1
        return fd

    def references(self, wanted: Object) -> int:
        """How many slots of all tables stand for a description."""
        distinct = {id(table): table for table in self.tables.values()}
        return sum(slot[0] is wanted for table in distinct.values() for slot in table.values())

    def copy_of(self, tid: int) -> dict[int, list[Any]]:
        """A copy of a task's table."""
        return {fd: copy.copy(slot) for fd, slot in self.tables[tid].items()}

    def open(self, kind: type[Kind]) -> list[Kind]:
        """All open descriptions of a kind."""
        slots = [slot for table in self.tables.values() for slot in table.values()]
        return list({id(slot[0]): slot[0] for slot in slots if isinstance(slot[0], kind)}.values())

    def end(self, tid: int) -> None:
        """A task ends; with the last of a process its parent has a zombie, its children nobody."""
        del self.tables[tid]
        pid = self.pids.pop(tid)
        if pid in self.pids.values():
            return
        parent = self.parents.pop(pid)
        self.zombies = {child: own for child, own in self.zombies.items() if own != pid}
        self.parents = {c: None if own == pid else own for c, own in self.parents.items()}
        if parent is not None:
            self.zombies[pid] = parent
