"""Descriptor tables and the references they hold: the mutable part of the model.

A table belongs to the tasks that share it (CLONE_FILES, clone(2)); it dies with the last of them.
"""

from itertools import islice

from msgspec.structs import replace

from echotrace.kernel.changed import Changed
from echotrace.kernel.descriptions import HOLDERS_NAMED, Description, Freed
from echotrace.kernel.flight import Inbox
from echotrace.kernel.gauge import Gauge
from echotrace.kernel.sockets import Act, Socket, after


class Open:
    """An open file description and its references: `count` in all, `tables` slots by table.

    `flags` are its file status flags; `socket` its state if it is a socket; `interest` what an
    epoll instance watches, as (descriptor, description id) -> (description, events, data), since
    that is the key of its list (epoll(7)), and `by_data` the keys by the program's own data;
    `far` is the other end of a socket pair.
    `process` is the process of a pidfd (pidfd_open(2)).
    `watchers` are the epoll instances that watch this description, with their keys;
    `spent` the keys of entries with EPOLLONESHOT that were reported and are disabled. `callers`
    counts the calls that wait on it: they keep it when the last slot is emptied. `in_flight`
    counts the messages that carry it and were not received yet (SCM_RIGHTS, unix(7)): they keep it
    too. `inbox` is the receive queue of a socket of a pair. `hidden` tells that requests may work
    on it that the trace does not show (io_uring(7)): nothing is said of its queues.
    """

    __slots__ = (
        "by_data", "callers", "changed", "count", "description", "far", "flags", "hidden",
        "in_flight", "inbox", "interest", "process", "socket", "spent", "tables", "watchers",
    )  # fmt: skip

    def __init__(
        self, changed: Changed, description: Description, socket: Socket | None = None
    ) -> None:
        self.changed = changed
        self.description = description
        self.count = 0
        self.callers = 0
        self.in_flight = 0
        self.inbox: Inbox[Open] | None = None
        self.hidden = False
        self.process: int | None = None
        self.tables: dict[Table, int] = {}
        self.flags: frozenset[str] = frozenset()
        self.socket = socket
        self.far: Open | None = None
        self.interest: dict[tuple[int, int], tuple[Open, str, object]] = {}
        self.by_data: dict[object, tuple[int, int]] = {}
        self.spent: set[tuple[int, int]] = set()
        self.watchers: dict[Open, set[tuple[int, int]]] = {}

    def __setattr__(self, name: str, value: object) -> None:
        """Whatever becomes another one is told to `changed`."""
        super().__setattr__(name, value)
        self.changed.opens.add(self)

    def __getstate__(self) -> tuple[None, dict[str, object]]:
        """All but the tables, which `Live` keeps; `changed` first, which all others are told to."""
        kept = {name: getattr(self, name) for name in self.__slots__}
        return None, {"changed": self.changed} | kept | {"tables": {}}

    def act(self, act: Act) -> bool:
        """Let something happen to the socket; False if it was impossible. Others take anything.

        The end of one end of a stream pair reaches the other at once (net/unix/af_unix.c).
        """
        if self.socket is None:
            return True
        socket = after(self.socket, act)
        if self.far is not None and act in (Act.OWN_END, Act.OWN_ABORT) and self.socket.stream:
            self.far.act(Act.PEER_END)
        self.socket = socket or self.socket
        return socket is not None

    def leave(self) -> bool:
        """A call that waited on it is over; whether that was what had kept it."""
        self.callers -= 1
        return self.end_unless_kept()

    @property
    def references(self) -> int:
        """Slots of all tables, and messages in flight."""
        return self.count + self.in_flight

    def end_unless_kept(self) -> bool:
        """End it if that was its last reference; whether it was."""
        if self.references or self.callers:
            return False
        self.end()
        return True

    def land(self) -> None:
        """A message that carries it is received, or thrown away."""
        self.in_flight -= 1
        self.end_unless_kept()

    def end(self) -> None:
        """The socket sends its FIN or a reset, and epoll instances forget it (epoll(7)).

        Connections that wait in the queue of a listening socket are reset with it; datagrams that
        wait in a queue are gone, and messages that nobody has received let go what they carry.
        """
        if self.socket is not None:
            self.act(self.socket.last_act)
            if self.socket.pending or self.socket.queue:
                self.socket = replace(self.socket, pending=(), queue=())
        for watcher, keys in list(self.watchers.items()):
            for key in list(keys):
                watcher.forget(key)
        for key, (entry, _, _) in self.interest.items():
            entry.watchers.pop(self, None)
            self.changed.interests.add((self, key))
        self.interest.clear()
        self.by_data.clear()
        self.spent.clear()
        if self.inbox is not None:
            self.inbox.empty()

    def hide(self) -> None:
        """From now on its queues are not known."""
        self.hidden = True
        if self.socket is not None:
            self.socket = replace(self.socket, unread=None, pending=())

    def watch(self, fd: int, target: "Open", events: str, data: object) -> None:
        """Put a descriptor into this interest list, or change its entry."""
        key = (fd, target.description.id)
        self.forget(key)
        self.interest[key] = (target, events, data)
        self.changed.interests.add((self, key))
        self.by_data[data] = key
        target.watchers.setdefault(self, set()).add(key)

    def spend(self, key: tuple[int, int]) -> None:
        """Disable an entry of this interest list: it was reported (EPOLLONESHOT, epoll_ctl(2))."""
        self.spent.add(key)
        self.changed.interests.add((self, key))

    def forget(self, key: tuple[int, int]) -> None:
        """Take an entry out of this interest list, if it is there."""
        entry = self.interest.pop(key, None)
        if entry is None:
            return
        self.changed.interests.add((self, key))
        target, _, data = entry
        target.watchers[self].discard(key)
        if not target.watchers[self]:
            del target.watchers[self]
        self.spent.discard(key)
        if self.by_data.get(data) == key:
            del self.by_data[data]


class Table:
    """One descriptor table: number to description, and which numbers have FD_CLOEXEC.

    `number` tells tables apart. `closing` holds the last close of a descriptor and the time at
    which that call ended (None: never): another thread may use a descriptor whose close has begun
    and not been seen to end. `gauge` counts the filled slots of all tables. `hidden` tells that
    requests of a ring (io_uring(7)) may fill and empty its slots, which the trace does not show.
    """

    __slots__ = ("changed", "cloexec", "closing", "gauge", "hidden", "number", "slots", "tasks")

    def __init__(self, number: int, gauge: Gauge, changed: Changed) -> None:
        self.changed = changed
        self.number = number
        self.gauge = gauge
        self.slots: dict[int, Open] = {}
        self.cloexec: set[int] = set()
        self.tasks: dict[int, None] = {}
        self.closing: dict[int, tuple[Open, int | None]] = {}
        self.hidden = False

    def join(self, tid: int) -> None:
        """The task `tid` has this table from now on."""
        self.tasks[tid] = None
        self.changed.tables.add(self)

    def part(self, tid: int) -> None:
        """The task `tid` has it no more; its slots stay filled."""
        self.tasks.pop(tid, None)
        self.changed.tables.add(self)

    def put(self, fd: int, entry: Open, *, cloexec: bool) -> None:
        """Fill the empty slot `fd`."""
        self.changed.tables.add(self)
        self.slots[fd] = entry
        entry.count += 1
        entry.tables[self] = entry.tables.get(self, 0) + 1
        self.gauge.filled(self.slots, 1)
        if cloexec:
            self.cloexec.add(fd)
        if self.hidden:
            entry.hide()

    def hide(self) -> None:
        """From now on its slots may change without a trace."""
        self.hidden = True
        self.gauge.known = False
        for entry in self.slots.values():
            entry.hide()

    def free(self, fd: int) -> Freed:
        """Empty the filled slot `fd`."""
        self.changed.tables.add(self)
        entry = self.slots.pop(fd)
        self.gauge.emptied()
        self.cloexec.discard(fd)
        entry.count -= 1
        mine = entry.tables.pop(self) - 1
        others = entry.tables
        holders = tuple(
            tid for table in islice(others, HOLDERS_NAMED) for tid in islice(table.tasks, 1)
        )
        if mine:
            others[self] = mine
        before, left, in_flight = entry.socket, entry.references, entry.in_flight
        watched = bool(entry.watchers)
        entry.end_unless_kept()
        return Freed(fd, entry.description, left, holders, before, entry.socket, in_flight, watched)

    def mark_cloexec(self, fd: int, *, on: bool) -> None:
        """Set or clear FD_CLOEXEC of the slot `fd`, if it is filled."""
        self.changed.tables.add(self)
        if on and fd in self.slots:
            self.cloexec.add(fd)
        else:
            self.cloexec.discard(fd)

    def copy(self, number: int) -> "Table":
        """A table of its own with the same slots, as fork(2) makes it; no task has it yet."""
        twin = Table(number, self.gauge, self.changed)
        twin.slots = dict(self.slots)
        self.gauge.filled(twin.slots, len(twin.slots))
        twin.cloexec = set(self.cloexec)
        twin.hidden = self.hidden
        for entry in self.slots.values():
            entry.count += 1
            entry.tables[twin] = entry.tables.get(twin, 0) + 1
        return twin

    def drop(self, tid: int) -> tuple[Freed, ...]:
        """The task `tid` leaves; the last one to leave frees every slot."""
        self.part(tid)
        return () if self.tasks else tuple(self.free(fd) for fd in sorted(self.slots))
