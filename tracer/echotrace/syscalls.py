"""The table of system calls: one row a call, read by the filter, the decoder, the model, the views.

A row says which arguments the call takes, what it does to descriptors and tasks, which C function
usually makes it, which logical event it is a variant of, and what it means in one sentence.
Sources: section 2 of the Linux manual pages, and include/linux/syscalls.h for argument orders.

Arguments are written `name:kind`; the kinds are those of `record/decode.py`. A kind that needs a
length takes it from the argument after it, as all these calls are made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Effect(StrEnum):
    """What a call does to descriptors and tasks when it succeeds."""

    NONE = "none"
    USES = "uses"  # works on the descriptor in its first argument
    MAKES = "makes"  # returns a descriptor of a new open file description
    PAIR = "pair"  # stores two new descriptors
    ACCEPTS = "accepts"  # returns a descriptor of a connection taken off the accept queue
    DUPS = "dups"  # returns another descriptor of the same open file description
    DUPS_ONTO = "dups onto"  # the same, at the number in its second argument
    CONTROLS = "controls"  # fcntl: depends on the command
    FREES = "frees"  # closes the descriptor in its first argument
    FREES_RANGE = "frees range"
    POLLS = "polls"  # waits until one of a set of descriptors is ready
    SPAWNS = "spawns"
    UNSHARES = "unshares"
    EXECS = "execs"
    EXITS = "exits"
    REAPS = "reaps"
    HANDLES = "handles"  # says what a signal does


@dataclass(frozen=True)
class Argument:
    """One argument: its name in the manual page and the kind of value it is."""

    name: str
    kind: str


@dataclass(frozen=True)
class Row:
    """What echotrace knows of one system call.

    `function` is the C function that usually makes the call; `event` the logical event of which
    the call is a variant (`accept`, `recv`, `spawn` …); `gloss` says what it does.
    """

    name: str
    signature: str
    effect: Effect
    function: str
    event: str
    gloss: str

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """The arguments in the order of the registers."""
        return tuple(Argument(*part.split(":")) for part in self.signature.split())

    @cached_property
    def length_at(self) -> int | None:
        """The position of the argument that says how many bytes to move; None if none does."""
        kinds = [argument.kind for argument in self.arguments]
        return kinds.index("size") if "size" in kinds else None


#: Kinds of argument that hold only what the kernel writes as the call ends.
ANSWERS = frozenset({
    "sockaddr_out", "lenptr", "data_in", "iovec_in", "msghdr_in", "mmsghdrs_in", "optval_out",
    "epollevents", "waitstatus", "childinfo", "fdpair",
})  # fmt: skip
#: Kinds of argument that the kernel writes to, those included that the program fills in before.
FILLED_IN = ANSWERS | {"fdset", "timeval", "timespec", "pollfds", "intptr"}

_E = Effect
_ROWS = (
    # making sockets and connections
    Row("socket", "domain:domain type:socktype protocol:int", _E.MAKES, "socket", "socket",
        "makes an unbound socket"),
    Row("socketpair", "domain:domain type:socktype protocol:int sv:fdpair", _E.PAIR, "socketpair",
        "socket", "makes two sockets that are connected to each other"),
    Row("bind", "fd:fd addr:sockaddr addrlen:int", _E.USES, "bind", "bind",
        "gives the socket its local address"),
    Row("listen", "fd:fd backlog:int", _E.USES, "listen", "listen",
        "lets the kernel accept connections into the queue of this socket"),
    Row("accept", "fd:fd addr:sockaddr_out addrlen:lenptr", _E.ACCEPTS, "accept", "accept",
        "takes the oldest finished connection off the accept queue, or waits for one"),
    Row("accept4", "fd:fd addr:sockaddr_out addrlen:lenptr flags:sockflags", _E.ACCEPTS, "accept4",
        "accept", "takes the oldest finished connection off the accept queue, with flags"),
    Row("connect", "fd:fd addr:sockaddr addrlen:int", _E.USES, "connect", "connect",
        "connects the socket to a peer"),
    Row("getsockname", "fd:fd addr:sockaddr_out addrlen:lenptr", _E.USES, "getsockname", "name",
        "asks for the local address of the socket"),
    Row("getpeername", "fd:fd addr:sockaddr_out addrlen:lenptr", _E.USES, "getpeername", "name",
        "asks for the address of the peer"),
    Row("setsockopt", "fd:fd level:level optname:optname optval:optval optlen:int", _E.USES,
        "setsockopt", "option", "sets an option of the socket"),
    Row("getsockopt", "fd:fd level:level optname:optname optval:optval_out optlen:lenptr", _E.USES,
        "getsockopt", "option", "asks for an option of the socket"),
    Row("shutdown", "fd:fd how:shut", _E.USES, "shutdown", "shutdown",
        "ends one or both directions of the connection, whoever else holds it"),
    # moving bytes
    Row("read", "fd:fd buf:data_in count:size", _E.USES, "read", "recv",
        "takes bytes that have arrived, or waits for some"),
    Row("recvfrom", "fd:fd buf:data_in len:size flags:msgflags addr:sockaddr_out addrlen:lenptr",
        _E.USES, "recvfrom", "recv", "takes bytes that have arrived, or waits for some"),
    Row("recvmsg", "fd:fd msg:msghdr_in flags:msgflags", _E.USES, "recvmsg", "recv",
        "takes bytes and control messages that have arrived"),
    Row("recvmmsg", "fd:fd msgvec:mmsghdrs_in vlen:int flags:msgflags timeout:timespec", _E.USES,
        "recvmmsg", "recv", "takes several messages that have arrived"),
    Row("readv", "fd:fd iov:iovec_in iovcnt:int", _E.USES, "readv", "recv",
        "takes bytes that have arrived into several buffers"),
    Row("pread64", "fd:fd buf:data_in count:size offset:int", _E.USES, "pread", "read at",
        "reads at an offset of a file"),
    Row("preadv", "fd:fd iov:iovec_in iovcnt:int offset:int", _E.USES, "preadv", "read at",
        "reads at an offset of a file into several buffers"),
    Row("preadv2", "fd:fd iov:iovec_in iovcnt:int offset:int high:int flags:hex", _E.USES,
        "preadv2", "read at", "reads at an offset of a file into several buffers, with flags"),
    Row("write", "fd:fd buf:data_out count:size", _E.USES, "write", "send",
        "hands bytes to the kernel, which sends them"),
    Row("sendto", "fd:fd buf:data_out len:size flags:msgflags addr:sockaddr addrlen:int", _E.USES,
        "sendto", "send", "hands bytes to the kernel, which sends them"),
    Row("sendmsg", "fd:fd msg:msghdr_out flags:msgflags", _E.USES, "sendmsg", "send",
        "hands bytes and control messages to the kernel, which sends them"),
    Row("sendmmsg", "fd:fd msgvec:mmsghdrs_out vlen:int flags:msgflags", _E.USES, "sendmmsg",
        "send", "hands several messages to the kernel, which sends them"),
    Row("writev", "fd:fd iov:iovec_out iovcnt:int", _E.USES, "writev", "send",
        "hands the bytes of several buffers to the kernel, which sends them"),
    Row("pwrite64", "fd:fd buf:data_out count:size offset:int", _E.USES, "pwrite", "write at",
        "writes at an offset of a file"),
    Row("pwritev", "fd:fd iov:iovec_out iovcnt:int offset:int", _E.USES, "pwritev", "write at",
        "writes several buffers at an offset of a file"),
    Row("pwritev2", "fd:fd iov:iovec_out iovcnt:int offset:int high:int flags:hex", _E.USES,
        "pwritev2", "write at", "writes several buffers at an offset of a file, with flags"),
    Row("sendfile", "fd:fd in_fd:fd offset:pointer count:size", _E.USES, "sendfile", "send",
        "sends bytes of a file without passing them through the program"),
    Row("splice", "fd:fd off_in:pointer fd_out:fd off_out:pointer len:size flags:hex", _E.USES,
        "splice", "splice", "moves bytes between a pipe and another descriptor"),
    Row("tee", "fd:fd fd_out:fd len:size flags:hex", _E.USES, "tee", "splice",
        "copies bytes from one pipe to another"),
    Row("copy_file_range", "fd:fd off_in:pointer fd_out:fd off_out:pointer len:size flags:hex",
        _E.USES, "copy_file_range", "splice", "copies bytes from one file to another"),
    # the life of descriptors
    Row("close", "fd:fd", _E.FREES, "close", "close",
        "gives the descriptor back; the last one closed ends the open file description"),
    Row("close_range", "first:int last:uint flags:closerange", _E.FREES_RANGE, "close_range",
        "close", "closes all descriptors of a range"),
    Row("dup", "fd:fd", _E.DUPS, "dup", "dup",
        "makes another descriptor of the same open file description"),
    Row("dup2", "fd:fd newfd:fd", _E.DUPS_ONTO, "dup2", "dup",
        "makes a given number a descriptor of the same open file description"),
    Row("dup3", "fd:fd newfd:fd flags:openflags", _E.DUPS_ONTO, "dup3", "dup",
        "makes a given number a descriptor of the same open file description, with flags"),
    Row("fcntl", "fd:fd cmd:fcntl arg:fcntlarg", _E.CONTROLS, "fcntl", "control",
        "asks for or changes a property of the descriptor"),
    Row("ioctl", "fd:fd request:ioctl arg:intptr", _E.USES, "ioctl", "control",
        "sends a request to the device or socket"),
    Row("open", "path:path flags:openflags mode:hex", _E.MAKES, "open", "open", "opens a file"),
    Row("openat", "dirfd:dirfd path:path flags:openflags mode:hex", _E.MAKES, "open", "open",
        "opens a file"),
    Row("openat2", "dirfd:dirfd path:path how:pointer size:int", _E.MAKES, "openat2", "open",
        "opens a file"),
    Row("creat", "path:path mode:hex", _E.MAKES, "creat", "open", "makes a file and opens it"),
    Row("pipe", "fds:fdpair", _E.PAIR, "pipe", "pipe", "makes a pipe"),
    Row("pipe2", "fds:fdpair flags:openflags", _E.PAIR, "pipe2", "pipe", "makes a pipe"),
    Row("eventfd", "initval:int", _E.MAKES, "eventfd", "descriptor", "makes an event counter"),
    Row("eventfd2", "initval:int flags:openflags", _E.MAKES, "eventfd", "descriptor",
        "makes an event counter"),
    Row("timerfd_create", "clockid:int flags:openflags", _E.MAKES, "timerfd_create", "descriptor",
        "makes a timer that is read as a descriptor"),
    Row("signalfd", "oldfd:int mask:pointer size:int", _E.MAKES, "signalfd", "descriptor",
        "makes a descriptor that is read for signals"),
    Row("signalfd4", "oldfd:int mask:pointer size:int flags:openflags", _E.MAKES, "signalfd",
        "descriptor", "makes a descriptor that is read for signals"),
    Row("inotify_init", "", _E.MAKES, "inotify_init", "descriptor", "makes a file watcher"),
    Row("inotify_init1", "flags:openflags", _E.MAKES, "inotify_init1", "descriptor",
        "makes a file watcher"),
    Row("fanotify_init", "flags:hex event_f_flags:openflags", _E.MAKES, "fanotify_init",
        "descriptor", "makes a file watcher"),
    Row("memfd_create", "name:path flags:hex", _E.MAKES, "memfd_create", "descriptor",
        "makes a file that lives in memory"),
    Row("memfd_secret", "flags:hex", _E.MAKES, "memfd_secret", "descriptor",
        "makes a file that lives in memory hidden from the kernel"),
    Row("userfaultfd", "flags:openflags", _E.MAKES, "userfaultfd", "descriptor",
        "makes a descriptor for page faults"),
    Row("perf_event_open", "attr:pointer pid:int cpu:int group_fd:int flags:hex", _E.MAKES,
        "perf_event_open", "descriptor", "makes a performance counter"),
    Row("bpf", "cmd:int attr:pointer size:int", _E.NONE, "bpf", "descriptor",
        "works on BPF programs and maps"),
    Row("pidfd_open", "pid:int flags:hex", _E.MAKES, "pidfd_open", "descriptor",
        "makes a descriptor of a process"),
    Row("pidfd_getfd", "fd:fd targetfd:int flags:hex", _E.MAKES, "pidfd_getfd", "descriptor",
        "takes a copy of another process's descriptor"),
    Row("io_uring_setup", "entries:int params:pointer", _E.MAKES, "io_uring_setup", "ring",
        "makes a ring of requests; what goes through it makes no system calls"),
    Row("io_uring_enter", "fd:fd to_submit:int min_complete:int flags:hex sig:pointer argsz:int",
        _E.USES, "io_uring_enter", "ring", "submits requests of a ring, or waits for them"),
    Row("io_uring_register", "fd:fd opcode:int arg:pointer nr_args:int", _E.USES,
        "io_uring_register", "ring", "registers buffers or files with a ring"),
    Row("io_submit", "context:hex count:int requests:pointer", _E.NONE, "io_submit", "ring",
        "hands requests to the kernel; it carries them out without system calls"),
    Row("vmsplice", "fd:fd iov:pointer nr_segs:int flags:hex", _E.USES, "vmsplice", "splice",
        "moves memory into a pipe"),
    Row("timerfd_settime", "fd:fd flags:hex new:pointer old:pointer", _E.USES, "timerfd_settime",
        "control", "starts or stops a timer"),
    Row("timerfd_gettime", "fd:fd value:pointer", _E.USES, "timerfd_gettime", "control",
        "asks when a timer expires"),
    Row("inotify_add_watch", "fd:fd path:path mask:hex", _E.USES, "inotify_add_watch", "control",
        "adds a file to a watcher"),
    Row("inotify_rm_watch", "fd:fd wd:int", _E.USES, "inotify_rm_watch", "control",
        "takes a file from a watcher"),
    Row("pidfd_send_signal", "fd:fd sig:int info:pointer flags:hex", _E.USES, "pidfd_send_signal",
        "control", "sends a signal to the process of a descriptor"),
    Row("mq_open", "path:path flags:openflags mode:hex attr:pointer", _E.MAKES, "mq_open",
        "descriptor", "opens a message queue"),
    Row("mq_timedsend", "fd:fd msg:pointer len:size prio:uint timeout:timespec", _E.USES,
        "mq_send", "queue", "puts a message into a queue"),
    Row("mq_timedreceive", "fd:fd msg:pointer len:size prio:pointer timeout:timespec", _E.USES,
        "mq_receive", "queue", "takes a message from a queue"),
    Row("open_by_handle_at", "mount:int handle:pointer flags:openflags", _E.MAKES,
        "open_by_handle_at", "open", "opens a file by its handle"),
    Row("landlock_create_ruleset", "attr:pointer size:int flags:hex", _E.MAKES,
        "landlock_create_ruleset", "descriptor", "makes a set of access rules"),
    # files, which are hidden unless asked for
    Row("fstat", "fd:fd buf:pointer", _E.USES, "fstat", "file", "asks what a descriptor is"),
    Row("newfstatat", "fd:dirfd path:path buf:pointer flags:hex", _E.USES, "fstatat", "file",
        "asks what a file is"),
    Row("statx", "fd:dirfd path:path flags:hex mask:hex buf:pointer", _E.USES, "statx", "file",
        "asks what a file is"),
    Row("fstatfs", "fd:fd buf:pointer", _E.USES, "fstatfs", "file", "asks about the file system"),
    Row("lseek", "fd:fd offset:int whence:int", _E.USES, "lseek", "file",
        "sets the offset of the open file description"),
    Row("getdents", "fd:fd dirp:pointer count:int", _E.USES, "readdir", "file",
        "reads the entries of a directory"),
    Row("getdents64", "fd:fd dirp:pointer count:int", _E.USES, "readdir", "file",
        "reads the entries of a directory"),
    Row("ftruncate", "fd:fd length:int", _E.USES, "ftruncate", "file", "sets the size of a file"),
    Row("fallocate", "fd:fd mode:hex offset:int len:int", _E.USES, "fallocate", "file",
        "reserves space for a file"),
    Row("fsync", "fd:fd", _E.USES, "fsync", "file", "waits until a file is on its disk"),
    Row("fdatasync", "fd:fd", _E.USES, "fdatasync", "file", "waits until a file is on its disk"),
    Row("flock", "fd:fd operation:hex", _E.USES, "flock", "file", "locks or unlocks a file"),
    Row("fadvise64", "fd:fd offset:int len:int advice:int", _E.USES, "posix_fadvise", "file",
        "says how a file will be read"),
    Row("fchmod", "fd:fd mode:hex", _E.USES, "fchmod", "file", "changes who may use a file"),
    Row("fchown", "fd:fd owner:int group:int", _E.USES, "fchown", "file", "changes a file's owner"),
    Row("fchdir", "fd:fd", _E.USES, "fchdir", "file", "goes to a directory"),
    # waiting for readiness
    Row("select", "nfds:int readfds:fdset writefds:fdset exceptfds:fdset timeout:timeval",
        _E.POLLS, "select", "select", "waits until a descriptor of the sets is ready"),
    Row("pselect6",
        "nfds:int readfds:fdset writefds:fdset exceptfds:fdset timeout:timespec mask:pointer",
        _E.POLLS, "select", "select", "waits until a descriptor of the sets is ready"),
    Row("poll", "fds:pollfds nfds:int timeout:int", _E.POLLS, "poll", "poll",
        "waits until a descriptor of the list is ready"),
    Row("ppoll", "fds:pollfds nfds:int timeout:timespec mask:pointer size:int", _E.POLLS, "ppoll",
        "poll", "waits until a descriptor of the list is ready"),
    Row("epoll_create", "size:int", _E.MAKES, "epoll_create", "epoll create",
        "makes an interest list that the kernel keeps"),
    Row("epoll_create1", "flags:epollflags", _E.MAKES, "epoll_create1", "epoll create",
        "makes an interest list that the kernel keeps"),
    Row("epoll_ctl", "fd:fd op:epollop target:fd event:epollevent", _E.USES, "epoll_ctl",
        "epoll control", "adds, changes or removes a descriptor of the interest list"),
    Row("epoll_wait", "fd:fd events:epollevents maxevents:int timeout:int", _E.USES, "epoll_wait",
        "epoll wait", "waits until a descriptor of the interest list is ready"),
    Row("epoll_pwait",
        "fd:fd events:epollevents maxevents:int timeout:int mask:pointer size:int", _E.USES,
        "epoll_pwait", "epoll wait", "waits until a descriptor of the interest list is ready"),
    Row("epoll_pwait2",
        "fd:fd events:epollevents maxevents:int timeout:timespec mask:pointer size:int", _E.USES,
        "epoll_pwait2", "epoll wait", "waits until a descriptor of the interest list is ready"),
    # memory that threads share
    Row("futex", "uaddr:pointer op:futexop val:int timeout:pointer uaddr2:pointer val3:hex",
        _E.NONE, "futex", "futex",
        "sleeps until another thread says that a value in memory has changed, or says so"),
    # tasks
    Row("clone", "flags:cloneflags stack:pointer parent_tid:pointer child_tid:pointer tls:pointer",
        _E.SPAWNS, "clone", "spawn", "makes a new task; the flags say what it shares"),
    Row("clone3", "args:cloneargs size:int", _E.SPAWNS, "clone3", "spawn",
        "makes a new task; the flags say what it shares"),
    Row("fork", "", _E.SPAWNS, "fork", "spawn", "makes a process that is a copy of this one"),
    Row("vfork", "", _E.SPAWNS, "vfork", "spawn",
        "makes a process that borrows this one's memory until it calls exec or exit"),
    Row("execve", "path:path argv:argv envp:pointer", _E.EXECS, "execve", "exec",
        "replaces the program; descriptors without FD_CLOEXEC stay open"),
    Row("execveat", "dirfd:dirfd path:path argv:argv envp:pointer flags:hex", _E.EXECS, "execveat",
        "exec", "replaces the program; descriptors without FD_CLOEXEC stay open"),
    Row("unshare", "flags:cloneflags", _E.UNSHARES, "unshare", "unshare",
        "ends the sharing of what the flags name"),
    # returning from a thread's first function is a call of pthread_exit (pthread_exit(3))
    Row("exit", "status:int", _E.EXITS, "pthread_exit", "exit", "ends this task"),
    Row("exit_group", "status:int", _E.EXITS, "exit", "exit",
        "ends all tasks of the process and closes its descriptors"),
    Row("wait4", "pid:int wstatus:waitstatus options:waitflags rusage:pointer", _E.REAPS, "wait4",
        "wait", "takes the exit status of a child, which frees its entry in the process table"),
    Row("waitid", "idtype:int id:int info:childinfo options:waitflags rusage:pointer", _E.REAPS,
        "waitid", "wait", "takes the exit status of a child"),
    Row("rt_sigaction", "signum:signal act:sigaction", _E.HANDLES,
        "sigaction", "signal", "says what the process does when a signal comes"),
)  # fmt: skip

#: The calls that a recording holds unless all are asked for, by name.
ROWS: Mapping[str, Row] = {row.name: row for row in _ROWS}
#: Calls of the table that are recorded only where all calls are: locks make very many.
ON_REQUEST = frozenset({"futex"})

#: Numbers that python-ptrace's tables lack; from 424 on they are the same on every architecture
#: (include/uapi/asm-generic/unistd.h).
NEWER_NUMBERS: Mapping[int, str] = {
    434: "pidfd_open", 435: "clone3", 436: "close_range", 437: "openat2", 438: "pidfd_getfd",
    439: "faccessat2", 440: "process_madvise", 441: "epoll_pwait2", 442: "mount_setattr",
    443: "quotactl_fd", 444: "landlock_create_ruleset", 445: "landlock_add_rule",
    446: "landlock_restrict_self", 447: "memfd_secret", 448: "process_mrelease",
    449: "futex_waitv", 450: "set_mempolicy_home_node", 451: "cachestat", 452: "fchmodat2",
    453: "map_shadow_stack", 454: "futex_wake", 455: "futex_wait", 456: "futex_requeue",
    457: "statmount", 458: "listmount", 459: "lsm_get_self_attr", 460: "lsm_set_self_attr",
    461: "lsm_list_modules", 462: "mseal",
}  # fmt: skip


#: A call that came through the 32-bit entry of a 64-bit kernel (int 0x80, a 32-bit program): its
#: numbers and structures are others than those here. It is called this and its number.
FOREIGN = "32-bit call"


def logical_event(name: str) -> str:
    """The logical event of which the call is a variant; the call's own name when in no table."""
    return ROWS[name].event if name in ROWS else name
