"""Records that make no sense, for tests that nothing ever raises."""

from typing import Any

from hypothesis import strategies as st

from echotrace.syscalls import ROWS
from echotrace.trace import ClientStep, Endpoint, Exec, Exit, Record, Signal, Syscall, Task
from tracebuilder import THREAD

_NUMBERS = st.integers(-2, 8)
_WORDS = st.sampled_from(
    [
        "F_DUPFD",
        "F_SETFD",
        "CLONE_FILES",
        "CLOSE_RANGE_UNSHARE",
        "O_CLOEXEC",
        "FIOCLEX",
        "127.0.0.1:1",
        "EPOLL_CTL_ADD",
        "CLONE_VM|CLONE_VFORK",
        "FIN. \x1b[2J",
    ]
)
_CONTROLS = st.sampled_from([
    None, 3, [], [3], [{"type": "SCM_RIGHTS", "fds": [3, 4]}], [{"fds": 5}], [{"fds": ["x", -1]}],
    {"fds": [3]},
])  # fmt: skip
#: Messages, as recvmsg and sendmmsg have them, that hold anything.
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "control": _CONTROLS,
        "len": st.sampled_from([None, -1, 0, 5, "x", [1]]),
        "data": st.sampled_from([None, 3, "x", "\x1b"]),
        "iovlen": _NUMBERS | st.none(),
        "controllen": _NUMBERS | st.none(),
        "flags": st.sampled_from([None, 0, "MSG_CTRUNC", [3]]),
        "name": st.none() | _WORDS,
    },
)
_VALUES = (
    st.none()
    | _NUMBERS
    | _WORDS
    | st.lists(_NUMBERS, max_size=3)
    | st.just([{"fd": 3, "data": 3}])
    | MESSAGES
    | st.lists(MESSAGES | _NUMBERS, max_size=3)
    | st.just({"data": [], "handler": 1})
)
_ERRORS = st.none() | st.sampled_from(["EBADF", "EINTR", "ERESTARTSYS", "EAGAIN", "\x1b. "])
_ENDPOINTS = st.lists(
    st.builds(Endpoint, _NUMBERS, st.none(), st.just("[::1]:1"), st.just("/x")), max_size=2
)


_ACTIONS = st.sampled_from(["connect", "send", "close", "\x1b"])


@st.composite
def _garbage_calls(draw: Any) -> Syscall:
    name = draw(st.sampled_from([*ROWS, "munmap", "restart_syscall", "\x1b."]))
    names = [a.name for a in ROWS[name].arguments] if name in ROWS else ["arg0"]
    args = {name: draw(_VALUES) for name in names if draw(st.booleans())}
    return Syscall(
        draw(_NUMBERS), draw(_NUMBERS), name, args, draw(st.none() | _NUMBERS), draw(_ERRORS),
        draw(_NUMBERS), draw(st.none() | _NUMBERS), draw(st.none() | st.just("x")),
        draw(_ENDPOINTS),
    )  # fmt: skip


GARBAGE: st.SearchStrategy[Record] = st.one_of(
    _garbage_calls(),
    _garbage_calls(),
    st.builds(
        Task, _NUMBERS, _NUMBERS, _NUMBERS, st.none() | _NUMBERS, st.just("process"),
        st.sampled_from([[], THREAD, ["CLONE_FILES"]]),
    ),
    st.builds(Exec, _NUMBERS, _NUMBERS, _NUMBERS, st.just(["x"])),
    st.builds(Exit, _NUMBERS, _NUMBERS, _NUMBERS, st.none(), st.none()),
    st.builds(Signal, _NUMBERS, _NUMBERS, _NUMBERS, st.sampled_from(["SIGCHLD", "\x1b"])),
    st.builds(
        ClientStep, _NUMBERS, _NUMBERS, _ACTIONS, _NUMBERS,
        local=st.none() | st.sampled_from(["127.0.0.1:1", "x"]),
    ),
)  # fmt: skip
