"""Who holds which connection, and what has come and gone on it, counted from bare records."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from echotrace.trace import ClientStep, Exit, Record, Syscall, Task

_RECEIVES = ("recvfrom", "read", "recvmsg")


@dataclass
class Counted:
    """A connection: its slots as (table, number), its bytes, and how it ends."""

    peer: str | None
    slots: set[tuple[int, int]] = field(default_factory=set)
    unread: int = 0
    fin: bool = False
    reset: bool = False


@dataclass
class Tally:
    """What is so at the end of some records; the connections are in the order of their accepts."""

    connections: list[Counted] = field(default_factory=list)
    tables: dict[int, int] = field(default_factory=dict)
    arrived: dict[str, int] = field(default_factory=dict)

    def holders(self, number: int) -> set[int]:
        """The ids of the tasks in whose tables a connection is."""
        held = {table for table, _ in self.connections[number - 1].slots}
        return {tid for tid, table in self.tables.items() if table in held}

    def on(self, tid: int, fd: object) -> Counted | None:
        """The connection that a task's number stands for."""
        slot = (self.tables.get(tid), fd)
        return next((each for each in self.connections if slot in each.slots), None)

    def take(self, record: Record) -> None:
        """What a record does, when it has happened."""
        match record:
            case Task():
                self._born(record)
            case Syscall() if record.errno is None and record.result is not None:
                self._called(record)
            case Exit(tid=tid):
                table = self.tables.pop(tid)
                if table not in self.tables.values():
                    for each in self.connections:
                        each.slots = {slot for slot in each.slots if slot[0] != table}
            case ClientStep():
                self._stepped(record)
            case _:
                pass

    def _born(self, task: Task) -> None:
        if task.parent is not None and "CLONE_FILES" in task.flags:
            self.tables[task.tid] = self.tables[task.parent]
            return
        self.tables[task.tid] = len(self.tables) + 1_000 * task.tid
        for each in self.connections if task.parent is not None else ():
            own = {fd for table, fd in each.slots if table == self.tables[task.parent or 0]}
            each.slots |= {(self.tables[task.tid], fd) for fd in own}

    def _called(self, call: Syscall) -> None:
        assert call.result is not None
        known = self.on(call.tid, call.args.get("fd"))
        if call.name.startswith("accept"):
            peer = call.endpoints[0].peer if call.endpoints else None
            made = Counted(peer, {(self.tables[call.tid], call.result)})
            made.unread = self.arrived.get(peer or "", 0)
            self.connections.append(made)
        elif known is not None and call.name == "close":
            known.slots.discard((self.tables[call.tid], call.args["fd"]))
        elif known is not None and call.name == "shutdown":
            known.fin = known.fin or call.args.get("how") != "SHUT_RD"
        elif known is not None and call.name in _RECEIVES:
            known.unread -= call.result

    def _stepped(self, step: ClientStep) -> None:
        size = (step.size or 0) if step.action == "send" else 0
        self.arrived[step.local or ""] = self.arrived.get(step.local or "", 0) + size
        for each in self.connections:
            if each.peer == step.local:
                each.unread += size
                each.reset = each.reset or step.action == "reset"


def tally(records: Iterable[Record], until: int) -> Tally:
    """What is so at a time (ns); calls count when they return."""
    found = Tally()
    timed = [(_time(record), at, record) for at, record in enumerate(records)]
    for time, _, record in sorted(timed, key=lambda each: each[:2]):
        if 0 <= time <= until:
            found.take(record)
    return found


def _time(record: Record) -> int:
    if isinstance(record, Syscall):
        return -1 if record.end is None else record.end
    return getattr(record, "time", -1)
