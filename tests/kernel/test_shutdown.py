"""What shutdown does: to a connection, whoever holds it, and to a listening socket."""

import pytest
from kernels import doubted, entry_of, socket_of

from echotrace.kernel.model import run
from echotrace.kernel.sockets import SocketState
from tracebuilder import TraceBuilder

S = SocketState
CLIENT = "127.0.0.1:1"


def served() -> TraceBuilder:
    """A server with one connection, at 4."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local=CLIENT, peer="127.0.0.1:7000")
    b.accept(10, 4, port=1)
    return b


@pytest.mark.parametrize(
    ("how", "state", "deaf"),
    [("SHUT_WR", S.ENDED, False), ("SHUT_RD", S.CONNECTED, True), ("SHUT_RDWR", S.ENDED, True)],
)
def test_shutdown_by_one_of_two_holders(how: str, state: SocketState, deaf: bool) -> None:
    """shutdown works on the connection, whoever else holds it; both descriptors stay open."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.fork(10, 11)
    seq = b.call(11, "shutdown", 4, how)
    kernel = run(b.records)
    socket = socket_of(kernel, 4)
    assert (socket.state, socket.deaf) == (state, deaf)
    assert socket_of(kernel, 4, 11) == socket
    assert kernel.ledger.touches[seq].after == socket
    assert entry_of(kernel, 4).references == 2


@pytest.mark.parametrize(
    ("how", "state"), [("SHUT_WR", S.LISTENING), ("SHUT_RD", S.CLOSED), ("SHUT_RDWR", S.CLOSED)]
)
def test_shutdown_of_a_listening_socket(how: str, state: SocketState) -> None:
    """SHUT_RD ends the listening and resets what waits; SHUT_WR does nothing."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local="127.0.0.1:50001", peer="127.0.0.1:7000")
    b.call(10, "shutdown", 3, how)
    socket = socket_of(run(b.records), 3)
    assert socket.state is state
    assert len(socket.pending) == (state is S.LISTENING)
    b.call(10, "listen", 3, 1)
    kernel = run(b.records)
    assert socket_of(kernel, 3).state is S.LISTENING
    assert doubted(kernel) == []


def test_recv_of_a_deaf_socket_tells_nothing_of_the_peer() -> None:
    """After SHUT_RD recv returns 0 although the peer goes on."""
    b = served()
    b.call(10, "shutdown", 4, "SHUT_RD")
    b.call(10, "recvfrom", 4, None, 100, result=0)
    socket = socket_of(run(b.records), 4)
    assert (socket.state, socket.end_seen, socket.readable) == (S.CONNECTED, False, True)


@pytest.mark.parametrize("how", ["SHUT_WR", "SHUT_RDWR"])
def test_bytes_for_a_socket_that_nobody_reads(how: str) -> None:
    """After SHUT_RDWR bytes are answered by a reset; after SHUT_WR they are received."""
    b = served()
    b.call(10, "shutdown", 4, how)
    b.client(1, "send", local=CLIENT, text="hey")
    socket = socket_of(run(b.records), 4)
    expected = (S.ENDED, 3) if how == "SHUT_WR" else (S.RESET, 0)
    assert (socket.state, socket.unread) == expected
