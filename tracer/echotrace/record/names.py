"""Numbers to names: how decoded arguments are spelt, as in the manual pages.

Names that Python's standard library knows come from there; the others stand here with their source.
"""

import errno
import os
import signal
import socket
from collections.abc import Iterable, Mapping


def _module_names(module: object, prefix: str, *, but: Iterable[str] = ()) -> dict[int, str]:
    """All integer constants of a module that begin with `prefix`; the first name wins."""
    names: dict[int, str] = {}
    for name in sorted(vars(module)):
        value = getattr(module, name)
        if name.startswith(prefix) and isinstance(value, int) and name not in but:
            names.setdefault(int(value), name)
    return names


DOMAINS = _module_names(socket, "AF_") | {1: "AF_UNIX", 2: "AF_INET", 10: "AF_INET6"}
SOCKET_TYPES = {1: "SOCK_STREAM", 2: "SOCK_DGRAM", 3: "SOCK_RAW", 5: "SOCK_SEQPACKET"}
SOCKET_FLAGS = {0o4000: "SOCK_NONBLOCK", 0o2000000: "SOCK_CLOEXEC"}
SHUTDOWN = {0: "SHUT_RD", 1: "SHUT_WR", 2: "SHUT_RDWR"}
MESSAGE_FLAGS = _module_names(socket, "MSG_") | {
    0x40: "MSG_DONTWAIT", 0x4000: "MSG_NOSIGNAL", 0x10000: "MSG_WAITFORONE",
}  # fmt: skip
#: Types of control messages (cmsg(3)) by level: socket(7), unix(7), ip(7), udp(7).
CONTROL_TYPES: Mapping[int, Mapping[int, str]] = {
    1: {1: "SCM_RIGHTS", 2: "SCM_CREDENTIALS", 4: "SCM_PIDFD", 29: "SO_TIMESTAMP"},
    0: {1: "IP_TOS", 2: "IP_TTL", 8: "IP_PKTINFO"},
    17: {103: "UDP_SEGMENT", 104: "UDP_GRO"},
}
LEVELS = {0: "IPPROTO_IP", 1: "SOL_SOCKET", 6: "IPPROTO_TCP", 17: "IPPROTO_UDP", 41: "IPPROTO_IPV6"}
#: Options of CAN and VSOCK sockets: at other levels, with numbers such as that of SO_REUSEADDR.
_OPTIONS_OF_OTHER_LEVELS = [n for n in vars(socket) if n.startswith(("SO_J1939_", "SO_VM_"))]
OPTIONS: Mapping[int, Mapping[int, str]] = {
    1: _module_names(socket, "SO_", but=_OPTIONS_OF_OTHER_LEVELS)
    | {7: "SO_SNDBUF", 8: "SO_RCVBUF", 20: "SO_RCVTIMEO", 21: "SO_SNDTIMEO"},
    6: _module_names(socket, "TCP_"),
    0: _module_names(socket, "IP_"),
    41: _module_names(socket, "IPV6_"),
}
#: sched.h of the kernel's uapi; the low byte of clone's flags is the exit signal (clone(2)).
CLONE_FLAGS = {
    0x00000080: "CLONE_NEWTIME", 0x00000100: "CLONE_VM", 0x00000200: "CLONE_FS",
    0x00000400: "CLONE_FILES", 0x00000800: "CLONE_SIGHAND", 0x00001000: "CLONE_PIDFD",
    0x00002000: "CLONE_PTRACE", 0x00004000: "CLONE_VFORK", 0x00008000: "CLONE_PARENT",
    0x00010000: "CLONE_THREAD", 0x00020000: "CLONE_NEWNS", 0x00040000: "CLONE_SYSVSEM",
    0x00080000: "CLONE_SETTLS", 0x00100000: "CLONE_PARENT_SETTID",
    0x00200000: "CLONE_CHILD_CLEARTID", 0x00400000: "CLONE_DETACHED",
    0x00800000: "CLONE_UNTRACED", 0x01000000: "CLONE_CHILD_SETTID",
    0x02000000: "CLONE_NEWCGROUP", 0x04000000: "CLONE_NEWUTS", 0x08000000: "CLONE_NEWIPC",
    0x10000000: "CLONE_NEWUSER", 0x20000000: "CLONE_NEWPID", 0x40000000: "CLONE_NEWNET",
    0x80000000: "CLONE_IO", 0x100000000: "CLONE_CLEAR_SIGHAND", 0x200000000: "CLONE_INTO_CGROUP",
}  # fmt: skip
OPEN_ACCESS = {0: "O_RDONLY", 1: "O_WRONLY", 2: "O_RDWR"}
OPEN_FLAGS = {
    getattr(os, name): name
    for name in (
        "O_CREAT", "O_EXCL", "O_NOCTTY", "O_TRUNC", "O_APPEND", "O_NONBLOCK", "O_DSYNC",
        "O_ASYNC", "O_DIRECT", "O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC", "O_NOATIME", "O_PATH",
    )
    if hasattr(os, name)
}  # fmt: skip
EPOLL_FLAGS = {0o2000000: "EPOLL_CLOEXEC"}
EPOLL_OPERATIONS = {1: "EPOLL_CTL_ADD", 2: "EPOLL_CTL_DEL", 3: "EPOLL_CTL_MOD"}
#: linux/futex.h; the bits above say which clock, and that the memory is of one process.
FUTEX_OPERATIONS = {
    0: "FUTEX_WAIT", 1: "FUTEX_WAKE", 3: "FUTEX_REQUEUE", 4: "FUTEX_CMP_REQUEUE",
    5: "FUTEX_WAKE_OP", 6: "FUTEX_LOCK_PI", 7: "FUTEX_UNLOCK_PI", 8: "FUTEX_TRYLOCK_PI",
    9: "FUTEX_WAIT_BITSET", 10: "FUTEX_WAKE_BITSET", 11: "FUTEX_WAIT_REQUEUE_PI",
    12: "FUTEX_CMP_REQUEUE_PI", 13: "FUTEX_LOCK_PI2",
}  # fmt: skip
FUTEX_OPERATION_BITS = 0x7F
EPOLL_EVENTS = {
    0x001: "EPOLLIN", 0x002: "EPOLLPRI", 0x004: "EPOLLOUT", 0x008: "EPOLLERR", 0x010: "EPOLLHUP",
    0x2000: "EPOLLRDHUP", 1 << 28: "EPOLLEXCLUSIVE", 1 << 29: "EPOLLWAKEUP",
    1 << 30: "EPOLLONESHOT", 1 << 31: "EPOLLET",
}  # fmt: skip
POLL_EVENTS = {
    0x001: "POLLIN", 0x002: "POLLPRI", 0x004: "POLLOUT", 0x008: "POLLERR", 0x010: "POLLHUP",
    0x020: "POLLNVAL", 0x2000: "POLLRDHUP",
}  # fmt: skip
CLOSE_RANGE_FLAGS = {2: "CLOSE_RANGE_UNSHARE", 4: "CLOSE_RANGE_CLOEXEC"}
WAIT_FLAGS = {1: "WNOHANG", 2: "WUNTRACED", 4: "WEXITED", 8: "WCONTINUED", 1 << 24: "WNOWAIT"}
FCNTL_COMMANDS = {
    0: "F_DUPFD", 1: "F_GETFD", 2: "F_SETFD", 3: "F_GETFL", 4: "F_SETFL", 5: "F_GETLK",
    6: "F_SETLK", 7: "F_SETLKW", 8: "F_SETOWN", 9: "F_GETOWN", 1030: "F_DUPFD_CLOEXEC",
}  # fmt: skip
IOCTL_REQUESTS = {
    0x5401: "TCGETS", 0x5413: "TIOCGWINSZ", 0x541B: "FIONREAD", 0x5421: "FIONBIO",
    0x5450: "FIONCLEX", 0x5451: "FIOCLEX", 0x5411: "SIOCOUTQ",
}  # fmt: skip
#: Requests whose argument points to an int (ioctl_tty(2), socket(7)).
IOCTL_INTEGERS = frozenset({"FIONREAD", "FIONBIO", "SIOCOUTQ"})
#: What a signal does, where it is no function of the program (sigaction(2)).
HANDLERS = {0: "SIG_DFL", 1: "SIG_IGN"}
ACTION_FLAGS = {
    0x1: "SA_NOCLDSTOP", 0x2: "SA_NOCLDWAIT", 0x4: "SA_SIGINFO", 0x08000000: "SA_ONSTACK",
    0x10000000: "SA_RESTART", 0x40000000: "SA_NODEFER", 0x80000000: "SA_RESETHAND",
    0x04000000: "SA_RESTORER",
}  # fmt: skip
#: si_code of SIGCHLD (sigaction(2)).
CHILD_CODES = {
    1: "CLD_EXITED", 2: "CLD_KILLED", 3: "CLD_DUMPED", 4: "CLD_TRAPPED", 5: "CLD_STOPPED",
    6: "CLD_CONTINUED",
}  # fmt: skip

#: Results that only a tracer sees: the call will be made again or becomes EINTR (signal(7)).
RESTART_ERRORS = {
    512: "ERESTARTSYS", 513: "ERESTARTNOINTR", 514: "ERESTARTNOHAND", 516: "ERESTART_RESTARTBLOCK",
}  # fmt: skip


def one(value: int, names: Mapping[int, str]) -> str | int:
    """The name of a value, or the value itself."""
    return names.get(value, value)


def flags(value: int, names: Mapping[int, str]) -> str | int:
    """The names of all bits set, joined by `|`; bits without a name as one hexadecimal number."""
    found = [name for bit, name in names.items() if bit and value & bit == bit]
    rest = value & ~sum(bit for bit, name in names.items() if name in found)
    if rest:
        found.append(hex(rest))
    return "|".join(found) if found else 0


def error(number: int) -> str:
    """The name of an errno value."""
    return errno.errorcode.get(number) or RESTART_ERRORS.get(number) or f"errno {number}"


def signal_name(number: int) -> str:
    """The name of a signal; real-time signals as SIGRTMIN+n, those of the C library as SIGn."""
    try:
        return signal.Signals(number).name
    except ValueError:
        above = number - signal.SIGRTMIN
        return f"SIGRTMIN+{above}" if above > 0 else f"SIG{number}"


def clone_flags(value: int, exit_signal: int) -> str:
    """The flags of clone(2) and the signal that the parent gets at the end of the child."""
    text = str(flags(value, CLONE_FLAGS)) if value else ""
    return "|".join(filter(None, (text, signal_name(exit_signal) if exit_signal else ""))) or "0"


def wait_status(status: int) -> str:
    """A status of wait(2) in words: `exited 0`, `killed SIGSEGV`, `stopped SIGSTOP`."""
    if os.WIFEXITED(status):
        return f"exited {os.WEXITSTATUS(status)}"
    if os.WIFSIGNALED(status):
        return f"killed {signal_name(os.WTERMSIG(status))}"
    if os.WIFSTOPPED(status):
        return f"stopped {signal_name(os.WSTOPSIG(status))}"
    return "continued"
