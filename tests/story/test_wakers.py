"""Who woke whom: each rule on a trace made by hand."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.story.wakers import woken
from tracebuilder import Begun, TraceBuilder, connected

CLIENT, OTHER = "127.0.0.1:50001", "127.0.0.1:50002"


def served() -> TraceBuilder:
    """A server at fd 3 with a connection to client 1 at fd 4."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local=CLIENT)
    b.accept(10, 4)
    return b


def waker(b: TraceBuilder, seq: int) -> int | None:
    """What woke the event `seq`."""
    return replay(b.trace()).event(seq).woken_by


def receives(b: TraceBuilder) -> Begun:
    """A recv on the connection that begins."""
    return b.begin(10, "recvfrom", 4, None, 100, 0, None, None)


def test_accept_is_woken_by_the_connect_of_its_client() -> None:
    """The connect of the client whose connection is returned, not that of another."""
    b = TraceBuilder()
    b.server()
    accept = b.begin(10, "accept", 3, None, None)
    b.client(2, "connect", local=OTHER)
    connect = b.client(1, "connect", local=CLIENT)
    b.end(accept, 4, told=connected(4, 50001))
    assert waker(b, accept.seq) == connect


def test_accept_that_did_not_wait_has_no_waker() -> None:
    """A connection that was in the queue already woke nobody, whatever came meanwhile."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local=CLIENT)
    accept = b.begin(10, "accept", 3, None, None)
    b.client(2, "connect", local=OTHER)
    b.end(accept, 4, told=connected(4, 50001))
    assert waker(b, accept.seq) is None


@pytest.mark.parametrize(
    ("action", "result", "errno"),
    [("send", 5, None), ("shutdown", 0, None), ("close", 0, None), ("reset", -1, "ECONNRESET")],
)
def test_recv_is_woken_by_the_step_that_made_it_readable(
    action: str, result: int, errno: str | None
) -> None:
    """Bytes, the end of the data and a reset end the waiting; what follows them does not."""
    b = served()
    recv = receives(b)
    b.client(2, "connect", local=OTHER)
    step = b.client(1, action, local=CLIENT, text="hello" if action == "send" else None)
    if action == "send":
        b.client(1, "send", local=CLIENT, text="more")
    b.end(recv, result, errno)
    assert waker(b, recv.seq) == step


def test_recv_that_had_bytes_has_no_waker() -> None:
    """Bytes that had arrived before the call began woke nobody."""
    b = served()
    b.client(1, "send", local=CLIENT, text="hello")
    recv = receives(b)
    b.client(1, "send", local=CLIENT, text="more")
    b.end(recv, 5)
    assert waker(b, recv.seq) is None


def test_each_of_two_readers_has_its_own_waker() -> None:
    """The bytes that one task has taken do not wake the other."""
    b = served()
    b.thread(10, 11)
    first, second = receives(b), b.begin(11, "recvfrom", 4, None, 100, 0, None, None)
    one = b.client(1, "send", local=CLIENT, text="hello")
    b.end(first, 5)
    other = b.client(1, "send", local=CLIENT, text="hello")
    b.end(second, 5)
    story = replay(b.trace())
    assert [story.event(seq).woken_by for seq in (first.seq, second.seq)] == [one, other]


def test_recv_of_all_is_woken_by_the_last_bytes() -> None:
    """MSG_WAITALL waits on after the first bytes (recv(2))."""
    b = served()
    recv = b.begin(10, "recvfrom", 4, None, 9, "MSG_WAITALL", None, None)
    b.client(1, "send", local=CLIENT, text="hello")
    last = b.client(1, "send", local=CLIENT, text="more")
    b.end(recv, 9)
    assert waker(b, recv.seq) == last


def test_send_is_woken_by_the_client_that_reads() -> None:
    """A send that waits for room goes on when the client takes bytes."""
    b = served()
    send = b.begin(10, "sendto", 4, None, 9_000_000, 0, None, 0)
    b.client(1, "expect", local=CLIENT, text="x", done=False)
    b.end(send, 9_000_000)
    assert waker(b, send.seq) == send.seq + 1


def polled(name: str, ready: int) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call that looks at fds 3 and 4, before and after `ready` is."""
    if name == "select":
        return (5, [3, 4], None, None, None), {"readable": [ready]}
    if name == "poll":
        entries = [{"fd": fd, "events": "POLLIN", "revents": 0} for fd in (3, 4)]
        after = [entry | {"revents": "POLLIN" * (entry["fd"] == ready)} for entry in entries]
        return (entries, 2, -1), {"fds": after}
    return (5, None, 8, -1), {"events": [{"events": "EPOLLIN", "data": ready + 1000}]}


@pytest.mark.parametrize("name", ["select", "poll", "epoll_wait"])
@pytest.mark.parametrize("ready", [3, 4])
def test_readiness_is_woken_by_what_made_it_ready(name: str, ready: int) -> None:
    """A connect makes the listening socket ready, bytes the connection; the others do not count.

    What epoll_wait returns is the program's own data, here not the descriptor.
    """
    b = served()
    b.call(10, "epoll_create1", 0, result=5)
    for fd in (3, 4):
        event = {"events": "EPOLLIN", "data": fd + 1000}
        b.call(10, "epoll_ctl", 5, "EPOLL_CTL_ADD", fd, event)
    before, after = polled(name, ready)
    call = b.begin(10, name, *before)
    steps: dict[int, Callable[[], int]] = {
        3: lambda: b.client(2, "connect", local=OTHER),
        4: lambda: b.client(1, "send", local=CLIENT, text="hello"),
    }
    done = {fd: steps[fd]() for fd in (7 - ready, ready)}
    b.end(call, 1, **after)
    story = replay(b.trace())
    assert story.event(call.seq).woken_by == done[ready]
    touch = story.event(call.seq).touch
    assert touch is not None
    assert [fd for fd, _ in touch.ready] == [ready]


def test_timeout_has_no_waker() -> None:
    """A timeout is no event."""
    b = served()
    call = b.begin(10, "poll", [{"fd": 4, "events": "POLLIN", "revents": 0}], 1, 50)
    b.client(2, "connect", local=OTHER)
    b.end(call, 0)
    assert waker(b, call.seq) is None


@pytest.mark.parametrize("name", ["wait4", "waitid"])
def test_wait_is_woken_by_the_end_of_the_child(name: str) -> None:
    """The child that is returned, not another that ended meanwhile."""
    b = TraceBuilder()
    b.fork(10, 20)
    b.fork(10, 30)
    wait = b.begin(10, name, 20)
    b.exit(30)
    end = b.exit(20)
    if name == "wait4":
        b.end(wait, 20, wstatus="exited 0")
    else:
        b.end(wait, 0, info={"pid": 20, "code": "CLD_EXITED", "status": 0})
    assert waker(b, wait.seq) == end


@pytest.mark.parametrize("errno", ["EINTR", "ERESTARTSYS", "ERESTARTNOHAND"])
def test_interrupted_call_is_woken_by_the_signal(errno: str) -> None:
    """The signal that is delivered to this task before it goes on, not to another."""
    b = served()
    b.fork(10, 20)
    recv = receives(b)
    b.signal(20, "SIGUSR2")
    b.end(recv, -1, errno)
    signal = b.signal(10, "SIGUSR1")
    b.call(10, "close", 4)
    b.signal(10, "SIGTERM")
    assert waker(b, recv.seq) == signal


def test_restarted_call_is_woken_by_its_last_signal() -> None:
    """The signal of an attempt that was made again is not the one that ended the waiting."""
    b = served()
    first = receives(b)
    b.end(first, -1, "ERESTARTSYS")
    b.signal(10, "SIGCHLD")
    b.end(receives(b), -1, "ERESTARTSYS")
    last = b.signal(10, "SIGTERM")
    assert waker(b, first.seq) == last


@pytest.mark.parametrize("maker", ["pipe", "socketpair"])
@pytest.mark.parametrize("deed", ["write", "close"])
def test_read_is_woken_by_the_other_end(maker: str, deed: str) -> None:
    """What another task writes, or the close of the last descriptor of the other end."""
    b = TraceBuilder()
    pair = [3, 4]
    if maker == "pipe":
        b.call(10, "pipe", pair)
    else:
        b.call(10, "socketpair", "AF_UNIX", "SOCK_STREAM", 0, pair)
    b.thread(10, 11)
    read = b.begin(10, "read", 3, None, 100)
    written = 5 if deed == "write" else 0
    seq = b.call(11, deed, 4, result=written)
    b.end(read, written)
    assert waker(b, read.seq) == seq


@pytest.mark.parametrize("ends", [True, False])
def test_vfork_is_woken_by_the_exec_or_the_end_of_the_child(ends: bool) -> None:
    """The maker waits as long as the child has its memory (vfork(2))."""
    b = TraceBuilder()
    call = b.begin(10, "vfork")
    b.task(20, parent=10, flags=["CLONE_VM", "CLONE_VFORK"])
    seq = b.exit(20) if ends else b.execute(20)
    b.end(call, 20)
    assert waker(b, call.seq) == seq


def test_shutdown_by_another_thread_wakes_a_recv() -> None:
    """SHUT_RDWR makes a recv of another thread return 0."""
    b = served()
    b.thread(10, 11)
    recv = receives(b)
    shutdown = b.call(11, "shutdown", 4, "SHUT_RDWR")
    b.end(recv, 0)
    assert waker(b, recv.seq) == shutdown


def test_waker_lies_within_the_call(story: Story) -> None:
    """Every waker of the bundled traces began while the call waited, or is its signal."""
    for event in story.events:
        if event.woken_by is not None:
            found = story.event(event.woken_by)
            assert event.end is not None
            assert event.start < found.start < event.end
            assert found.actor != event.actor


def test_every_wait_of_the_bundled_traces_has_a_waker(story: Story) -> None:
    """accept and recv that other events overtook were woken by a client."""
    done = [event for event in story.events if event.end is not None]
    for event, following in pairwise(done):
        waited = following.start < (event.end or 0) and event.touch and event.touch.before
        if waited and getattr(event.record, "name", "") in ("accept", "recvfrom"):
            assert event.touch is not None
            assert event.touch.before is not None
            assert event.touch.before.readable or event.woken_by is not None


def test_no_event_is_lost() -> None:
    """Events without a waker are the same objects afterwards."""
    events = replay(served().trace()).events
    assert woken(events, replay(served().trace()).roles) == events
