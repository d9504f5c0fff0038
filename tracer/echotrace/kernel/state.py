"""The state of the kernel at one moment, as frozen records: what every view of a moment shows.

Everything is in a fixed order (tasks as they came to be, zombies behind them, descriptors by
number, descriptions as they were made), so that two states of one trace can be laid side by side.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from msgspec import Struct

from echotrace.kernel.descriptions import Description, Descriptor
from echotrace.kernel.sockets import Socket
from echotrace.trace import Syscall


class TaskState(Struct, frozen=True):
    """A living task: its thread group `pid`, its table, and the call it is in the middle of.

    `calling` holds what the program passed and nothing of what the call will return. `waits_for`
    are the descriptors that a waiting select or poll asks about; epoll's are in its instance.
    `ended` marks a thread group leader that has ended before its other threads (a zombie leader).
    """

    tid: int
    pid: int
    table: int
    calling: Syscall | None = None
    ended: bool = False
    waits_for: "tuple[Interest, ...]" = ()


class ProcessState(Struct, frozen=True):
    """A process that is in the process table: alive, or a zombie that nobody has waited for.

    `parent` is the process that must wait for it, None for one whose parent is not in the trace
    (echotrace itself, or init for an orphan). `status` and `signal` say how a zombie ended;
    `exit` is the event. `dispositions` are those that sigaction(2) set, by signal: `SIG_IGN`,
    `SIG_DFL` or `function`, a handler.
    """

    pid: int
    parent: int | None
    tasks: tuple[int, ...]
    zombie: bool = False
    status: int | None = None
    signal: str | None = None
    exit: int | None = None
    dispositions: Mapping[str, str] = {}


class TableState(Struct, frozen=True):
    """A descriptor table: the tasks that share it, and its descriptors by number."""

    number: int
    tasks: tuple[int, ...]
    descriptors: tuple[Descriptor, ...]


class Interest(Struct, frozen=True):
    """A descriptor that somebody wants to know ready: the number, its object, the events wanted.

    It is an entry of an epoll interest list (epoll(7)), or of the list or the sets of a poll or
    select that waits; `events` are named as there (`EPOLLIN`, `POLLIN`, `readfds`). `ready` tells
    whether one of them has come as far as the model knows, None when it cannot know. An entry with
    EPOLLONESHOT is not `armed` from its report until EPOLL_CTL_MOD (epoll_ctl(2)).
    """

    fd: int
    description: Description
    events: str
    ready: bool | None = None
    armed: bool = True


class OpenState(Struct, frozen=True):
    """An open file description: its references and where they are, as (table, fd).

    `flags` are its file status flags (fcntl(2), F_GETFL) as far as the calls show them. `callers`
    are the tasks in a call that waits on it: they keep it open even when it has no references, and
    so do messages `in_flight`, by the events that sent them (SCM_RIGHTS, unix(7)).
    """

    description: Description
    references: int
    held: tuple[tuple[int, int], ...]
    flags: tuple[str, ...] = ()
    socket: Socket | None = None
    interest: tuple[Interest, ...] = ()
    callers: tuple[int, ...] = ()
    in_flight: tuple[int, ...] = ()


@dataclass(frozen=True)
class State:
    """All of it, at `time` (ns since the start of the trace)."""

    time: int
    processes: tuple[ProcessState, ...]
    tasks: tuple[TaskState, ...]
    tables: tuple[TableState, ...]
    opens: tuple[OpenState, ...]

    @cached_property
    def by_tid(self) -> Mapping[int, TaskState]:
        """The tasks by id."""
        return {task.tid: task for task in self.tasks}

    @cached_property
    def by_pid(self) -> Mapping[int, ProcessState]:
        """The processes by id."""
        return {process.pid: process for process in self.processes}

    @cached_property
    def by_description(self) -> Mapping[int, OpenState]:
        """The open file descriptions by their id."""
        return {entry.description.id: entry for entry in self.opens}

    def table(self, tid: int) -> TableState | None:
        """The descriptor table of a task; None if the task is not alive."""
        task = self.by_tid.get(tid)
        return next((t for t in self.tables if task and t.number == task.table), None)

    def children(self, pid: int | None) -> tuple[ProcessState, ...]:
        """The processes that `pid` must wait for, zombies too; of None, those of nobody here."""
        return tuple(process for process in self.processes if process.parent == pid)
