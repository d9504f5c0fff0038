"""The live state of the model, and how its parts come to be and are found.

Everything here can be pickled: that is how a keyframe is taken (see `history`). The books are not
part of it.
"""

from collections.abc import Mapping
from typing import Any

from echotrace.kernel.changed import Changed
from echotrace.kernel.descriptions import Description, Touch
from echotrace.kernel.facts import (
    endpoint_of,
    kind_made,
    makes_cloexec,
    socket_made,
    status_flags,
)
from echotrace.kernel.flight import Inbox
from echotrace.kernel.gauge import Gauge
from echotrace.kernel.ledger import Ledger
from echotrace.kernel.sockets import Act, Socket
from echotrace.kernel.state import ProcessState
from echotrace.kernel.tables import Open, Table
from echotrace.kernel.tasks import Process, Running
from echotrace.trace import Endpoint, Syscall

_STANDARD = (0, 1, 2)  # standard input, output and error (stdin(3))


class Live:
    """The state at one moment; `ledger` keeps what is booked on the way.

    `tasks`, `processes` and `zombies` by id, in the order in which they came to be.
    `replaced` are ids of threads that an execve ended. `ends` finds the server's end of a client's
    connection by the client's address: its socket or, until accept, the listening one. `listeners`
    are the sockets that listen(2) was called on, by description id; `found` is what was open before
    the recording began, by the numbers of the trace. `astray` are the messages sent over sockets
    whose other end is not known.
    `receivers` are the datagram sockets that bind(2) was called on, by description id. `gauge`
    counts the descriptors of all tables, `changed` is what the last moment changed.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.tasks: dict[int, Running] = {}
        self.processes: dict[int, Process] = {}
        self.zombies: dict[int, ProcessState] = {}
        self.replaced: set[int] = set()
        self.ends: dict[str, Open] = {}
        self.listeners: dict[int, Open] = {}
        self.receivers: dict[int, Open] = {}
        self.found: dict[int, Open] = {}
        self.astray: Inbox[Open] = Inbox()
        self.gauge = Gauge()
        self.changed = Changed()
        self._descriptions = 0
        self._tables = 0

    def __getstate__(self) -> Mapping[str, object]:
        """All but the books; which tables hold what stands by itself, behind all the tables.

        A description leads to tables, and each of these to more descriptions: pickle would follow
        a way as long as there are processes, and it may call itself so many times only.
        """
        kept = {name: value for name, value in vars(self).items() if name != "ledger"}
        tables = {task.table.number: task.table for task in self.tasks.values()}.values()
        opens = {id(entry): entry for table in tables for entry in table.slots.values()}.values()
        return kept | {"holders": [(entry, entry.tables) for entry in opens]}

    def __setstate__(self, kept: dict[str, Any]) -> None:
        """What `__getstate__` took apart."""
        for entry, tables in kept.pop("holders"):
            entry.tables = tables
        vars(self).update(kept)

    def doubt(self, seq: int, sentence: str) -> None:
        """Remember what the model cannot explain."""
        self.ledger.doubt(seq, sentence)

    def book(self, touch: Touch) -> None:
        """Remember what an event did."""
        self.ledger.touches[touch.seq] = touch

    def resolve(self, task: Running, call: Syscall, argument: str = "fd") -> Open | None:
        """The description that an argument of `call` stands for as the call begins."""
        fd = call.args.get(argument)
        if fd == "AT_FDCWD":  # the working directory, by no descriptor (openat(2))
            return None
        if not isinstance(fd, int):
            self.doubt(call.seq, f"The descriptor that {call.name} uses could not be read.")
            return None
        return self.held(task.table, call, fd)

    def held(self, table: Table, call: Syscall, fd: int) -> Open | None:
        """The description that the number `fd` stands for as `call` begins."""
        entry = table.slots.get(fd)
        return entry if entry is not None else self._unresolved(table, call, fd)

    def _unresolved(self, table: Table, call: Syscall, fd: int) -> Open | None:
        if call.errno == "EBADF":
            return None
        closed, ended = table.closing.get(fd, (None, 0))
        if closed is not None and (ended is None or ended >= call.start):
            return closed
        if not table.hidden:
            self.doubt(call.seq, f"{call.name} uses descriptor {fd}, which no event had made.")
        if call.errno is not None or call.name == "close":
            return None
        # The kernel took the number, so it is open: one doubt for each such descriptor is enough.
        entry = self.unknown(endpoint_of(call, fd))
        table.put(fd, entry, cloexec=False)
        return entry

    def make(
        self,
        table: Table,
        call: Syscall,
        fd: int,
        *,
        socket: Socket | None = None,
        told: Endpoint | None = None,
        listener: int | None = None,
    ) -> Open:
        """Put a new description into the slot `fd`; `told` if more is known than by the call."""
        told = told or endpoint_of(call, fd)
        made = Description(
            self.next_id(), kind_made(call.name), call.seq, told.link, told.local, told.peer,
            listener,
        )  # fmt: skip
        entry = Open(self.changed, made, socket)
        entry.flags = status_flags(call)
        self.fill(table, call, fd, entry, cloexec=makes_cloexec(call))
        return entry

    def make_pair(self, table: Table, call: Syscall, one: int, other: int) -> tuple[Open, Open]:
        """Put two new descriptions into two slots, each the other end of the other."""
        first, second = self.next_id(), self.next_id()
        entries = []
        for fd, own, far in ((one, first, second), (other, second, first)):
            told = endpoint_of(call, fd)
            made = Description(
                own, kind_made(call.name), call.seq, told.link, told.local, told.peer, None, far
            )
            entry = Open(self.changed, made, socket_made(call))
            entry.flags = status_flags(call)
            self.fill(table, call, fd, entry, cloexec=makes_cloexec(call))
            entries.append(entry)
        first_end, second_end = entries
        if first_end.socket is not None:
            first_end.far, second_end.far = second_end, first_end
            first_end.inbox, second_end.inbox = Inbox(), Inbox()
        return first_end, second_end

    def fill(self, table: Table, call: Syscall, fd: int, entry: Open, *, cloexec: bool) -> None:
        """Put `entry` into the slot `fd`, which the kernel had said was free."""
        if fd in table.slots:
            if not table.hidden:
                self.doubt(call.seq, f"{call.name} returns descriptor {fd}, which was still open.")
            table.free(fd)
        table.put(fd, entry, cloexec=cloexec)

    def unknown(self, told: Endpoint | None = None) -> Open:
        """A description of which nothing is known but what the kernel told."""
        link, local, peer = (told.link, told.local, told.peer) if told else (None, None, None)
        made = Description(self.next_id(), "unknown", None, link, local, peer)
        return Open(self.changed, made)

    def linked(self, link: str | None) -> Open | None:
        """The socket that a link of proc(5) leads to: no two that are open have the same."""
        if link is None or not link.startswith("socket:"):
            return None
        tables = {task.table for task in self.tasks.values()}
        entries = (entry for table in tables for entry in table.slots.values())
        return next((entry for entry in entries if entry.description.link == link), None)

    def act(self, entry: Open, act: Act, call: Syscall) -> None:
        """Let something happen to a socket; what cannot is doubted."""
        state = entry.socket.state if entry.socket else ""
        if not entry.act(act):
            self.doubt(call.seq, f"{call.name} brings {act} to a socket that is {state}.")

    def first_table(self) -> Table:
        """The table of a task that was there before the trace: the standard streams."""
        table = self.new_table()
        for fd in _STANDARD:
            found = Description(self.next_id(), "inherited")
            table.put(fd, Open(self.changed, found), cloexec=False)
        return table

    def new_table(self) -> Table:
        """An empty table."""
        self._tables += 1
        return Table(self._tables, self.gauge, self.changed)

    def copy_of(self, table: Table) -> Table:
        """A copy of a table, as fork(2) makes it."""
        self._tables += 1
        return table.copy(self._tables)

    def unshare(self, task: Running) -> None:
        """Give a task a copy of its table if other tasks have it too (unshare(2), CLONE_FILES)."""
        if len(task.table.tasks) > 1:
            task.table.part(task.tid)
            task.table = self.copy_of(task.table)
            task.table.join(task.tid)
            self.changed.tasks.add(task.tid)

    def add(self, task: Running, parent: int | None) -> Running:
        """A task comes to be; its process too, if it is the first."""
        self.tasks[task.tid] = task
        self.changed.tasks.add(task.tid)
        self.changed.processes.add(task.pid)
        if task.pid not in self.processes:
            self.zombies.pop(task.pid, None)  # the number is free again, so somebody reaped it
            if parent == task.pid:
                parent = None  # as a trace may tell that makes no sense
            self.processes[task.pid] = Process(task.pid, parent)
            if parent in self.processes:
                self.processes[parent].children[task.pid] = None
        self.processes[task.pid].tasks[task.tid] = task
        return task

    def next_id(self) -> int:
        """The id of the next description."""
        self._descriptions += 1
        return self._descriptions
