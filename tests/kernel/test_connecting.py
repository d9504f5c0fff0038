"""A connect that does not wait: it has begun, and a later call tells how it came out."""

import pytest
from kernels import doubted, entry_of

from echotrace.kernel.model import run
from echotrace.kernel.sockets import Socket, SocketState
from tracebuilder import TraceBuilder


def connecting() -> TraceBuilder:
    """A socket at fd 3 whose connect is in progress."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_INET", "SOCK_STREAM|SOCK_NONBLOCK", 0, result=3)
    b.call(10, "connect", 3, "127.0.0.1:80", 16, errno="EINPROGRESS")
    return b


def socket(b: TraceBuilder) -> Socket:
    """The state of that socket; nothing is doubted."""
    kernel = run(b.records)
    assert doubted(kernel) == []
    found = entry_of(kernel, 3).socket
    assert found is not None
    return found


def test_in_progress() -> None:
    """The first segment is sent, no answer known; a second connect may tell the same."""
    b = connecting()
    assert (socket(b).state, socket(b).tcp) == (SocketState.CONNECTING, "SYN-SENT")
    b.call(10, "connect", 3, "127.0.0.1:80", 16, errno="EALREADY")
    b.call(10, "sendto", 3, None, 5, 0, None, 0, errno="EAGAIN")
    assert socket(b).state is SocketState.CONNECTING


@pytest.mark.parametrize(
    ("name", "args", "result", "errno", "state"),
    [
        ("connect", ("127.0.0.1:80", 16), 0, None, SocketState.CONNECTED),
        ("connect", ("127.0.0.1:80", 16), -1, "EISCONN", SocketState.CONNECTED),
        ("connect", ("127.0.0.1:80", 16), -1, "ECONNREFUSED", SocketState.UNBOUND),
        ("getsockopt", ("SOL_SOCKET", "SO_ERROR", 0, 4), 0, None, SocketState.CONNECTED),
        ("getsockopt", ("SOL_SOCKET", "SO_ERROR", 111, 4), 0, None, SocketState.UNBOUND),
        ("getsockopt", ("SOL_SOCKET", "SO_TYPE", 1, 4), 0, None, SocketState.CONNECTING),
        ("sendto", (None, 5, 0, None, 0), 5, None, SocketState.CONNECTED),
        ("sendto", (None, 5, 0, None, 0), -1, "ETIMEDOUT", SocketState.UNBOUND),
        ("recvfrom", (None, 5, 0, None, 0), 5, None, SocketState.CONNECTED),
        ("recvfrom", (None, 5, 0, None, 0), 0, None, SocketState.PEER_ENDED),
        ("recvfrom", (None, 5, 0, None, 0), -1, "ECONNREFUSED", SocketState.UNBOUND),
    ],
)
def test_how_it_came_out(
    name: str, args: tuple[object, ...], result: int, errno: str | None, state: SocketState
) -> None:
    """Each call that can tell."""
    b = connecting()
    b.call(10, name, 3, *args, result=result, errno=errno)
    assert socket(b).state is state


def test_send_to_a_pipe_that_broke() -> None:
    """EPIPE, when this end may send, tells of a reset; when it has ended its data, of nothing."""
    b = connecting()
    b.call(10, "sendto", 3, None, 5, 0, None, 0, result=5)
    b.call(10, "sendto", 3, None, 5, 0, None, 0, errno="EPIPE")
    assert socket(b).state is SocketState.RESET
    b = connecting()
    b.call(10, "sendto", 3, None, 5, 0, None, 0, result=5)
    b.call(10, "shutdown", 3, "SHUT_WR")
    b.call(10, "sendto", 3, None, 5, 0, None, 0, errno="EPIPE")
    assert socket(b).state is SocketState.ENDED
