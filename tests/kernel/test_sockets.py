"""How a socket lives: every transition, what is impossible, what shutdown and options change."""

from itertools import product

import pytest
from kernels import doubted, socket_of

from echotrace.kernel.model import run
from echotrace.kernel.sockets import TCP_NAMES, TRANSITIONS, Act, Socket, SocketState, after
from echotrace.trace import Endpoint
from tracebuilder import TraceBuilder

A, S = Act, SocketState


@pytest.mark.parametrize(("state", "act"), list(product(SocketState, Act)))
def test_every_act_in_every_state(state: SocketState, act: Act) -> None:
    """An act leads where the table says; one that it does not know is impossible."""
    expected = TRANSITIONS.get((state, act))
    found = after(Socket(state=state, unread=3), act)
    assert found == (None if expected is None else Socket(state=expected, unread=3))


def test_states_have_the_names_of_ss() -> None:
    """Every state has a name that ss(8) shows."""
    assert TCP_NAMES.keys() == set(SocketState)
    assert {Socket(state=state).tcp for state in SocketState} == {
        "CLOSE", "LISTEN", "SYN-SENT", "ESTABLISHED", "FIN-WAIT-2", "CLOSE-WAIT",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        ([A.BIND, A.LISTEN, A.LISTEN], S.LISTENING),
        ([A.LISTEN, A.OWN_END], S.CLOSED),
        ([A.CONNECT], S.CONNECTED),
        ([A.CONNECT, A.DISCONNECT], S.UNBOUND),
        ([A.CONNECT, A.OWN_END], S.ENDED),
        ([A.CONNECT, A.PEER_END], S.PEER_ENDED),
        ([A.CONNECT, A.OWN_END, A.PEER_END], S.CLOSED),
        ([A.CONNECT, A.PEER_END, A.OWN_END], S.CLOSED),
        ([A.CONNECT, A.OWN_END, A.OWN_END, A.PEER_END, A.PEER_END], S.CLOSED),
        ([A.CONNECT, A.PEER_ABORT, A.OWN_END, A.PEER_END], S.RESET),
        ([A.CONNECT, A.PEER_END, A.OWN_ABORT], S.RESET),
        ([A.CONNECT, A.OWN_END, A.PEER_END, A.PEER_ABORT], S.CLOSED),
        ([A.CONNECT, A.OWN_END, A.PEER_END, A.OWN_ABORT], S.CLOSED),
        ([A.BIND, A.OWN_ABORT], S.CLOSED),
    ],
)
def test_lives_of_a_socket(acts: list[Act], state: SocketState) -> None:
    """Connections end in either order, once for each side, or for both by a reset."""
    socket: Socket | None = Socket()
    for act in acts:
        assert socket is not None
        socket = after(socket, act)
    assert socket is not None
    assert socket.state is state


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("bind", (3, "127.0.0.1:1", 16)), ("connect", (3, "127.0.0.1:1", 16))],
)
def test_impossible_call_is_a_doubt(name: str, arguments: tuple[object, ...]) -> None:
    """A listening socket is neither bound nor connected: the event that says so is doubted."""
    b = TraceBuilder()
    b.server()
    seq = b.call(10, name, *arguments)
    kernel = run(b.records)
    assert doubted(kernel) == [seq]
    assert socket_of(kernel, 3).state is S.LISTENING


def test_impossible_end_is_a_doubt() -> None:
    """A listening socket has no peer whose reset recv could tell."""
    b = TraceBuilder()
    b.server()
    seq = b.call(10, "recvfrom", 3, None, 9, errno="ECONNRESET")
    assert doubted(run(b.records)) == [seq]


def test_listening_socket_knows_address_and_backlog() -> None:
    """bind, listen and getsockname tell the address; listen the backlog, and again another."""
    b = TraceBuilder()
    b.server()
    kernel = run(b.records)
    assert socket_of(kernel, 3) == Socket(state=S.LISTENING, local="127.0.0.1:7000", backlog=100)
    b.call(10, "listen", 3, 5, told=Endpoint(3, "socket:[7000]", "127.0.0.1:7000"))
    assert socket_of(run(b.records), 3).backlog == 5


def test_failed_calls_change_nothing() -> None:
    """A bind, shutdown or setsockopt that fails leaves the socket as it was."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_INET", "SOCK_STREAM", 0, result=3)
    b.call(10, "bind", 3, "127.0.0.1:80", 16, errno="EACCES")
    b.call(10, "shutdown", 3, "SHUT_WR", errno="ENOTCONN")
    b.call(10, "setsockopt", 3, "SOL_SOCKET", "SO_REUSEADDR", 1, 4, errno="EINVAL")
    b.call(10, "connect", 3, "127.0.0.1:1", 16, errno="ECONNREFUSED")
    kernel = run(b.records)
    assert socket_of(kernel, 3) == Socket()
    assert doubted(kernel) == []


def test_connect_in_progress_counts_as_connected() -> None:
    """A connect that does not wait (EINPROGRESS) is on its way, and may be asked again."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_INET", "SOCK_STREAM|SOCK_NONBLOCK", 0, result=3)
    b.call(10, "connect", 3, "127.0.0.1:1", 16, errno="EINPROGRESS")
    b.call(10, "connect", 3, "127.0.0.1:1", 16)
    kernel = run(b.records)
    assert socket_of(kernel, 3).state is S.CONNECTED
    assert doubted(kernel) == []


def test_connect_to_nobody_ends_a_connection() -> None:
    """connect with AF_UNSPEC takes the peer away (connect(2))."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_INET", "SOCK_DGRAM", 0, result=3)
    b.call(10, "connect", 3, "127.0.0.1:1", 16)
    b.call(10, "connect", 3, "AF_UNSPEC", 16)
    kernel = run(b.records)
    assert socket_of(kernel, 3).state is S.UNBOUND
    assert doubted(kernel) == []
