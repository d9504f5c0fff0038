"""Tasks and processes: the mutable part of the model that is not about descriptors."""

from echotrace.kernel.sockets import Socket
from echotrace.kernel.tables import Open, Table
from echotrace.trace import Syscall


class Running:
    """A living task: its thread group `pid` and its table.

    `calling` is the call it made last; `using`, `target` and `before` are the descriptions which
    that call's descriptors stood for when it began, and the state of the socket then. `exec_seq` is
    the number of its last execve. `ended` marks a thread group leader that is gone before the
    other threads. `holds` is the description that the call keeps from its end while it lasts.
    """

    __slots__ = (
        "before", "calling", "ended", "exec_seq", "holds", "pid", "table", "target", "tid", "using",
    )  # fmt: skip

    def __init__(self, tid: int, pid: int, table: Table) -> None:
        self.tid = tid
        self.pid = pid
        self.table = table
        self.calling: Syscall | None = None
        self.using: Open | None = None
        self.target: Open | None = None
        self.before: Socket | None = None
        self.holds: Open | None = None
        self.exec_seq: int | None = None
        self.ended = False
        table.join(tid)

    def hold(self, entry: Open) -> None:
        """Keep what the call uses until it is over: the kernel holds the file for it (fget)."""
        self.holds = entry
        entry.callers += 1

    def let_go(self) -> Open | None:
        """The call is over; the description if that ended it."""
        held, self.holds = self.holds, None
        return held if held is not None and held.leave() else None


class Process:
    """A process that lives: a thread group.

    `parent` is the process that must wait for it, None if that is not in the trace; `children`
    those that it must wait for, zombies too. `dispositions` and `no_zombies` (SA_NOCLDWAIT) are set
    by sigaction(2).
    """

    __slots__ = ("children", "dispositions", "no_zombies", "parent", "pid", "tasks")

    def __init__(self, pid: int, parent: int | None) -> None:
        self.pid = pid
        self.parent = parent
        self.tasks: dict[int, Running] = {}
        self.children: dict[int, None] = {}
        self.dispositions: dict[str, str] = {}
        self.no_zombies = False

    def inherit(self, origin: "Process", *, cleared: bool) -> None:
        """Let signals do what they do in `origin`; `cleared`, all but the ignored their default.

        execve(2); CLONE_CLEAR_SIGHAND in clone(2). sa_flags are cleared with the handlers.
        """
        kept = origin.dispositions.items()
        self.dispositions = {s: do for s, do in kept if not cleared or do == "SIG_IGN"}
        self.no_zombies = origin.no_zombies and not cleared

    @property
    def reaps_itself(self) -> bool:
        """Whether its children leave no zombies (sigaction(2), SA_NOCLDWAIT; wait(2), NOTES)."""
        return self.no_zombies or self.dispositions.get("SIGCHLD") == "SIG_IGN"
