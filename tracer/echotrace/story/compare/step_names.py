"""What a step may be called: by its logical event, its system call or its C function."""

from echotrace.functions import called
from echotrace.syscalls import ROWS, logical_event
from echotrace.trace import Syscall

#: C functions that share a system call with another: which is behind a call, its arguments tell
#: (recv(2), fork(2), pthread_create(3)).
_BY_ARGUMENTS = ("recv", "send", "fork", "pthread_create", "posix_spawn", "waitpid")
#: C functions of the kqueue server, for which epoll works.
_STAND_INS = ("kqueue", "kevent")
#: Every system call of the table, and every C function that makes one.
CALLS = frozenset({
    *ROWS, *(row.function for row in ROWS.values()), *_BY_ARGUMENTS, *_STAND_INS,
})  # fmt: skip
#: Every logical event.
EVENTS = frozenset(row.event for row in ROWS.values())


def names_of_call(call: Syscall) -> set[str]:
    """The logical event of a call, its own name and that of the C function that made it."""
    return {logical_event(call.name), call.name, called(call)}
