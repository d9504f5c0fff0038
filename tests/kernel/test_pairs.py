"""The two ends of a socket pair: the end of one is told to the other."""

import pytest
from kernels import entry_of

from echotrace.kernel.model import run
from echotrace.kernel.sockets import SocketState
from tracebuilder import TraceBuilder


def paired(kind: str = "SOCK_STREAM") -> TraceBuilder:
    """A pair at fds 3 and 4."""
    b = TraceBuilder()
    b.call(10, "socketpair", "AF_UNIX", kind, 0, [3, 4])
    return b


def state(b: TraceBuilder, fd: int) -> SocketState:
    """The state of a socket."""
    socket = entry_of(run(b.records), fd).socket
    assert socket is not None
    return socket.state


@pytest.mark.parametrize(("one", "other"), [(3, 4), (4, 3)])
def test_last_close_ends_the_other(one: int, other: int) -> None:
    """Only the last close does."""
    b = paired()
    b.call(10, "dup", one, result=5)
    b.call(10, "close", one)
    assert state(b, other) is SocketState.CONNECTED
    b.call(10, "close", 5)
    assert state(b, other) is SocketState.PEER_ENDED


@pytest.mark.parametrize(
    ("how", "own", "far"),
    [
        ("SHUT_WR", SocketState.ENDED, SocketState.PEER_ENDED),
        ("SHUT_RDWR", SocketState.ENDED, SocketState.PEER_ENDED),
        ("SHUT_RD", SocketState.CONNECTED, SocketState.CONNECTED),
    ],
)
def test_shutdown_is_told(how: str, own: SocketState, far: SocketState) -> None:
    """The end of one direction is the end of input at the other end."""
    b = paired()
    b.call(10, "shutdown", 3, how)
    assert (state(b, 3), state(b, 4)) == (own, far)


def test_both_ends_have_ended() -> None:
    """Then both are closed."""
    b = paired()
    b.call(10, "shutdown", 3, "SHUT_WR")
    b.call(10, "shutdown", 4, "SHUT_WR")
    assert state(b, 3) is state(b, 4) is SocketState.CLOSED


def test_end_of_the_process_that_has_the_other() -> None:
    """A child that ends closes its end."""
    b = paired()
    b.fork(10, 11)
    b.call(10, "close", 4)
    b.exit(11)
    assert state(b, 3) is SocketState.PEER_ENDED


def test_datagram_pairs_tell_nothing() -> None:
    """A datagram socket has no end of data."""
    b = paired("SOCK_DGRAM")
    b.call(10, "close", 3)
    assert state(b, 4) is SocketState.CONNECTED
