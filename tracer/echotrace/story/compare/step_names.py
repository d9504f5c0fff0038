"""What a step may be called: by its logical event, its system call or its C function."""

from echotrace.functions import called
from echotrace.syscalls import ROWS, logical_event
from echotrace.trace import Syscall

#: C functions that share a system call with another: which is behind a call, its arguments tell
#: (recv(2), fork(2), pthread_create(3)); those of the kqueue server share with epoll's.
_BY_ARGUMENTS = (
    "recv", "send", "fork", "pthread_create", "posix_spawn", "waitpid", "kqueue", "kevent",
)  # fmt: skip
#: Every system call of the table, and every C function that makes one.
CALLS = frozenset({*ROWS, *(row.function for row in ROWS.values()), *_BY_ARGUMENTS})
#: Every logical event.
EVENTS = frozenset(row.event for row in ROWS.values())


def names_of_call(call: Syscall) -> set[str]:
    """The logical event of a call, its own name and that of the C function that made it."""
    return {logical_event(call.name), call.name, called(call)}
