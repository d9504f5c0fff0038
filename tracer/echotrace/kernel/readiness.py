"""What a call that waits for readiness asks, and whether the model knows the answer already."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from echotrace.kernel.sockets import Socket, SocketState
from echotrace.kernel.tables import Open
from echotrace.kernel.tasks import Running
from echotrace.syscalls import ANSWERS, ROWS, logical_event
from echotrace.trace import Syscall

_READ = frozenset({"EPOLLIN", "EPOLLRDNORM", "POLLIN", "POLLRDNORM", "readfds"})
_WRITE = frozenset({"EPOLLOUT", "EPOLLWRNORM", "POLLOUT", "POLLWRNORM", "writefds"})
_PEER_END = frozenset({"EPOLLRDHUP", "POLLRDHUP"})
#: The sets that select is given (select(2)).
SETS = ("readfds", "writefds", "exceptfds")
#: Where both directions have ended, poll and epoll tell of it unasked (POLLHUP in poll(2)).
_HUNG_UP = (SocketState.CLOSED, SocketState.RESET)
_ENDED_BY_PEER = (SocketState.PEER_ENDED, *_HUNG_UP)
#: The answers of select are arguments of their own in a trace.
_SELECT_ANSWERS = frozenset({"readable", "writable", "exceptional"})


def ready(socket: Socket | None, events: str) -> bool | None:
    """Whether one of the events has come; None where the model cannot know.

    How much room a connection has for what is sent the model does not know.
    """
    if socket is None:
        return None
    wanted = frozenset(events.split("|"))
    reads = bool(wanted & _READ)
    hung_up = socket.stream and socket.state in _HUNG_UP and wanted.isdisjoint(SETS)
    peer_ended = bool(wanted & _PEER_END) and socket.state in _ENDED_BY_PEER
    if hung_up or peer_ended or (reads and socket.readable):
        return True
    return socket.readable if reads and not wanted & _WRITE else None


def wants(task: Running, call: Syscall) -> Iterator[tuple[int, Open, str]]:
    """What a select or poll that a task is in asks about: number, description and events."""
    asked = _ASKED.get(logical_event(call.name))
    slots = task.table.slots
    for fd, events in asked(call.args) if asked else ():
        if fd in slots:
            yield fd, slots[fd], events


def _asked_by_select(args: dict[str, Any]) -> Iterator[tuple[int, str]]:
    names: dict[int, list[str]] = {}
    for name in SETS:
        told = args.get(name)
        for fd in told if isinstance(told, list) else ():
            if isinstance(fd, int):
                names.setdefault(fd, []).append(name)
    return ((fd, "|".join(names[fd])) for fd in sorted(names))


def _asked_by_poll(args: dict[str, Any]) -> Iterator[tuple[int, str]]:
    told = args.get("fds")
    for entry in told if isinstance(told, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("fd"), int):
            yield entry["fd"], str(entry.get("events", ""))


_ASKED = {"select": _asked_by_select, "poll": _asked_by_poll}


def asks(call: Syscall) -> bool:
    """Whether a call asks for descriptors to be ready, as `wants` tells."""
    return logical_event(call.name) in _ASKED


def as_it_began(call: Syscall) -> Syscall:
    """The call without anything that it returns: only what the program passed is known.

    That there is a place for an address stays, for by that recvfrom is told from recv.
    """
    row = ROWS.get(call.name)
    kinds = {argument.name: argument.kind for argument in row.arguments} if row else {}
    args = {
        name: _unanswered(value) if kinds.get(name) == "pollfds" else value
        for name, value in call.args.items()
        if value is None or (kinds.get(name) not in ANSWERS and name not in _SELECT_ANSWERS)
    }
    for name, kind in kinds.items():
        if kind == "sockaddr_out" and (call.args.get(name) or call.args.get("addrlen")):
            args[name] = "…"
    return replace(
        call, args=args, result=None, errno=None, end=None, data=None, endpoints=[], injected=None
    )


def _unanswered(fds: object) -> object:
    if not isinstance(fds, list):
        return fds
    return [
        {name: value for name, value in entry.items() if name != "revents"}
        if isinstance(entry, dict)
        else entry
        for entry in fds
    ]
