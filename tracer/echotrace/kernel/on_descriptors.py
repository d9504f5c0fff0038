"""The handlers of calls that look up, make, copy and free descriptors of any kind.

Handlers never raise: a trace may hold anything. `transitions` says which call has which, and why it
happens then.
"""

from echotrace.kernel.descriptions import Freed, Touch
from echotrace.kernel.facts import (
    SECOND_DESCRIPTOR,
    changed_flags,
    makes_cloexec,
    socket_made,
    succeeded,
)
from echotrace.kernel.live import Live
from echotrace.kernel.tables import Open
from echotrace.kernel.tasks import Running
from echotrace.trace import Syscall


def uses(live: Live, task: Running, call: Syscall) -> None:
    """Most calls: look up the descriptor."""
    entry = task.using = live.resolve(task, call)
    if entry is not None:
        task.before = socket = entry.socket
        live.book(Touch(call.seq, entry.description, before=socket, after=socket))


def uses_two(live: Live, task: Running, call: Syscall) -> None:
    """epoll_ctl(2), sendfile(2), splice(2) …: look up both descriptors."""
    uses(live, task, call)
    target = task.target = live.resolve(task, call, SECOND_DESCRIPTOR[call.name])
    used = task.using
    if used is not None or target is not None:
        live.book(
            Touch(
                call.seq,
                used.description if used else None,
                target=target.description if target else None,
                before=used.socket if used else None,
                after=used.socket if used else None,
            )
        )


def frees(live: Live, task: Running, call: Syscall) -> None:
    """close(2): the number is free again whatever close returns, EBADF excepted."""
    entry = task.using = live.resolve(task, call)
    if entry is None:
        return
    fd = call.args["fd"]
    before = entry.socket
    freed: tuple[Freed, ...] = ()
    if call.errno != "EBADF" and fd in task.table.slots:
        freed = (task.table.free(fd),)
        task.table.closing[fd] = (entry, call.end)
    live.book(Touch(call.seq, entry.description, (), freed, before=before, after=entry.socket))


def frees_range(live: Live, task: Running, call: Syscall) -> None:
    """close_range(2), with its two flags."""
    if not succeeded(call):
        return
    first, last, flags = (call.args.get(name) for name in ("first", "last", "flags"))
    if not isinstance(first, int) or not isinstance(last, int):
        live.doubt(call.seq, "The range that close_range closes could not be read.")
        return
    if "CLOSE_RANGE_UNSHARE" in str(flags):
        live.unshare(task)
    table = task.table
    fds = sorted(fd for fd in table.slots if first <= fd <= last)
    if "CLOSE_RANGE_CLOEXEC" in str(flags):
        for fd in fds:
            table.mark_cloexec(fd, on=True)
        return
    for fd in fds:
        table.closing[fd] = (table.slots[fd], call.end)
    live.book(Touch(call.seq, freed=tuple(table.free(fd) for fd in fds)))


def makes(live: Live, task: Running, call: Syscall) -> None:
    """socket(2), open(2), epoll_create(2) …: the result is a new descriptor."""
    fd = call.result
    # signalfd(2) with a descriptor changes that one and returns it.
    if fd is None or not succeeded(call) or call.args.get("oldfd") == fd:
        return
    entry = live.make(task.table, call, fd, socket=socket_made(call))
    if "SOCK_DGRAM" in str(call.args.get("type")):
        live.ledger.datagram.add(entry.description.id)
    live.book(Touch(call.seq, None, ((fd, entry.description),), after=entry.socket))


def makes_pair(live: Live, task: Running, call: Syscall) -> None:
    """pipe(2), socketpair(2): two new descriptors, each the other end of the other."""
    if not succeeded(call):
        return
    pair = _pair(call.args.get("sv", call.args.get("fds")))
    if pair is None:
        live.doubt(call.seq, f"The descriptors that {call.name} made could not be read.")
        return
    made = live.make_pair(task.table, call, *pair)
    live.book(
        Touch(call.seq, None, tuple(zip(pair, (e.description for e in made), strict=True)),
              after=made[0].socket)
    )  # fmt: skip


def _pair(told: object) -> tuple[int, int] | None:
    if isinstance(told, list | tuple) and [type(fd) for fd in told] == [int, int]:
        return told[0], told[1]
    return None


def dups(live: Live, task: Running, call: Syscall) -> None:
    """dup(2): one more descriptor of the same description, without FD_CLOEXEC."""
    if succeeded(call):
        _fill_copy(live, task, call, (), cloexec=False)


def dups_onto(live: Live, task: Running, call: Syscall) -> None:
    """dup2(2), dup3(2): what stood at the new number is closed without a word."""
    fd = call.result
    if fd is None or not succeeded(call) or fd == call.args.get("fd"):
        return
    freed = (task.table.free(fd),) if fd in task.table.slots else ()
    _fill_copy(live, task, call, freed, cloexec=makes_cloexec(call))


def controls(live: Live, task: Running, call: Syscall) -> None:
    """fcntl(2): F_DUPFD, F_DUPFD_CLOEXEC and F_SETFD change the table, F_SETFL the description."""
    if not succeeded(call):
        return
    command = call.args.get("cmd")
    if command in ("F_DUPFD", "F_DUPFD_CLOEXEC"):
        _fill_copy(live, task, call, (), cloexec=command == "F_DUPFD_CLOEXEC")
    elif command == "F_SETFD" and isinstance(call.args.get("fd"), int):
        on = call.args.get("arg") in ("FD_CLOEXEC", 1)
        task.table.mark_cloexec(call.args["fd"], on=on)
    elif command == "F_SETFL" and task.using is not None:
        task.using.flags = changed_flags(call.args.get("arg"))


def _fill_copy(
    live: Live, task: Running, call: Syscall, freed: tuple[Freed, ...], *, cloexec: bool
) -> None:
    assert call.result is not None
    entry: Open = task.using or live.unknown()
    live.fill(task.table, call, call.result, entry, cloexec=cloexec)
    used = entry.description
    live.book(
        Touch(call.seq, used, ((call.result, used),), freed,
              before=task.before, after=entry.socket)
    )  # fmt: skip


def marks(_live: Live, task: Running, call: Syscall) -> None:
    """ioctl(2): FIOCLEX and FIONCLEX set and clear FD_CLOEXEC, FIONBIO O_NONBLOCK (ioctl_fd(2))."""
    request, fd = call.args.get("request"), call.args.get("fd")
    if not succeeded(call):
        return
    if request in ("FIOCLEX", "FIONCLEX") and isinstance(fd, int):
        task.table.mark_cloexec(fd, on=request == "FIOCLEX")
    elif request == "FIONBIO" and task.using is not None:
        others = task.using.flags - {"O_NONBLOCK"}
        task.using.flags = others | {"O_NONBLOCK"} if call.args.get("arg") else others


def unshares(live: Live, task: Running, call: Syscall) -> None:
    """unshare(2): CLONE_FILES gives the task a table of its own."""
    if succeeded(call) and "CLONE_FILES" in str(call.args.get("flags")):
        live.unshare(task)
