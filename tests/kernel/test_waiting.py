"""What an epoll instance watches: its interest list, and when an entry leaves by itself."""

import pytest
from kernels import doubted, entry_of

from echotrace.kernel.model import run
from echotrace.kernel.state import Interest
from tracebuilder import TraceBuilder

CLIENT = "127.0.0.1:1"


def watching(*fds: int) -> TraceBuilder:
    """A server with a connection at 4, and an epoll instance at 5 that watches descriptors."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local=CLIENT, peer="127.0.0.1:7000")
    b.accept(10, 4, port=1)
    b.call(10, "epoll_create1", "0", result=5)
    for fd in fds:
        control(b, "ADD", fd)
    return b


def control(
    b: TraceBuilder, operation: str, fd: int, events: str = "EPOLLIN", errno: str | None = None
) -> int:
    """epoll_ctl on the instance at 5."""
    event = {"events": events, "data": fd}
    return b.call(10, "epoll_ctl", 5, f"EPOLL_CTL_{operation}", fd, event, errno=errno)


def watched(b: TraceBuilder, tid: int = 10) -> list[tuple[int, str]]:
    """The interest list: descriptors as they were added, and events."""
    return [(entry.fd, entry.events) for entry in entry_of(run(b.records), 5, tid).interest]


def test_add_change_and_remove() -> None:
    """Entries are added, changed and removed one by one, and listed by number."""
    b = watching(4, 3)
    assert watched(b) == [(3, "EPOLLIN"), (4, "EPOLLIN")]
    control(b, "MOD", 4, "EPOLLIN|EPOLLOUT")
    assert watched(b) == [(3, "EPOLLIN"), (4, "EPOLLIN|EPOLLOUT")]
    control(b, "DEL", 3)
    control(b, "DEL", 3, errno="ENOENT")
    control(b, "ADD", 4, errno="EEXIST")
    assert watched(b) == [(4, "EPOLLIN|EPOLLOUT")]
    assert doubted(run(b.records)) == []


def test_last_close_removes_the_entry() -> None:
    """A descriptor whose description has ended is watched no more (epoll(7), Q6)."""
    b = watching(3, 4)
    b.call(10, "close", 4)
    assert watched(b) == [(3, "EPOLLIN")]


def test_dup_keeps_the_entry() -> None:
    """While a dup is left the closed number is watched still, and cannot be removed any more."""
    b = watching(4)
    b.call(10, "dup", 4, result=6)
    b.call(10, "close", 4)
    control(b, "DEL", 4, errno="EBADF")
    assert watched(b) == [(4, "EPOLLIN")]
    b.call(10, "close", 6)
    assert watched(b) == []


def test_child_keeps_the_entry() -> None:
    """A child's copy keeps what the parent closed on the list, for both."""
    b = watching(4)
    b.fork(10, 11)
    b.call(10, "close", 4)
    assert watched(b) == watched(b, 11) == [(4, "EPOLLIN")]
    b.exit(11)
    assert watched(b) == []


def test_number_that_is_used_again_is_another_entry() -> None:
    """The key of the list is number and description: an old entry lives beside a new one."""
    b = watching(4)
    b.call(10, "dup", 4, result=6)
    b.call(10, "close", 4)
    b.accept(10, 4, port=2)
    control(b, "ADD", 4, "EPOLLOUT")
    assert sorted(watched(b)) == [(4, "EPOLLIN"), (4, "EPOLLOUT")]


def test_closed_instance_watches_nothing() -> None:
    """The end of an instance leaves no trace on what it watched."""
    b = watching(3, 4)
    b.call(10, "close", 5)
    b.call(10, "close", 4)
    b.call(10, "epoll_create1", "0", result=5)
    assert watched(b) == []
    assert doubted(run(b.records)) == []


@pytest.mark.parametrize(
    ("steps", "ready"),
    [([], False), (["send"], True), (["shutdown"], True), (["reset"], True), (["expect"], False)],
)
def test_what_is_ready(steps: list[str], ready: bool) -> None:
    """A connection is ready when bytes, the end or a reset have come."""
    b = watching(4)
    for step in steps:
        b.client(1, step, local=CLIENT, text="hey" if step == "send" else None)
    assert [entry.ready for entry in entry_of(run(b.records), 5).interest] == [ready]


def test_readiness_that_is_not_known() -> None:
    """Of a peer that is no client, of an empty queue, and of a file the model cannot say."""
    b = watching(3)
    b.accept(10, 6, port=99)
    b.call(10, "pipe2", [7, 8], "0")
    for fd in (6, 7):
        control(b, "ADD", fd)
    assert [entry.ready for entry in entry_of(run(b.records), 5).interest] == [None] * 3
    b.client(2, "connect", local="127.0.0.1:2", peer="127.0.0.1:7000")
    assert entry_of(run(b.records), 5).interest[0].ready is True


def test_watching_what_is_not_open() -> None:
    """A target that no event had made is a doubt, and is watched as something unknown."""
    b = watching()
    seq = control(b, "ADD", 77)
    assert doubted(run(b.records)) == [seq]
    assert watched(b) == [(77, "EPOLLIN")]


@pytest.mark.parametrize(
    ("events", "ready"),
    [("EPOLLIN", True), ("EPOLLOUT", None), ("EPOLLIN|EPOLLOUT", True), ("EPOLLET", None)],
)
def test_only_wanted_events_make_ready(events: str, ready: bool | None) -> None:
    """Bytes are for EPOLLIN; whether there is room for sending is not known."""
    b = watching()
    control(b, "ADD", 4, events)
    b.client(1, "send", local=CLIENT, text="hey")
    assert [entry.ready for entry in entry_of(run(b.records), 5).interest] == [ready]


def test_reset_is_told_unasked() -> None:
    """EPOLLHUP and EPOLLERR need not be asked for (epoll_ctl(2))."""
    b = watching()
    control(b, "ADD", 4, "EPOLLOUT")
    b.client(1, "reset", local=CLIENT)
    assert entry_of(run(b.records), 5).interest[0].ready is True


def test_one_shot_is_disabled_by_its_report() -> None:
    """An entry with EPOLLONESHOT reports once, and again after EPOLL_CTL_MOD."""
    b = watching()
    event = {"events": "EPOLLIN|EPOLLONESHOT", "data": 4}
    b.call(10, "epoll_ctl", 5, "EPOLL_CTL_ADD", 4, event)
    b.client(1, "send", local=CLIENT, text="hey")
    told: list[Interest] = []
    steps: list[tuple[str, list[object]]] = [
        ("epoll_wait", [5, [event], 8, -1]),
        ("epoll_ctl", [5, "EPOLL_CTL_MOD", 4, event]),
    ]
    for name, args in steps:
        b.call(10, name, *args, result=int(name == "epoll_wait"))
        told += entry_of(run(b.records), 5).interest
    assert [(entry.armed, entry.ready) for entry in told] == [(False, None), (True, True)]
