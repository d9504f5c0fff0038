"""Clients of a UDP service: whole datagrams, and nothing else that anybody could see."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from echotrace.record.clients import Client, Impossible
from echotrace.record.script import Step
from echotrace.record.services import Service


@pytest.fixture(params=["127.0.0.1", "::1"])
def server(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    """A bound UDP socket that never waits."""
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_DGRAM)) as made:
        made.bind((request.param, 0))
        made.setblocking(False)
        yield made


@pytest.fixture
def client(server: socket.socket) -> Iterator[Client]:
    """A client that has connected to it."""
    host, port = server.getsockname()[:2]
    made = Client(1, Service(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", True))
    assert act(made, "connect")
    yield made
    made.abandon()


def act(client: Client, action: str, data: bytes = b"") -> bool:
    """Let the client take a step."""
    return client.act(Step((1,), action, data))


def nothing_came(server: socket.socket) -> bool:
    """Whether no datagram waits at the server."""
    try:
        server.recv(1)
    except BlockingIOError:
        return True
    return False


def test_connect_sends_nothing(server: socket.socket, client: Client) -> None:
    """connect only gives the client an address of its own, and the server's."""
    assert nothing_came(server)
    assert client.local
    assert str(server.getsockname()[1]) in (client.peer or "")


def test_one_send_is_one_datagram(server: socket.socket, client: Client) -> None:
    """Each send arrives as one datagram from the client's address, an empty one too."""
    for data in (b"", b"hey", b"x" * 65_507):
        assert act(client, "send", data)
        received, peer = server.recvfrom(1 << 16)
        assert received == data
        assert str(peer[1]) in (client.local or "")
    assert nothing_came(server)


def test_what_no_datagram_holds_is_refused(server: socket.socket, client: Client) -> None:
    """More than a datagram holds is sent in no part."""
    with pytest.raises(Impossible, match="a datagram holds at most 65,507 bytes"):
        act(client, "send", b"x" * 65_508)
    assert nothing_came(server)


def test_expect_takes_one_datagram(server: socket.socket, client: Client) -> None:
    """Two datagrams are never put together, and none is taken apart."""
    act(client, "send", b"?")
    _, peer = server.recvfrom(1)
    assert not act(client, "expect", b"ab")
    for data in (b"ab", b"", b"cd", b"e"):
        server.sendto(data, peer)
    assert act(client, "expect", b"ab")
    assert act(client, "expect", b"")
    with pytest.raises(Impossible, match="answered with a datagram of 2 bytes, 'cd'"):
        act(client, "expect", b"cde")


@pytest.mark.parametrize("action", ["shutdown", "close", "reset"])
def test_no_end_is_sent(server: socket.socket, client: Client, action: str) -> None:
    """A client that ends its data or leaves sends nothing, whatever it has not received."""
    act(client, "send", b"?")
    _, peer = server.recvfrom(1)
    server.sendto(b"answer", peer)
    assert act(client, action)
    assert client.unread is None
    assert nothing_came(server)
    if action == "shutdown":
        assert act(client, "expect", b"answer")
        with pytest.raises(Impossible, match="EPIPE"):
            act(client, "send", b"more")


def test_a_server_that_is_gone(server: socket.socket, client: Client) -> None:
    """That nobody receives there is learnt at the next step (ICMP, port unreachable)."""
    server.close()
    act(client, "send", b"hey")
    with pytest.raises(Impossible, match="ECONNREFUSED"):
        act(client, "expect", b"hey")


def test_a_client_may_come_again(server: socket.socket, client: Client) -> None:
    """After close a client connects anew."""
    assert act(client, "close")
    with pytest.raises(Impossible, match="not connected"):
        act(client, "send", b"hey")
    assert act(client, "connect")
    assert act(client, "send", b"hey")
    assert server.recv(9) == b"hey"
