"""Descriptor tables and the references they hold: the mutable half of the model.

A table belongs to the tasks that share it (CLONE_FILES, clone(2)); it dies with the last of them.
"""

from itertools import islice

from echotrace.kernel.descriptions import HOLDERS_NAMED, Description, Freed


class Open:
    """An open file description and its references: `count` in all, `tables` slots by table."""

    __slots__ = ("count", "description", "tables")

    def __init__(self, description: Description) -> None:
        self.description = description
        self.count = 0
        self.tables: dict[Table, int] = {}


class Table:
    """One descriptor table: number to description, and which numbers have FD_CLOEXEC.

    `closing` holds the last close of a number and the time at which that call ended (None: never):
    another thread may use a number whose close has begun and not been seen to end.
    """

    __slots__ = ("cloexec", "closing", "slots", "tasks")

    def __init__(self) -> None:
        self.slots: dict[int, Open] = {}
        self.cloexec: set[int] = set()
        self.tasks: dict[int, None] = {}
        self.closing: dict[int, tuple[Open, int | None]] = {}

    def put(self, fd: int, entry: Open, *, cloexec: bool) -> None:
        """Fill the empty slot `fd`."""
        self.slots[fd] = entry
        entry.count += 1
        entry.tables[self] = entry.tables.get(self, 0) + 1
        if cloexec:
            self.cloexec.add(fd)

    def free(self, fd: int) -> Freed:
        """Empty the filled slot `fd`."""
        entry = self.slots.pop(fd)
        self.cloexec.discard(fd)
        entry.count -= 1
        mine = entry.tables.pop(self) - 1
        others = entry.tables
        holders = tuple(
            tid for table in islice(others, HOLDERS_NAMED) for tid in islice(table.tasks, 1)
        )
        if mine:
            others[self] = mine
        return Freed(fd, entry.description, entry.count, holders)

    def mark_cloexec(self, fd: int, *, on: bool) -> None:
        """Set or clear FD_CLOEXEC of the slot `fd`, if it is filled."""
        if on and fd in self.slots:
            self.cloexec.add(fd)
        else:
            self.cloexec.discard(fd)

    def copy(self) -> "Table":
        """A table of its own with the same slots, as fork(2) makes it; no task has it yet."""
        twin = Table()
        twin.slots = dict(self.slots)
        twin.cloexec = set(self.cloexec)
        for entry in self.slots.values():
            entry.count += 1
            entry.tables[twin] = entry.tables.get(twin, 0) + 1
        return twin

    def drop(self, tid: int) -> tuple[Freed, ...]:
        """The task `tid` leaves; the last one to leave frees every slot."""
        self.tasks.pop(tid, None)
        return () if self.tasks else tuple(self.free(fd) for fd in sorted(self.slots))


class TaskState:
    """A living task: its thread group `pid`, its table, and the number of its last execve."""

    __slots__ = ("exec_seq", "pid", "table", "tid")

    def __init__(self, tid: int, pid: int, table: Table) -> None:
        self.tid = tid
        self.pid = pid
        self.table = table
        self.exec_seq: int | None = None
        table.tasks[tid] = None

    def unshare(self) -> None:
        """Take a copy of the table if other tasks have it too (unshare(2), CLONE_FILES)."""
        if len(self.table.tasks) > 1:
            del self.table.tasks[self.tid]
            self.table = self.table.copy()
            self.table.tasks[self.tid] = None
