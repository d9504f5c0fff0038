"""What one record of a call tells of the descriptors it names or makes."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from echotrace.kernel.sockets import Socket, SocketState
from echotrace.syscalls import ROWS, Effect
from echotrace.trace import Endpoint, Syscall, Task

#: The second descriptor argument of the calls that have one; dup2 and dup3 only name a number.
SECOND_DESCRIPTOR: Mapping[str, str] = {
    row.name: argument.name
    for row in ROWS.values()
    if row.effect is Effect.USES
    for argument in row.arguments[1:]
    if argument.kind == "fd"
}

#: Kind of object by the logical event of its maker; the others are called as their function.
_KINDS: Mapping[str, str] = {
    "socket": "socket",
    "accept": "socket",
    "pipe": "pipe",
    "open": "file",
    "epoll create": "epoll",
    "ring": "io_uring",
}

#: These set FD_CLOEXEC unasked (pidfd_open(2), pidfd_getfd(2), io_uring_setup(2)).
_ALWAYS_CLOEXEC = frozenset({"pidfd_open", "pidfd_getfd", "io_uring_setup"})

#: Flags that stay numbers: MFD_CLOEXEC, FAN_CLOEXEC, PERF_FLAG_FD_CLOEXEC.
_CLOEXEC_BIT: Mapping[str, int] = {"memfd_create": 1, "fanotify_init": 1, "perf_event_open": 8}

#: File status flags by the names under which calls are given them.
_STATUS_FLAGS: Mapping[str, str] = {
    "SOCK_NONBLOCK": "O_NONBLOCK",
    "O_NONBLOCK": "O_NONBLOCK",
    "EFD_NONBLOCK": "O_NONBLOCK",
    "TFD_NONBLOCK": "O_NONBLOCK",
    "O_APPEND": "O_APPEND",
    "O_ASYNC": "O_ASYNC",
}

_ACCEPTS = frozenset(row.name for row in ROWS.values() if row.effect is Effect.ACCEPTS)

#: How waitid(2) is asked for one process (sys/wait.h).
_P_PID = 1

#: si_code of a child that ended (sigaction(2)).
_ENDS = frozenset({"CLD_EXITED", "CLD_KILLED", "CLD_DUMPED"})

_KIND_OF_MAKER: Mapping[str, str] = {
    row.name: _KINDS.get(row.event, row.function) for row in ROWS.values()
}

#: Types of socket that exchange messages without a connection (socket(2)).
_WITHOUT_CONNECTIONS = frozenset({"SOCK_DGRAM", "SOCK_RAW", "SOCK_RDM", "SOCK_PACKET"})

_UNTOLD = Endpoint(fd=-1)


def succeeded(call: Syscall) -> bool:
    """Whether the call returned and did not fail."""
    return call.errno is None and call.result is not None and call.result >= 0


def kind_made(name: str) -> str:
    """The kind of object that the call `name` makes."""
    return _KIND_OF_MAKER.get(name, "unknown")


def endpoint_of(call: Syscall, fd: int) -> Endpoint:
    """What the trace tells of the descriptor `fd` at the end of `call`; empty when nothing."""
    told = next((endpoint for endpoint in call.endpoints if endpoint.fd == fd), _UNTOLD)
    stored = call.args.get("addr") if call.name in _ACCEPTS and call.result == fd else None
    if told.peer is None and isinstance(stored, str) and not stored.startswith("unix:"):
        # What accept(2) itself stored: getpeername(2) tells nothing of a connection that was reset.
        return replace(told, fd=fd, peer=stored)
    return told


def makes_cloexec(call: Syscall) -> bool:
    """Whether the descriptors that `call` makes are born with FD_CLOEXEC."""
    if call.name in _ALWAYS_CLOEXEC:
        return True
    words = f"{call.args.get('flags')}|{call.args.get('type')}"
    return "CLOEXEC" in words or (call.name in _CLOEXEC_BIT and _has_bit(call))


def _has_bit(call: Syscall) -> bool:
    try:
        return bool(int(str(call.args.get("flags")), 0) & _CLOEXEC_BIT[call.name])
    except ValueError:  # not a number: unknown
        return False


def status_flags(call: Syscall) -> frozenset[str]:
    """The file status flags (fcntl(2), F_GETFL) that descriptors made by `call` are born with."""
    words = f"{call.args.get('flags')}|{call.args.get('type')}".split("|")
    return frozenset(_STATUS_FLAGS[word] for word in words if word in _STATUS_FLAGS)


def changed_flags(words: object) -> frozenset[str]:
    """The flags that F_SETFL sets, of those that matter here."""
    return frozenset(_STATUS_FLAGS[word] for word in str(words).split("|") if word in _STATUS_FLAGS)


def socket_made(call: Syscall) -> Socket | None:
    """The socket that a call makes; None if it makes something else."""
    if kind_made(call.name) != "socket":
        return None
    kinds = str(call.args.get("type")).split("|")
    stream = _WITHOUT_CONNECTIONS.isdisjoint(kinds)
    state = SocketState.CONNECTED if call.name == "socketpair" else SocketState.UNBOUND
    return Socket(stream=stream, state=state)


def shares_table(task: Task) -> bool:
    """CLONE_FILES, and a thread whose flags could not be read: hardly any has its own table."""
    return "CLONE_FILES" in task.flags or (task.tid != task.pid and not task.flags)


def reaped_by(call: Syscall) -> int | None:
    """The process whose zombie a wait took away; None if it took none, or none can be told."""
    if not succeeded(call) or "WNOWAIT" in str(call.args.get("options")):
        return None
    if call.name == "waitid":
        return _reaped_by_waitid(call.args)
    status = str(call.args.get("wstatus") or "")
    return None if status.startswith(("stopped", "continued")) else call.result or None


def _reaped_by_waitid(args: Mapping[str, Any]) -> int | None:
    """Whose end siginfo_t tells of; without one, the process that was asked for."""
    told = args.get("info")
    if not isinstance(told, dict):
        only_ends = args.get("options") == "WEXITED" and args.get("idtype") == _P_PID
        told = {"pid": args.get("id"), "code": "CLD_EXITED"} if only_ends else {}
    pid = told.get("pid")
    return pid if told.get("code") in _ENDS and isinstance(pid, int) and pid else None


def same_form(address: str) -> str:
    """One form for one address: an IPv4 client of an IPv6 socket is `::ffff:a.b.c.d` (ipv6(7))."""
    host, _, port = address.rpartition(":")
    if host.startswith("[::ffff:") and "." in host:
        return f"{host[8:-1]}:{port}"
    return address


def port(address: str | None) -> str:
    """The port of an address `host:port`."""
    return (address or "").rpartition(":")[2]
