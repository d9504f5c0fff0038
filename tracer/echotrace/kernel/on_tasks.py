"""The handlers of calls that concern tasks, and the births, execs and ends of tasks themselves."""

from collections.abc import Set as AbstractSet
from itertools import islice

from echotrace.kernel.descriptions import COPIES_NAMED, Descriptor, Freed, Touch
from echotrace.kernel.facts import reaped_by, shares_table, succeeded
from echotrace.kernel.live import Live
from echotrace.kernel.state import ProcessState
from echotrace.kernel.tables import Table
from echotrace.kernel.tasks import Process, Running
from echotrace.syscalls import ROWS, Effect
from echotrace.trace import Exec, Exit, Syscall, Task

#: How many of the youngest sockets are looked at for those to name.
_COPIES_CONSIDERED = 64
_SPAWNS: AbstractSet[str] = {row.name for row in ROWS.values() if row.effect is Effect.SPAWNS}


def begins(live: Live, record: Task) -> None:
    """A task comes to be: it shares its maker's table, or has a copy of it (clone(2))."""
    if record.tid in live.tasks:
        live.doubt(0, f"Task {record.tid} came to be a second time without an end.")
        _drop(live, record.tid)
    live.replaced.discard(record.tid)
    maker = _maker(live, record)
    if maker is None:
        table = live.first_table()
    elif record.parent is None or shares_table(record):
        table = maker.table
    else:
        table = live.copy_of(maker.table)
        _book_copies(live, maker, record, table)
    parent = maker.pid if maker is not None and record.parent is not None else None
    if maker is not None and "CLONE_PARENT" in record.flags:
        parent = live.processes[maker.pid].parent
    task = live.add(Running(record.tid, record.pid, table), parent)
    origin = live.processes.get(maker.pid) if maker is not None else None
    if origin is not None and task.pid == task.tid:
        # from its maker, also where CLONE_PARENT gives it another parent
        live.processes[task.pid].inherit(origin, cleared="CLONE_CLEAR_SIGHAND" in record.flags)


def _book_copies(live: Live, maker: Running, record: Task, table: Table) -> None:
    """Remember with the call that makes a process which sockets it has now too.

    Of many the youngest, and before the ends of socket pairs those that clients reach.
    """
    call = maker.calling
    if call is None or call.name not in _SPAWNS or (call.end or record.time) < record.time:
        return
    sockets = ((fd, entry) for fd, entry in reversed(table.slots.items()) if entry.socket)
    young = islice(sockets, _COPIES_CONSIDERED)
    chosen = sorted(young, key=lambda slot: slot[1].description.other is not None)
    copied = tuple(
        Descriptor(fd, entry.description, fd in table.cloexec, entry.count)
        for fd, entry in chosen[: COPIES_NAMED + 1]
    )
    if copied:
        live.book(Touch(call.seq, copied=copied))


def _maker(live: Live, record: Task) -> Running | None:
    """The task whose table the new one shares or copies.

    Of threads that were there before the trace began nobody knows the maker: they share.
    """
    if record.parent is None:
        process = live.processes.get(record.pid)
        return next(iter(process.tasks.values()), None) if process else None
    maker = live.tasks.get(record.parent)
    if maker is None:
        live.doubt(0, f"Task {record.parent} made task {record.tid} but is not alive.")
    return maker


def execs(_live: Live, task: Running, call: Syscall) -> None:
    """execve(2): the Exec record that follows does the work and is booked on this call."""
    if call.errno is None:
        task.exec_seq = call.seq


def replaced(live: Live, record: Exec) -> None:
    """A new program: the other threads end, the table is its own, FD_CLOEXEC closes (execve(2))."""
    caller = live.tasks.get(record.former)
    if caller is None:
        live.doubt(0, f"Task {record.former} called execve but is not alive.")
        return
    # The call may stand under the name its task had before or under the one it has now.
    callers = (caller, live.tasks.get(record.tid, caller))
    seq = max(task.exec_seq or 0 for task in callers)
    process = live.processes[caller.pid]
    freed: list[Freed] = []
    for tid in sorted(process.tasks.keys() - {record.former}):
        freed += leave(live, tid)
        live.replaced.add(tid)
    live.replaced.discard(record.tid)
    live.unshare(caller)
    table = caller.table
    live.tasks.pop(record.former).let_go()
    process.tasks.clear()
    table.part(record.former)
    live.changed.tasks.add(record.former)
    live.changed.processes.add(caller.pid)
    if record.tid in live.tasks:
        freed += _drop(live, record.tid)
    live.add(Running(record.tid, record.tid, table), process.parent)
    live.processes[record.tid].inherit(process, cleared=True)  # handlers are gone with the program
    freed += [table.free(fd) for fd in sorted(table.cloexec)]
    if seq and freed:
        live.book(Touch(seq, freed=tuple(freed)))


def leaves(live: Live, task: Running, call: Syscall) -> None:
    """exit(2): a leader that ends before its threads stays as a zombie until they end."""
    process = live.processes.get(task.pid)
    if call.name == "exit" and task.tid == task.pid and process and len(process.tasks) > 1:
        task.ended = True
        live.changed.tasks.add(task.tid)


def exits(live: Live, record: Exit) -> None:
    """A task ended: its references are given up; the last one of a process leaves a zombie."""
    task = live.tasks.get(record.tid)
    if task is None:
        if record.tid not in live.replaced:
            live.doubt(record.seq, f"Task {record.tid} ended but was not alive.")
        return
    freed = leave(live, record.tid)
    process = live.processes.get(task.pid)
    zombie = None
    if process is not None and not process.tasks:
        zombie = _end_process(live, process, record)
    if freed or zombie is not None:
        live.book(Touch(record.seq, freed=freed, zombie=zombie))


def _end_process(live: Live, process: Process, record: Exit) -> int | None:
    """A zombie, unless nobody must wait for it: init and echotrace do so at once.

    Gives the process that must wait for it, or None.
    """
    del live.processes[process.pid]
    live.changed.processes.update((process.pid, *process.children))
    for pid in process.children:
        live.zombies.pop(pid, None)
        if pid in live.processes:
            live.processes[pid].parent = None
    parent = live.processes.get(process.parent) if process.parent is not None else None
    if parent is None:
        return None
    if parent.reaps_itself:
        parent.children.pop(process.pid, None)
        return None
    live.zombies[process.pid] = ProcessState(
        process.pid, process.parent, (), zombie=True, status=record.status, signal=record.signal,
        exit=record.seq, dispositions=process.dispositions,
    )  # fmt: skip
    return parent.pid


def reaps(live: Live, task: Running, call: Syscall) -> None:
    """wait4(2), waitid(2): the zombie's entry in the process table is free again."""
    pid = reaped_by(call)
    if pid is None:
        return
    zombie = live.zombies.get(pid)
    if zombie is not None and zombie.parent == task.pid:
        del live.zombies[pid]
        live.changed.processes.add(pid)
        live.processes[task.pid].children.pop(pid, None)
        live.book(Touch(call.seq, reaped=pid))
    elif zombie is not None or pid in live.processes:
        live.doubt(call.seq, f"{call.name} returns process {pid}, which is no zombie of its own.")


def handles(live: Live, task: Running, call: Syscall) -> None:
    """sigaction(2): what a signal does from now on, in the whole process."""
    process, action = live.processes.get(task.pid), call.args.get("act")
    if process is None or not isinstance(action, dict) or not succeeded(call):
        return
    signal = str(call.args.get("signum"))
    process.dispositions[signal] = str(action.get("handler"))
    live.changed.processes.add(task.pid)
    if signal == "SIGCHLD":
        process.no_zombies = "SA_NOCLDWAIT" in str(action.get("flags"))


def leave(live: Live, tid: int) -> tuple[Freed, ...]:
    """Take a task out of its process, its table and the call it was in."""
    task = live.tasks.pop(tid)
    live.changed.tasks.add(tid)
    live.changed.processes.add(task.pid)
    task.let_go()
    process = live.processes.get(task.pid)
    if process is not None:
        process.tasks.pop(tid, None)
    return task.table.drop(tid)


def _drop(live: Live, tid: int) -> tuple[Freed, ...]:
    """Take a task out, and its process if it was the last."""
    pid = live.tasks[tid].pid
    freed = leave(live, tid)
    if pid in live.processes and not live.processes[pid].tasks:
        del live.processes[pid]
    return freed
