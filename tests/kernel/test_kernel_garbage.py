"""The model against records of sockets, clients and tasks that make no sense together."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from echotrace.kernel.flight import Inbox
from echotrace.kernel.history import History
from echotrace.kernel.live import Live
from echotrace.kernel.model import run
from echotrace.kernel.tables import Open
from echotrace.syscalls import ROWS
from echotrace.trace import ClientStep, Endpoint, Exec, Exit, Record, Syscall, Task
from garbage import MESSAGES
from tracebuilder import THREAD

_FDS = st.integers(-1, 6)
_TIDS = st.integers(10, 13)
_TIMES = st.integers(0, 60)
_ADDRESSES = st.sampled_from(["127.0.0.1:1", "127.0.0.1:2", "[::ffff:127.0.0.1]:1", "unix:@x", ""])
_CALLS = st.sampled_from([
    "socket", "bind", "listen", "accept", "accept4", "connect", "shutdown", "setsockopt",
    "recvfrom", "read", "sendto", "sendfile", "splice", "close", "dup2", "fcntl", "ioctl",
    "epoll_create1", "epoll_ctl", "poll", "wait4", "waitid", "rt_sigaction", "exit", "execve",
    "recvmsg", "sendmsg", "recvmmsg", "sendmmsg", "pidfd_open", "pidfd_getfd", "io_uring_setup",
    "io_uring_enter", "clone", "socketpair", "getsockname", "close_range",
])  # fmt: skip
_PLAUSIBLE: dict[str, st.SearchStrategy[Any]] = {
    "fd": _FDS,
    "newfd": _FDS,
    "target": _FDS,
    "addr": st.none() | _ADDRESSES | st.just("AF_UNSPEC"),
    "type": st.sampled_from(["SOCK_STREAM", "SOCK_DGRAM|SOCK_NONBLOCK", 7]),
    "how": st.sampled_from(["SHUT_RD", "SHUT_WR", "SHUT_RDWR", 9]),
    "optname": st.sampled_from(["SO_LINGER", "SO_REUSEADDR", 3]),
    "optval": st.sampled_from(["0100000000000000", 1, None]),
    "cmd": st.sampled_from(["F_SETFL", "F_DUPFD", "F_SETFD"]),
    "op": st.sampled_from(["EPOLL_CTL_ADD", "EPOLL_CTL_MOD", "EPOLL_CTL_DEL", 4]),
    "event": st.sampled_from([{"events": "EPOLLIN", "data": 3}, {"events": 0}, None, 5]),
    "fds": st.sampled_from([[{"fd": 3}], [{"fd": []}], [3], None]),
    "msg": MESSAGES,
    "msgvec": st.lists(MESSAGES, max_size=3),
    "targetfd": _FDS,
    "sv": st.sampled_from([[3, 4], [5, 6]]),
    "pid": _TIDS,
    "signum": st.sampled_from(["SIGCHLD", "SIGPIPE", 99]),
    "act": st.sampled_from([{"handler": "SIG_IGN"}, {"flags": "SA_NOCLDWAIT"}, {}, None, 1]),
    "info": st.sampled_from([{"pid": 11, "code": "CLD_EXITED"}, {"pid": "x"}, {}, None, [1]]),
}
_ANYTHING = st.none() | _FDS | st.sampled_from(["CLONE_FILES", "WEXITED", "127.0.0.1:1"])


@st.composite
def _calls(draw: Any) -> Syscall:
    name = draw(_CALLS)
    args = {
        argument.name: draw(_PLAUSIBLE.get(argument.name, _ANYTHING) | _ANYTHING)
        for argument in ROWS[name].arguments
        if argument.kind not in ("data_in", "data_out")
    }
    start = draw(_TIMES)
    error = draw(st.none() | st.none() | st.sampled_from(["ECONNRESET", "EBADF", "EINPROGRESS"]))
    told = draw(st.lists(st.builds(Endpoint, _FDS, st.none(), _ADDRESSES, _ADDRESSES), max_size=2))
    return Syscall(
        draw(st.integers(0, 40)), draw(_TIDS), name, args, draw(st.none() | _FDS | _TIDS), error,
        start, draw(st.none() | st.integers(start - 1, start + 20)), None, told,
    )  # fmt: skip


_STEPS = st.builds(
    ClientStep, st.integers(0, 40), st.integers(1, 2),
    st.sampled_from(["connect", "send", "shutdown", "close", "reset", "expect", "x"]), _TIMES,
    local=st.none() | _ADDRESSES, peer=st.none() | _ADDRESSES, size=st.none() | st.integers(0, 9),
    unread=st.none() | st.integers(0, 9),
)  # fmt: skip
_BIRTHS = st.builds(
    Task, _TIMES, _TIDS, _TIDS, st.none() | _TIDS, st.just("process"),
    st.sampled_from([[], THREAD, ["SIGCHLD"], ["CLONE_PARENT"], ["CLONE_CLEAR_SIGHAND"]]),
)  # fmt: skip
_EXITS = st.builds(Exit, st.integers(0, 40), _TIMES, _TIDS, st.none(), st.none())
_EXECS = st.builds(Exec, _TIMES, _TIDS, _TIDS, st.just(["x"]))
_RECORDS = st.one_of(_calls(), _calls(), _calls(), _STEPS, _STEPS, _BIRTHS, _EXITS, _EXECS)


def test_no_process_is_its_own_parent() -> None:
    """Not even where a child's execve takes its parent's number."""
    born = Task(0, 10, 10, None, "process"), Task(1, 11, 11, 10, "process", ["SIGCHLD"])
    state = History([*born, Exec(2, 10, 11, ["x"])]).at(9)
    assert all(process.parent != process.pid for process in state.processes)


@settings(max_examples=200)
@given(st.lists(_RECORDS, max_size=40))
def test_garbage_is_doubted_and_never_raises(records: list[Record]) -> None:
    """Whatever a trace says of sockets and tasks, each moment of it has a consistent state."""
    history = History(records)
    for time in range(-1, 90, 13):
        state = history.at(time)
        for entry in state.opens:
            assert entry.references == len(entry.held)
            assert entry.references or entry.callers or entry.in_flight
        for process in state.processes:
            assert process.zombie or process.parent is None or process.parent != process.pid
    live = run(records).live
    holding = [task.holds for task in live.tasks.values() if task.holds is not None]
    assert all(entry.callers == holding.count(entry) for entry in holding)
    queues = [live.astray, *_queues(live)]
    flying = [entry for queue in queues for message in queue.messages for entry in message.carries]
    assert all(entry.in_flight == flying.count(entry) > 0 for entry in flying)


def _queues(live: Live) -> list[Inbox[Open]]:
    """The queues of all sockets, those in flight included, each once."""
    entries = [entry for task in live.tasks.values() for entry in task.table.slots.values()]
    entries += [task.holds for task in live.tasks.values() if task.holds is not None]
    entries += [entry for message in live.astray.messages for entry in message.carries]
    found: dict[int, Inbox[Open]] = {}
    while entries:
        inbox = entries.pop().inbox
        if inbox is not None and id(inbox) not in found:
            found[id(inbox)] = inbox
            entries += [entry for message in inbox.messages for entry in message.carries]
    return list(found.values())
