"""What the last close does to a socket, and who keeps one open without a descriptor."""

import pytest
from kernels import doubted, socket_of

from echotrace.kernel.descriptions import Freed
from echotrace.kernel.history import History
from echotrace.kernel.model import run
from echotrace.kernel.sockets import Socket, SocketState
from tracebuilder import TraceBuilder, connected

S = SocketState
CLIENT = "127.0.0.1:1"


def serving() -> TraceBuilder:
    """A server with one connection, at 4."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local=CLIENT, peer="127.0.0.1:7000")
    b.accept(10, 4, port=1)
    return b


def ended_as(b: TraceBuilder, seq: int) -> SocketState | None:
    """The state in which an event left the socket whose descriptor it freed."""
    (freed,) = run(b.records).ledger.touches[seq].freed
    return freed.after.state if freed.after else None


@pytest.mark.parametrize(
    ("before", "state"),
    [
        ("", S.ENDED),
        ("shutdown", S.CLOSED),
        ("send", S.RESET),
        ("send shutdown", S.RESET),
        ("reset", S.RESET),
    ],
)
def test_last_close(before: str, state: SocketState) -> None:
    """It sends a FIN; a reset if bytes are unread; nothing if there is no connection any more."""
    b = serving()
    for action in before.split():
        text = "hey" if action == "send" else None
        b.client(1, action, local=CLIENT, text=text)
    assert ended_as(b, b.call(10, "close", 4)) is state


def test_close_that_is_not_the_last() -> None:
    """While another descriptor is left, nothing is sent."""
    b = serving()
    b.call(10, "dup", 4, result=5)
    assert ended_as(b, b.call(10, "close", 4)) is S.CONNECTED
    assert ended_as(b, b.call(10, "close", 5)) is S.ENDED


@pytest.mark.parametrize(
    ("linger", "state"),
    [("0100000000000000", S.RESET), ("0000000000000000", S.ENDED), ("0100000005000000", S.ENDED)],
)
def test_linger_of_no_time_resets(linger: str, state: SocketState) -> None:
    """SO_LINGER switched on with 0 seconds makes the last close send a reset."""
    b = serving()
    b.call(10, "setsockopt", 4, "SOL_SOCKET", "SO_LINGER", linger, 8)
    assert ended_as(b, b.call(10, "close", 4)) is state


def test_end_of_a_process_is_a_last_close_too() -> None:
    """What a killed server left unread is answered by a reset."""
    b = serving()
    b.client(1, "send", local=CLIENT, text="hey")
    seq = b.exit(10, call=False)
    freed = {entry.fd: entry for entry in run(b.records).ledger.touches[seq].freed}
    assert [*freed] == [0, 1, 2, 3, 4]
    states = [entry.after.state if entry.after else None for entry in freed.values()]
    assert states[3:] == [S.CLOSED, S.RESET]


def test_recv_of_another_thread_keeps_a_closed_socket() -> None:
    """close sends no FIN while a thread waits in recv; the end of that call does."""
    b = serving()
    b.thread(10, 12)
    waiting = b.begin(12, "recvfrom", 4, None, 100)
    closed = b.call(10, "close", 4)
    b.client(1, "send", local=CLIENT, text="hey")
    late = b.now + 1
    b.end(waiting, 3)
    history = History(b.records)
    (kept,) = [entry for entry in history.at(late).opens if entry.callers]
    assert (kept.references, kept.held, kept.callers) == (0, (), (12,))
    assert kept.socket is not None
    assert (kept.socket.state, kept.socket.unread) == (S.CONNECTED, 3)
    assert ended_as(b, closed) is S.CONNECTED
    told = history.ledger.touches[waiting.seq].after
    assert told is not None
    assert (told.state, told.unread) == (S.ENDED, 0)
    assert [e for e in history.at(b.now).opens if e.description == kept.description] == []


def test_accept_of_another_thread_keeps_a_closed_listening_socket() -> None:
    """It takes one more connection; then the socket stops listening."""
    b = TraceBuilder()
    b.server()
    b.thread(10, 12)
    waiting = b.begin(12, "accept", 3, None, None)
    b.call(10, "close", 3)
    b.client(1, "connect", local=CLIENT, peer="127.0.0.1:7000")
    kept = History(b.trace().records).at(b.now).opens[-1]
    assert kept.socket is not None
    assert (kept.socket.state, len(kept.socket.pending)) == (S.LISTENING, 1)
    b.records.pop()
    b.end(waiting, 4, told=connected(4, 1))
    kernel = run(b.records)
    assert socket_of(kernel, 4) == Socket(
        state=S.CONNECTED, local="127.0.0.1:7000", peer=CLIENT, unread=0
    )
    assert [e.socket.state for e in kernel.live.listeners.values() if e.socket] == [S.CLOSED]


def test_killed_thread_lets_go() -> None:
    """The end of a task ends its call: what that kept is closed."""
    b = serving()
    b.thread(10, 12)
    begun = b.begin(12, "recvfrom", 4, None, 100)
    b.call(10, "close", 4)
    assert run(b.trace().records).live.ends[CLIENT].callers == 1
    b.records.pop()
    b.end(begun, None)
    b.exit(12, call=False)
    end = run(b.records).live.ends[CLIENT]
    assert end.callers == 0
    assert end.socket is not None
    assert end.socket.state is S.ENDED


def test_close_itself_keeps_nothing() -> None:
    """A freed slot tells the socket before and after; a call that has returned keeps nothing."""
    b = serving()
    b.call(10, "recvfrom", 4, None, 100, errno="EAGAIN")
    seq = b.call(10, "close", 4)
    kernel = run(b.records)
    (freed,) = kernel.ledger.touches[seq].freed
    assert isinstance(freed, Freed)
    assert freed.before is not None
    assert (freed.before.state, freed.left) == (S.CONNECTED, 0)
    assert doubted(kernel) == []
