"""What one record of a call tells of the descriptors it names or makes."""

from collections.abc import Mapping

from echotrace.syscalls import ROWS, Effect
from echotrace.trace import Endpoint, Syscall

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

_KIND_OF_MAKER: Mapping[str, str] = {
    row.name: _KINDS.get(row.event, row.function) for row in ROWS.values()
}

_UNTOLD = Endpoint(fd=-1)


def succeeded(call: Syscall) -> bool:
    """Whether the call returned and did not fail."""
    return call.errno is None and call.result is not None and call.result >= 0


def kind_made(name: str) -> str:
    """The kind of object that the call `name` makes."""
    return _KIND_OF_MAKER.get(name, "unknown")


def endpoint_of(call: Syscall, fd: int) -> Endpoint:
    """What the trace tells of the descriptor `fd` at the end of `call`; empty when nothing."""
    for endpoint in call.endpoints:
        if endpoint.fd == fd:
            return endpoint
    if call.result == fd and isinstance(call.args.get("addr"), str):
        return Endpoint(fd=fd, peer=call.args["addr"])  # what accept(2) itself stored
    return _UNTOLD


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
