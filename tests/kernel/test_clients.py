"""What clients do to the server's end: the accept queue, bytes, the end of a connection."""

import pytest
from kernels import doubted, entry_of, socket_of

from echotrace.kernel.model import Kernel, run
from echotrace.kernel.sockets import Pending, Socket, SocketState
from tracebuilder import TraceBuilder

S = SocketState
SERVER = "127.0.0.1:7000"


def client(port: int) -> str:
    """A client's address."""
    return f"127.0.0.1:{port}"


def connect(b: TraceBuilder, *ports: int) -> None:
    """Clients connect, one after the other."""
    for port in ports:
        b.client(port, "connect", local=client(port), peer=SERVER)


def served(*ports: int) -> TraceBuilder:
    """A server with these clients in its accept queue."""
    b = TraceBuilder()
    b.server()
    connect(b, *ports)
    return b


def queue(kernel: Kernel) -> tuple[Pending, ...]:
    """The accept queue."""
    return socket_of(kernel, 3).pending


def test_connections_wait_in_the_order_in_which_they_came() -> None:
    """accept takes them off the queue; a client's step before is kept for it."""
    b = served(1, 2, 3)
    b.client(2, "send", local=client(2), text="hello")
    b.client(3, "shutdown", local=client(3))
    assert queue(run(b.records)) == (
        Pending(client(1)), Pending(client(2), 5), Pending(client(3), 0, S.PEER_ENDED),
    )  # fmt: skip
    b.accept(10, 4, port=1)
    b.accept(10, 5, port=2)
    kernel = run(b.records)
    assert [waiting.peer for waiting in queue(kernel)] == [client(3)]
    assert socket_of(kernel, 5) == Socket(state=S.CONNECTED, local=SERVER, peer=client(2), unread=5)
    assert doubted(kernel) == []


def test_accepted_connection_may_have_ended() -> None:
    """Bytes and FIN that came before accept are there after it."""
    b = served(1)
    b.client(1, "send", local=client(1), text="hey")
    b.client(1, "close", local=client(1))
    b.accept(10, 4, port=1)
    socket = socket_of(run(b.records), 4)
    assert (socket.state, socket.unread, socket.peer_gone) == (S.PEER_ENDED, 3, True)
    assert socket.readable


@pytest.mark.parametrize("told", [None, "addr"])
def test_connection_that_was_reset_in_the_queue_is_accepted(told: str | None) -> None:
    """It keeps its place and its bytes; accept may tell its address, getpeername cannot."""
    b = served(1, 2)
    b.client(2, "send", local=client(2), text="hey")
    b.client(2, "reset", local=client(2))
    kernel = run(b.records)
    assert queue(kernel)[1] == Pending(client(2), 3, S.RESET, peer_gone=True)
    b.call(10, "accept", 3, client(2) if told else None, result=4)
    kernel = run(b.records)
    assert [waiting.peer for waiting in queue(kernel)] == [client(1)]
    assert socket_of(kernel, 4) == Socket(state=S.RESET, peer=client(2), unread=3, peer_gone=True)
    assert entry_of(kernel, 4).description.peer == client(2)


def test_unknown_peer_takes_nobody_off_the_queue() -> None:
    """A connection of somebody else's leaves the clients of the script where they are."""
    b = served(1)
    b.accept(10, 4, port=99)
    b.call(10, "accept", 3, None, None, result=5)
    kernel = run(b.records)
    assert queue(kernel) == (Pending(client(1)),)
    assert socket_of(kernel, 4).unread is None


def test_ipv6_server_knows_its_ipv4_clients() -> None:
    """An address is the same one in both of its forms."""
    b = served(1)
    b.call(10, "accept", 3, "[::ffff:127.0.0.1]:1", 28, result=4)
    assert queue(run(b.records)) == ()


def test_recv_takes_bytes_and_tells_the_end() -> None:
    """Bytes are counted down, except by a peek and a recv of nothing; 0 is the peer's end."""
    b = served(1)
    b.accept(10, 4, port=1)
    b.client(1, "send", local=client(1), text="hello")
    b.call(10, "recvfrom", 4, None, 100, "MSG_PEEK", result=5)
    b.call(10, "recvfrom", 4, None, 0, 0, result=0)
    b.call(10, "recvfrom", 4, None, 2, 0, result=2)
    socket = socket_of(run(b.records), 4)
    assert (socket.unread, socket.end_seen, socket.readable) == (3, False, True)
    b.client(1, "shutdown", local=client(1))
    b.call(10, "read", 4, None, 100, result=3)
    b.call(10, "read", 4, None, 100, result=0)
    socket = socket_of(run(b.records), 4)
    assert (socket.unread, socket.end_seen, socket.state) == (0, True, S.PEER_ENDED)


@pytest.mark.parametrize(
    ("action", "unread", "state"),
    [("shutdown", None, S.PEER_ENDED), ("close", None, S.PEER_ENDED), ("close", 2, S.RESET),
     ("reset", None, S.RESET), ("expect", None, S.CONNECTED)],
)  # fmt: skip
def test_how_a_client_ends(action: str, unread: int | None, state: SocketState) -> None:
    """A close with unread bytes and a reset reset; what came before them can still be read."""
    b = served(1)
    b.accept(10, 4, port=1)
    b.client(1, "send", local=client(1), text="hey")
    seq = b.client(1, action, local=client(1), unread=unread)
    kernel = run(b.records)
    assert (socket_of(kernel, 4).state, socket_of(kernel, 4).unread) == (state, 3)
    touch = kernel.ledger.touches[seq]
    assert touch.before is not None
    assert (touch.before.state, touch.after) == (S.CONNECTED, socket_of(kernel, 4))


@pytest.mark.parametrize(("action", "state"), [("shutdown", S.PEER_ENDED), ("close", S.RESET)])
def test_send_to_a_client_that_ended(action: str, state: SocketState) -> None:
    """One that only ended its data takes more; one that is gone answers with a reset."""
    b = served(1)
    b.accept(10, 4, port=1)
    b.client(1, action, local=client(1))
    b.call(10, "sendto", 4, None, 5, errno="EAGAIN")
    assert socket_of(run(b.records), 4).state is S.PEER_ENDED
    seq = b.call(10, "sendto", 4, None, 5, result=5)
    kernel = run(b.records)
    assert socket_of(kernel, 4).state is state
    touch = kernel.ledger.touches[seq]
    assert touch.after == socket_of(kernel, 4)
    assert touch.before is not None
    assert touch.before.state is S.PEER_ENDED


@pytest.mark.parametrize("name", ["recvfrom", "sendto"])
def test_calls_that_fail_tell_a_reset(name: str) -> None:
    """ECONNRESET is how a reset by a peer is learnt of which nothing else is known."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.call(10, name, 4, 9, errno="ECONNRESET")
    assert socket_of(run(b.records), 4).state is S.RESET


def test_steps_of_clients_of_nobody_are_passed_over() -> None:
    """A client that connected elsewhere, failed, or has no address changes nothing."""
    b = served(1)
    b.client(2, "connect", local=client(2), peer="127.0.0.1:9")
    b.client(2, "send", local=client(2), text="hey")
    b.client(3, "send", text="hey")
    kernel = run(b.records)
    assert queue(kernel) == (Pending(client(1)),)
    assert doubted(kernel) == []


def test_clients_of_a_closed_listening_socket() -> None:
    """What waited is reset with it; what its clients do later touches no other socket."""
    b = served(1)
    b.call(10, "close", 3)
    seq = b.client(1, "reset", local=client(1))
    kernel = run(b.records)
    touch = kernel.ledger.touches[seq]
    assert touch.after is not None
    assert (touch.after.state, touch.after.pending) == (S.CLOSED, ())
    assert doubted(kernel) == []


@pytest.mark.parametrize("waits", [False, True])
def test_port_of_a_client_is_used_again(waits: bool) -> None:
    """A new client with the address of one that has gone is another connection."""
    b = served(1)
    if not waits:
        b.accept(10, 4, port=1)
    b.client(1, "close", local=client(1))
    connect(b, 1)
    if waits:
        b.accept(10, 4, port=1)
    b.client(2, "send", local=client(1), text="hey")
    b.accept(10, 5, port=1)
    kernel = run(b.records)
    assert (socket_of(kernel, 4).state, socket_of(kernel, 4).unread) == (S.PEER_ENDED, 0)
    assert (socket_of(kernel, 5).state, socket_of(kernel, 5).unread) == (S.CONNECTED, 3)
