"""The kernel as far as connections need it: tasks, their descriptor tables, open descriptions.

Sans-I/O: feed it the moments of a trace, one by one; it does no reading and knows no clock.

    kernel = Kernel()
    for moment in moments(trace.records):
        kernel.apply(moment)            # kernel.descriptors(tid) is the table at this moment
    kernel.ledger.touches[seq]          # what the event did

A Task record shares or copies its maker's table (clone(2), CLONE_FILES); Exec ends the other
threads, gives the task a table of its own and closes what has FD_CLOEXEC (execve(2)); Exit gives
the table up. What a call does is in `transitions`.
"""

from collections.abc import Iterable

from echotrace.kernel.descriptions import Descriptor, Freed, Touch
from echotrace.kernel.ledger import Ledger
from echotrace.kernel.moments import Moment, Phase, moments
from echotrace.kernel.tables import Table, TaskState
from echotrace.kernel.transitions import TRANSITION_OF
from echotrace.trace import Exec, Exit, Record, Syscall, Task

_STANDARD = (0, 1, 2)  # standard input, output and error (stdin(3))


class Kernel:
    """The state at one moment; `ledger` keeps what was booked on the way."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self._tasks: dict[int, TaskState] = {}
        self._groups: dict[int, set[int]] = {}
        self._replaced: set[int] = set()

    def apply(self, moment: Moment) -> None:
        """Let the next moment happen."""
        _, phase, _, record = moment
        if isinstance(record, Syscall):
            transition = TRANSITION_OF[record.name]
            if phase == Phase.START:
                task = self._tasks.get(record.tid) or self._unannounced(record)
                if transition.start is not None:
                    transition.start(self.ledger, task, record)
            elif transition.end is not None and record.tid in self._tasks:
                transition.end(self.ledger, self._tasks[record.tid], record)
        elif isinstance(record, Task):
            self._begin_task(record)
        elif isinstance(record, Exec):
            self._exec(record)
        elif isinstance(record, Exit):
            self._exit(record)

    def descriptors(self, tid: int) -> tuple[Descriptor, ...]:
        """The descriptor table of a task, by number; empty for a task that is not alive."""
        task = self._tasks.get(tid)
        if task is None:
            return ()
        table = task.table
        return tuple(
            Descriptor(fd, entry.description, fd in table.cloexec, entry.count)
            for fd, entry in sorted(table.slots.items())
        )

    def tasks(self) -> tuple[int, ...]:
        """The tasks alive, in the order in which they came to be."""
        return tuple(self._tasks)

    def shares(self, tid: int) -> tuple[int, ...]:
        """The tasks that have the same descriptor table as `tid`, itself included."""
        task = self._tasks.get(tid)
        return tuple(task.table.tasks) if task else ()

    def _begin_task(self, record: Task) -> None:
        if record.tid in self._tasks:
            self.ledger.doubt(0, f"Task {record.tid} came to be a second time without an end.")
            self._drop(record.tid)
        maker = self._maker(record)
        if maker is None:
            table = self._first_table()
        elif record.parent is None or _shares_table(record):
            table = maker.table
        else:
            table = maker.table.copy()
        self._add(TaskState(record.tid, record.pid, table))

    def _maker(self, record: Task) -> TaskState | None:
        """The task whose table the new one shares or copies.

        Of threads that were there before the trace began nobody knows the maker: they share.
        """
        if record.parent is None:
            return self._tasks.get(next(iter(self._groups.get(record.pid, ())), -1))
        maker = self._tasks.get(record.parent)
        if maker is None:
            self.ledger.doubt(0, f"Task {record.parent} made task {record.tid} but is not alive.")
        return maker

    def _exec(self, record: Exec) -> None:
        caller = self._tasks.get(record.former)
        if caller is None:
            self.ledger.doubt(0, f"Task {record.former} called execve but is not alive.")
            return
        # The call may stand under the name its task had before or under the one it has now.
        callers = (caller, self._tasks.get(record.tid, caller))
        seq = max(task.exec_seq or 0 for task in callers)
        freed: list[Freed] = []
        for tid in sorted(self._groups.get(caller.pid, set()) - {record.former}):
            freed += self._drop(tid)
            self._replaced.add(tid)
        self._replaced.discard(record.tid)
        caller.unshare()
        table = caller.table
        self._tasks.pop(record.former)
        self._groups.pop(caller.pid, None)
        del table.tasks[record.former]
        if record.tid in self._tasks:
            freed += self._drop(record.tid)
        self._add(TaskState(record.tid, record.tid, table))
        freed += [table.free(fd) for fd in sorted(table.cloexec)]
        if seq and freed:
            self.ledger.touches[seq] = Touch(seq, freed=tuple(freed))

    def _exit(self, record: Exit) -> None:
        if record.tid not in self._tasks:
            if record.tid not in self._replaced:
                self.ledger.doubt(record.seq, f"Task {record.tid} ended but was not alive.")
            return
        freed = self._drop(record.tid)
        if freed:
            self.ledger.touches[record.seq] = Touch(record.seq, freed=freed)

    def _unannounced(self, call: Syscall) -> TaskState:
        self.ledger.doubt(call.seq, f"Nothing tells where task {call.tid} comes from.")
        return self._add(TaskState(call.tid, call.tid, self._first_table()))

    def _first_table(self) -> Table:
        table = Table()
        for fd in _STANDARD:
            table.put(fd, self.ledger.inherited(), cloexec=False)
        return table

    def _add(self, task: TaskState) -> TaskState:
        self._tasks[task.tid] = task
        self._groups.setdefault(task.pid, set()).add(task.tid)
        return task

    def _drop(self, tid: int) -> tuple[Freed, ...]:
        task = self._tasks.pop(tid)
        group = self._groups.get(task.pid, set())
        group.discard(tid)
        if not group:
            self._groups.pop(task.pid, None)
        return task.table.drop(tid)


def _shares_table(record: Task) -> bool:
    """CLONE_FILES, and a thread whose flags could not be read: hardly any has its own table."""
    return "CLONE_FILES" in record.flags or (record.tid != record.pid and not record.flags)


def run(records: Iterable[Record]) -> Kernel:
    """The kernel after the last moment of a trace."""
    kernel = Kernel()
    for moment in moments(records):
        kernel.apply(moment)
    return kernel
