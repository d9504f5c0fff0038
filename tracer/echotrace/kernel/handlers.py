"""The handlers of the transition table: what one call does as it begins, and as it ends.

They never raise: a trace may hold anything. `transitions` says which call has which, and why then.
"""

from echotrace.kernel.descriptions import Freed, Touch
from echotrace.kernel.facts import SECOND_DESCRIPTOR, endpoint_of, makes_cloexec, succeeded
from echotrace.kernel.ledger import Ledger
from echotrace.kernel.tables import Open, TaskState
from echotrace.trace import Syscall


def uses(ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """Most calls: look up the descriptor."""
    entry = ledger.resolve(task.table, call, "fd")
    if entry is not None:
        ledger.touches[call.seq] = Touch(call.seq, entry.description)


def uses_two(ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """epoll_ctl(2), sendfile(2), splice(2) …: look up both descriptors."""
    used = ledger.resolve(task.table, call, "fd")
    target = ledger.resolve(task.table, call, SECOND_DESCRIPTOR[call.name])
    if used is not None or target is not None:
        ledger.touches[call.seq] = Touch(
            call.seq,
            used.description if used else None,
            target=target.description if target else None,
        )


def watches(ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """epoll_ctl(2): the first descriptor is an interest list that somebody uses."""
    uses_two(ledger, task, call)
    touch = ledger.touches.get(call.seq)
    if touch is not None and touch.used is not None:
        ledger.watching.add(touch.used.id)


def polls(ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """poll(2): look up the descriptor if the list holds only one, as before a recv with a timeout.

    Not select(2), whose sets hold only what was ready once it has returned.
    """
    watched = call.args.get("fds")
    if not isinstance(watched, list) or len(watched) != 1 or not isinstance(watched[0], dict):
        return
    fd = watched[0].get("fd")
    entry = task.table.slots.get(fd) if isinstance(fd, int) else None
    if entry is not None:
        ledger.touches[call.seq] = Touch(call.seq, entry.description)


def uses_to_dup(ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """dup(2), fcntl(2): look up the descriptor and keep hold of what it stands for."""
    entry = ledger.resolve(task.table, call, "fd")
    if entry is not None:
        ledger.duplicating[call.seq] = entry
        ledger.touches[call.seq] = Touch(call.seq, entry.description)


def frees(ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """close(2): the number is free again whatever close returns, EBADF excepted."""
    entry = ledger.resolve(task.table, call, "fd")
    if entry is None:
        return
    fd = call.args["fd"]
    freed: tuple[Freed, ...] = ()
    if call.errno != "EBADF" and fd in task.table.slots:
        freed = (task.table.free(fd),)
        task.table.closing[fd] = (entry, call.end)
    ledger.touches[call.seq] = Touch(call.seq, entry.description, (), freed)


def frees_range(ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """close_range(2), with its two flags."""
    if not succeeded(call):
        return
    first, last, flags = (call.args.get(name) for name in ("first", "last", "flags"))
    if not isinstance(first, int) or not isinstance(last, int):
        ledger.doubt(call.seq, "The range that close_range closes could not be read.")
        return
    if "CLOSE_RANGE_UNSHARE" in str(flags):
        task.unshare()
    table = task.table
    fds = sorted(fd for fd in table.slots if first <= fd <= last)
    if "CLOSE_RANGE_CLOEXEC" in str(flags):
        table.cloexec.update(fds)
        return
    for fd in fds:
        table.closing[fd] = (table.slots[fd], call.end)
    ledger.touches[call.seq] = Touch(call.seq, freed=tuple(table.free(fd) for fd in fds))


def makes(ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """socket(2), open(2), epoll_create(2) …: the result is a new descriptor."""
    fd = call.result
    # signalfd(2) with a descriptor changes that one and returns it.
    if fd is None or not succeeded(call) or call.args.get("oldfd") == fd:
        return
    made = ledger.make(task.table, call, fd)
    if "SOCK_DGRAM" in str(call.args.get("type")):
        ledger.datagram.add(made.id)
    ledger.touches[call.seq] = Touch(call.seq, None, ((fd, made),))


def makes_pair(ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """pipe(2), socketpair(2): two new descriptors."""
    if not succeeded(call):
        return
    pair = call.args.get("sv", call.args.get("fds"))
    if not isinstance(pair, list | tuple) or not all(isinstance(fd, int) for fd in pair):
        ledger.doubt(call.seq, f"The descriptors that {call.name} made could not be read.")
        return
    made = tuple((fd, ledger.make(task.table, call, fd)) for fd in pair)
    ledger.touches[call.seq] = Touch(call.seq, None, made)


def accepts(ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """accept(2): a new connection, and so what it was taken from is a listening socket."""
    fd = call.result
    if fd is None or not succeeded(call):
        return
    begun = ledger.touches.get(call.seq)
    used = begun.used if begun else None
    if used is not None:
        ledger.listening[used.id] = used
    made = ledger.make(task.table, call, fd, used.id if used else None)
    ledger.accepted.append(made)
    ledger.touches[call.seq] = Touch(call.seq, used, ((fd, made),))


def dups(ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """dup(2): one more descriptor of the same description, without FD_CLOEXEC."""
    entry = ledger.duplicating.pop(call.seq, None)
    if succeeded(call):
        _fill_copy(ledger, task, call, entry, cloexec=False)


def dups_onto(ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """dup2(2), dup3(2): what stood at the new number is closed without a word."""
    entry = ledger.duplicating.pop(call.seq, None)
    fd = call.result
    if fd is None or not succeeded(call) or fd == call.args.get("fd"):
        return
    freed = (task.table.free(fd),) if fd in task.table.slots else ()
    _fill_copy(ledger, task, call, entry, cloexec=makes_cloexec(call))
    touch = ledger.touches[call.seq]
    ledger.touches[call.seq] = Touch(call.seq, touch.used, touch.made, freed)


def controls(ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """fcntl(2): F_DUPFD, F_DUPFD_CLOEXEC and F_SETFD change the table."""
    entry = ledger.duplicating.pop(call.seq, None)
    if not succeeded(call):
        return
    command = call.args.get("cmd")
    if command in ("F_DUPFD", "F_DUPFD_CLOEXEC"):
        _fill_copy(ledger, task, call, entry, cloexec=command == "F_DUPFD_CLOEXEC")
    elif command == "F_SETFD" and isinstance(call.args.get("fd"), int):
        on = call.args.get("arg") in ("FD_CLOEXEC", 1)
        task.table.mark_cloexec(call.args["fd"], on=on)


def _fill_copy(
    ledger: Ledger, task: TaskState, call: Syscall, entry: Open | None, *, cloexec: bool
) -> None:
    assert call.result is not None
    if entry is None:
        entry = ledger.unknown()
    ledger.fill(task.table, call, call.result, entry, cloexec=cloexec)
    used = entry.description
    ledger.touches[call.seq] = Touch(call.seq, used, ((call.result, used),))


def is_told(ledger: Ledger, _task: TaskState, call: Syscall) -> None:
    """bind(2), connect(2), listen(2), getsockname(2): learn the addresses of the socket."""
    touch = ledger.touches.get(call.seq)
    if touch is None or touch.used is None or not succeeded(call):
        return
    fd = call.args.get("fd")
    if call.endpoints and isinstance(fd, int):
        ledger.endpoints[touch.used.id] = endpoint_of(call, fd)
    learnt = {"bind": ledger.bound, "listen": ledger.listening}.get(call.name)
    if learnt is not None:
        learnt[touch.used.id] = touch.used


def marks(_ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """ioctl(2): FIOCLEX and FIONCLEX set and clear FD_CLOEXEC (ioctl_fd(2))."""
    request, fd = call.args.get("request"), call.args.get("fd")
    if request in ("FIOCLEX", "FIONCLEX") and succeeded(call) and isinstance(fd, int):
        task.table.mark_cloexec(fd, on=request == "FIOCLEX")


def unshares(_ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """unshare(2): CLONE_FILES gives the task a table of its own."""
    if succeeded(call) and "CLONE_FILES" in str(call.args.get("flags")):
        task.unshare()


def execs(_ledger: Ledger, task: TaskState, call: Syscall) -> None:
    """execve(2): the Exec record that follows does the work and is booked on this call."""
    if call.errno is None:
        task.exec_seq = call.seq
