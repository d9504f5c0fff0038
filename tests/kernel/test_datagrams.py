"""Datagram sockets: their states, their queues, who has come, and who was asked."""

from itertools import product

import pytest
from kernels import doubted, socket_of
from msgspec.structs import replace

from echotrace.kernel.model import run
from echotrace.kernel.sockets import (
    DATAGRAM_TRANSITIONS,
    Act,
    Datagram,
    Socket,
    SocketState,
    after,
)
from echotrace.trace import ClientStep, Endpoint
from tracebuilder import TraceBuilder

A, S = Act, SocketState
SERVER, ONE, TWO = "127.0.0.1:53", "127.0.0.1:1001", "127.0.0.1:1002"


def receiver(fd: int = 3, address: str = SERVER) -> TraceBuilder:
    """A program with a bound UDP socket."""
    b = TraceBuilder()
    bind(b, fd, address)
    return b


def bind(b: TraceBuilder, fd: int, address: str = SERVER) -> None:
    """Make one more bound UDP socket."""
    b.call(10, "socket", "AF_INET", "SOCK_DGRAM", 0, result=fd, told=Endpoint(fd, f"socket:[{fd}]"))
    b.call(10, "bind", fd, address, 16, told=Endpoint(fd, f"socket:[{fd}]", address))


def client(b: TraceBuilder, number: int, action: str, local: str, text: str | None = None) -> int:
    """A step of a client that has a UDP socket."""
    seq = b.client(number, action, local=local, text=text, peer=SERVER)
    step = b.records[-1]
    assert isinstance(step, ClientStep)
    b.records[-1] = replace(step, datagram=True)
    return seq


@pytest.mark.parametrize(("state", "act"), list(product(SocketState, Act)))
def test_every_act_in_every_state(state: SocketState, act: Act) -> None:
    """An act leads where the table of datagram sockets says, or is impossible."""
    expected = DATAGRAM_TRANSITIONS.get((state, act))
    found = after(Socket(stream=False, state=state), act)
    assert found == (None if expected is None else Socket(stream=False, state=expected))


@pytest.mark.parametrize("name", ["listen", "accept"])
def test_no_datagram_socket_has_connections(name: str) -> None:
    """A listen that is said to succeed is doubted; the state stays what it is."""
    b = receiver()
    seq = b.call(10, "listen", 3, 100) if name == "listen" else b.accept(10, 4)
    kernel = run(b.records)
    assert doubted(kernel) == ([seq] if name == "listen" else [])
    assert socket_of(kernel, 3).state is S.BOUND


def test_datagrams_wait_in_their_order() -> None:
    """What clients send is queued, and each receive takes the next; nothing else is queued."""
    b = receiver()
    client(b, 1, "connect", ONE)
    first = client(b, 1, "send", ONE, "hey")
    second = client(b, 2, "send", TWO, "")
    client(b, 1, "shutdown", ONE)
    client(b, 1, "close", ONE)
    queue = socket_of(run(b.records), 3).queue
    assert queue == (Datagram(ONE, 3, first), Datagram(TWO, 0, second))
    took = b.call(10, "recvfrom", 3, None, 2, 0, ONE, 16, result=2)
    kernel = run(b.records)
    assert socket_of(kernel, 3).queue == (Datagram(TWO, 0, second),)
    assert kernel.ledger.touches[took].datagrams == (Datagram(ONE, 3, first),)


def test_recv_without_an_address_takes_the_oldest() -> None:
    """Whose a datagram is, the queue tells where the program does not ask."""
    b = receiver()
    client(b, 2, "send", TWO, "hey")
    client(b, 1, "send", ONE, "hey")
    took = b.call(10, "read", 3, None, 9, result=3)
    assert run(b.records).ledger.touches[took].datagrams[0].peer == TWO


def test_lost_datagrams_leave_the_queue() -> None:
    """One that was passed over found no room: it is gone, unless another task may have it."""
    b = receiver()
    client(b, 1, "send", ONE, "a")
    client(b, 2, "send", TWO, "b")
    b.call(10, "recvfrom", 3, None, 9, 0, TWO, 16, result=1)
    assert socket_of(run(b.records), 3).queue == ()
    b = receiver()
    b.thread(10, 11)
    waits = b.begin(11, "recvfrom", 3, None, 9, 0)
    client(b, 1, "send", ONE, "a")
    client(b, 2, "send", TWO, "b")
    b.call(10, "recvfrom", 3, None, 9, 0, TWO, 16, result=1)
    b.end(waits, 1, addr=ONE)
    kernel = run(b.records)
    assert [each.peer for each in kernel.ledger.touches[waits.seq].datagrams] == [ONE]
    assert socket_of(kernel, 3).queue == ()


def test_several_messages_in_one_call() -> None:
    """A vector of messages takes and gives as many datagrams, each with its address."""
    b = receiver()
    client(b, 1, "send", ONE, "a")
    client(b, 2, "send", TWO, "bc")
    vector = [{"name": ONE, "len": 1}, {"name": TWO, "len": 2}, {"name": None, "len": 0}]
    took = b.call(10, "recvmmsg", 3, vector, 3, result=2)
    gave = b.call(10, "sendmsg", 3, {"name": TWO}, 0, result=7)
    touches = run(b.records).ledger.touches
    assert [(each.peer, each.size) for each in touches[took].datagrams] == [(ONE, 1), (TWO, 2)]
    assert touches[gave].datagrams == (Datagram(TWO, 7),)


def test_who_has_come() -> None:
    """A peer is known from its first datagram on, in this order, and once."""
    b = receiver()
    for peer in (TWO, ONE, TWO):
        b.call(10, "recvfrom", 3, None, 9, 0, peer, 16, result=3)
        b.call(10, "sendto", 3, None, 3, 0, peer, 16, result=3)
    ledger = run(b.records).ledger
    assert [(arrival.peer, arrival.local) for arrival in ledger.arrivals] == [
        (TWO, SERVER), (ONE, SERVER),
    ]  # fmt: skip
    assert all(arrival.datagram for arrival in ledger.arrivals)


def test_whoever_answers_has_not_come() -> None:
    """The server of which the program is a client is no peer of it, bound or connected."""
    b = receiver()
    b.call(10, "sendto", 3, None, 3, 0, ONE, 16, result=3)
    b.call(10, "recvfrom", 3, None, 9, 0, ONE, 16, result=3)
    b.call(10, "socket", "AF_INET", "SOCK_DGRAM", 0, result=4)
    b.call(10, "connect", 4, TWO, 16, told=Endpoint(4, None, "127.0.0.1:9", TWO))
    b.call(10, "recvfrom", 4, None, 9, 0, result=3)
    kernel = run(b.records)
    assert kernel.ledger.arrivals == []
    assert doubted(kernel) == []


def test_unix_senders_without_a_name_are_unknown() -> None:
    """A Unix datagram without an address can be answered by nobody, and makes no peer."""
    b = receiver(address="unix:/run/log")
    b.call(10, "recvfrom", 3, None, 9, 0, "unix:", 2, result=3)
    b.call(10, "recvfrom", 3, None, 9, 0, "unix:@a", 4, result=3)
    assert [arrival.peer for arrival in run(b.records).ledger.arrivals] == ["unix:@a"]


def test_a_connected_socket_gets_its_peers_datagrams() -> None:
    """Of two sockets at one port the connected one is given its peer's datagrams, no others."""
    b = receiver()
    bind(b, 4)
    b.call(10, "connect", 4, ONE, 16, told=Endpoint(4, "socket:[4]", SERVER, ONE))
    client(b, 1, "send", ONE, "a")
    client(b, 2, "send", TWO, "b")
    kernel = run(b.records)
    assert [each.peer for each in socket_of(kernel, 4).queue] == [ONE]
    assert [each.peer for each in socket_of(kernel, 3).queue] == [TWO]


def test_equal_sockets_get_nothing_that_is_known() -> None:
    """With SO_REUSEPORT the kernel chooses: the model does not guess."""
    b = receiver()
    bind(b, 4)
    client(b, 1, "send", ONE, "a")
    kernel = run(b.records)
    assert [socket_of(kernel, fd).queue for fd in (3, 4)] == [(), ()]


def test_the_peer_can_be_taken_away() -> None:
    """connect with AF_UNSPEC leaves a socket bound if it keeps its address."""
    b = receiver()
    b.call(10, "connect", 3, ONE, 16, told=Endpoint(3, None, SERVER, ONE))
    b.call(10, "connect", 3, "AF_UNSPEC", 16, told=Endpoint(3, None, SERVER))
    kernel = run(b.records)
    assert socket_of(kernel, 3).state is S.BOUND
    assert socket_of(kernel, 3).peer is None


def test_peek_and_failures_take_nothing() -> None:
    """MSG_PEEK leaves the datagram, and so does a receive that fails."""
    b = receiver()
    client(b, 1, "send", ONE, "a")
    b.call(10, "recvfrom", 3, None, 9, "MSG_PEEK", ONE, 16, result=1)
    b.call(10, "recvfrom", 3, None, 9, 0, errno="EAGAIN")
    assert len(socket_of(run(b.records), 3).queue) == 1


def test_closed_with_its_queue() -> None:
    """The last close ends a datagram socket, and what waits there is gone; nothing is reset."""
    b = receiver()
    client(b, 1, "send", ONE, "a")
    seq = b.call(10, "close", 3)
    (freed,) = run(b.records).ledger.touches[seq].freed
    assert freed.before is not None
    assert freed.after is not None
    assert (len(freed.before.queue), freed.after.queue) == (1, ())
    assert freed.after.state is S.CLOSED
