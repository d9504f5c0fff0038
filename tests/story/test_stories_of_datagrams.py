"""Stories without connections: whose a call is, what wakes it, what is said of it."""

import pytest
from sentences import sentence

from echotrace.kernel.facts import same_form
from echotrace.story.findings.check import findings
from echotrace.story.nouns import LISTENER, NONE, Place, Story
from echotrace.story.replay import replay
from echotrace.views.lanes import lay_out
from echotrace.views.paint import Surface
from echotrace.views.summary import summary
from udpplay import SERVER, UdpPlay, peer


def told(b: UdpPlay, seq: int) -> str:
    """The sentence of an event."""
    story = replay(b.trace())
    return sentence(story, story.event(seq))


def place(b: UdpPlay, seq: int) -> Place:
    """The place of an event."""
    return replay(b.trace()).event(seq).place


def test_a_peer_is_numbered_by_its_first_datagram() -> None:
    """Peers are told apart by address; their steps, datagrams and answers are at their place."""
    b = UdpPlay()
    connects = [b.step(client, "connect") for client in (1, 2, 3)]
    for client in (2, 1):
        b.step(client, "send", "hello")
        b.takes(client)
        b.answers(client, 9)
    story = replay(b.trace())
    assert [(c.client, c.peer, c.local, c.datagram) for c in story.connections] == [
        (2, peer(2), SERVER, True), (1, peer(1), SERVER, True),
    ]  # fmt: skip
    assert [(c.bytes_in, c.bytes_out, c.calls) for c in story.connections] == [(5, 9, 2)] * 2
    assert [story.event(seq).place for seq in connects] == [Place.of(2), Place.of(1), LISTENER]
    assert [(c.accepted, c.description, c.ended_by) for c in story.connections] == [
        (None, None, None)
    ] * 2
    assert "no connection" in summary(story, 80)


def test_a_peer_that_comes_again_is_the_same() -> None:
    """Visits from one address are one peer: the server can see no difference."""
    b = UdpPlay()
    for client in (1, 1):
        b.step(client, "connect")
        b.step(client, "send", "hello")
        b.takes(client)
        b.step(client, "close")
    story = replay(b.trace())
    assert [connection.client for connection in story.connections] == [1]
    assert {event.place for event in story.events if event.actor == "C1"} == {Place.of(1)}


def test_the_wait_is_nobodys_until_it_is_over() -> None:
    """A recvfrom begins in the server's column and returns in its peer's; its send wakes it."""
    b = UdpPlay()
    waits = b.begin(10, "recvfrom", 3, None, 9, 0)
    sent = b.step(1, "send", "hello")
    b.end(waits, 5, addr=peer(1), addrlen=16)
    b.begin(10, "recvfrom", 3, None, 9, 0)
    story = replay(b.trace())
    assert story.event(waits.seq).woken_by == sent
    rows = [row for row in lay_out(story).rows if row.event.seq == waits.seq]
    assert [(row.cell.part, row.column) for row in rows] == [("begin", "server"), ("return", "#1")]
    assert story.events[-1].place == LISTENER


def test_each_wait_is_woken_by_the_datagram_that_it_took() -> None:
    """Of two tasks in recvfrom each is woken by its own client's send."""
    b = UdpPlay()
    b.thread(10, 11)
    calls = [b.begin(tid, "recvfrom", 3, None, 9, 0) for tid in (10, 11)]
    sent = [b.step(client, "send", "hello") for client in (1, 2)]
    for call, client in zip(calls, (2, 1), strict=True):
        b.end(call, 5, addr=peer(client))
    story = replay(b.trace())
    assert [story.event(call.seq).woken_by for call in calls] == [sent[1], sent[0]]


def test_a_datagram_that_was_there_wakes_nobody() -> None:
    """A recvfrom of what waits in the queue does not wait."""
    b = UdpPlay()
    b.step(1, "send", "hello")
    call = b.begin(10, "recvfrom", 3, None, 9, 0)
    b.step(2, "send", "hello")
    b.end(call, 5, addr=peer(1))
    assert replay(b.trace()).event(call.seq).woken_by is None


def test_messages_of_several_peers_belong_to_none() -> None:
    """recvmsg and sendmsg are at the place of their name; a vector, if all are of one peer."""
    b = UdpPlay()
    one = b.call(10, "recvmsg", 3, {"name": peer(1)}, 0, result=5)
    back = b.call(10, "sendmsg", 3, {"name": peer(1)}, 0, result=5)
    b.takes(2)
    mine = [{"name": peer(1), "len": 5}] * 2
    same = b.call(10, "recvmmsg", 3, mine, 2, result=2)
    both = b.call(10, "sendmmsg", 3, [mine[0], {"name": peer(2), "len": 1}], 2, result=2)
    story = replay(b.trace())
    assert [story.event(seq).place for seq in (one, back, same, both)] == [
        Place.of(1), Place.of(1), Place.of(1), LISTENER,
    ]  # fmt: skip


def test_a_socket_of_its_own_belongs_to_its_peer() -> None:
    """What is done on a connected socket is its peer's, close too, by which it ends."""
    b = UdpPlay()
    b.takes(1)
    made, _ = b.binds(4)
    seqs = [made, b.connects(4, 1), b.call(10, "recvfrom", 4, None, 9, 0, result=5)]
    seqs.append(b.call(10, "write", 4, None, 5, result=5))
    seqs.append(b.call(10, "close", 4))
    story = replay(b.trace())
    assert [story.event(seq).place for seq in seqs] == [Place.of(1)] * 5
    (connection,) = story.connections
    assert (connection.bytes_in, connection.bytes_out) == (10, 5)
    assert (connection.closed_by, connection.ended_by) == (("P0",), "P0")
    assert story.doubts == ()


def test_a_client_of_others_has_no_peers() -> None:
    """Queries to a name server, from a bound or a connected socket, are no connection."""
    b = UdpPlay()
    asks = b.answers(9)
    b.takes(9)
    b.call(10, "socket", "AF_INET", "SOCK_DGRAM", 0, result=5)
    elsewhere = b.connects(5, 8)
    answered = b.call(10, "recvfrom", 5, None, 9, 0, result=5)
    story = replay(b.trace())
    assert story.connections == ()
    assert [story.event(seq).place for seq in (asks, elsewhere, answered)] == [LISTENER, NONE, NONE]
    assert "kind" not in {finding.id for finding in findings(story)}


def test_ipv6_server_and_ipv4_client() -> None:
    """A client at ::ffff:a.b.c.d is the one at a.b.c.d (ipv6(7))."""
    b = UdpPlay("[::]:53")
    b.step(1, "connect")
    mapped = f"[::ffff:127.0.0.1]:{peer(1).rpartition(':')[2]}"
    b.call(10, "recvfrom", 3, None, 9, 0, mapped, 28, result=5)
    (connection,) = replay(b.trace()).connections
    assert same_form(connection.peer or "") == peer(1)
    assert connection.client == 1


def test_sentences_of_datagrams() -> None:
    """Size, sender, what is new, what is left and what is cut off are said."""
    b = UdpPlay()
    for client, text in ((1, "hello"), (1, ""), (2, "x" * 200)):
        b.step(client, "send", text)
    first, empty, cut = b.takes(1), b.takes(1, 0), b.takes(2, 200, room=100)
    answer = b.answers(1)
    assert told(b, first) == (
        "P0 takes a datagram of 5 bytes from C1 (#1) off the receive queue of fd 3 (UDP socket); "
        "C1 is new to the server: UDP has no connections, each datagram carries its "
        "sender's address; 2 more datagrams wait there."
    )
    assert "takes an empty datagram from C1 (#1)" in told(b, empty)
    assert "1 more datagram waits there" in told(b, empty)
    assert "is new" not in told(b, empty)
    assert "only 100 bytes of it have room in the buffer, the rest is discarded" in told(b, cut)
    assert "sends it to C1 (#1): all at once; nobody tells the server whether" in told(b, answer)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("connect", "UDP only notes the server's address and sends nothing"),
        ("shutdown", "will send no more (SHUT_WR), and can still receive; UDP sends nothing"),
        ("close", "UDP has no FIN and sends nothing"),
        ("reset", "UDP has no reset and sends nothing"),
    ],
)
def test_sentences_of_clients(action: str, said: str) -> None:
    """Of a client's steps only its sends reach the server, and that is said of the others."""
    b = UdpPlay()
    seq = b.step(1, action)
    assert said in told(b, seq)
    assert "the server sees nothing of it" in told(b, seq)
    assert ("no datagram of C1 is received in this trace" in told(b, seq)) == (action == "connect")


def test_sentences_of_a_datagram_socket() -> None:
    """bind, connect, shutdown and close of a datagram socket: nothing is sent by any of them."""
    b = UdpPlay()
    b.step(1, "send", "hello")
    b.takes(1)
    _, bound = b.binds(4)
    peers, ends = b.connects(4, 1), b.call(10, "shutdown", 4, "SHUT_WR")
    fails = b.call(10, "sendto", 4, None, 5, 0, errno="EPIPE")
    away = b.call(10, "connect", 4, "AF_UNSPEC", 16)
    b.step(2, "send", "lost")
    b.call(10, "close", 4)
    closes = b.call(10, "close", 3)
    assert "datagrams sent there wait in its receive queue from now on" in told(b, bound)
    assert f"makes {peer(1)} (C1) the peer of fd 4: nothing is sent" in told(b, peers)
    assert "ends the sending side of fd 4 (#1): nothing is sent to the peer" in told(b, ends)
    assert "shutdown has ended the sending" in told(b, fails)
    assert "SIGPIPE" not in told(b, fails)
    assert "it receives from anybody again" in told(b, away)
    assert told(b, closes) == (
        "P0 closes fd 3 (UDP socket), the last reference to it: nothing is sent, and nobody "
        "receives datagrams there any more; 1 datagram in its receive queue was never received."
    )


@pytest.mark.parametrize(
    ("name", "errno", "said"),
    [
        ("listen", "EOPNOTSUPP", "only a socket with connections can listen for them"),
        ("accept", "EOPNOTSUPP", "only a socket with connections can accept any"),
        ("bind", "EADDRINUSE", "another socket has the address."),
        ("shutdown", "ENOTCONN", "a datagram socket has no connections"),
        ("recvfrom", "ECONNREFUSED", "nobody receives there"),
    ],
)
def test_sentences_of_errors(name: str, errno: str, said: str) -> None:
    """What fails because there is no connection is not explained by TCP."""
    b = UdpPlay()
    seq = b.call(10, name, 3, errno=errno)
    assert said in told(b, seq)
    assert "TIME-WAIT" not in told(b, seq)


def story_of(b: UdpPlay) -> dict[str, str]:
    """The sentences of the findings, by id."""
    return {finding.id: finding.sentence for finding in findings(replay(b.trace()))}


def test_kind_of_server() -> None:
    """A UDP server is known by its bind and its recvfrom, with and without peers."""
    b = UdpPlay()
    b.begin(10, "recvfrom", 3, None, 9, 0)
    assert story_of(b) == {
        "kind": "This is a UDP server: P0 receives datagrams on fd 3 (event 3), which is bound "
        "(event 2) and never listens."
    }
    b = UdpPlay()
    b.takes(1)
    b.takes(2)
    assert story_of(b)["kind"].endswith("2 peers came, told apart by address alone.")


def test_no_finding_of_connections() -> None:
    """Of datagrams nothing is leaked, ended or cut short, not on a socket of one peer either."""
    b = UdpPlay()
    b.takes(1, 0)
    b.binds(4)
    b.connects(4, 1)
    b.call(10, "recvfrom", 4, None, 9, 0, result=0)
    b.call(10, "sendto", 4, None, 9, 0, result=3)
    b.call(10, "recvfrom", 4, None, 9, 0, errno="ECONNREFUSED")
    assert set(story_of(b)) == {"kind"}


def test_every_interface() -> None:
    """A UDP socket at 0.0.0.0 receives on all interfaces; one that asks before serves nobody."""
    b = UdpPlay("0.0.0.0:53")
    b.takes(1)
    assert "receives datagrams on 0.0.0.0:53" in story_of(b)["listens-on-every-interface"]
    b = UdpPlay("0.0.0.0:53")
    b.answers(1)
    b.takes(1)
    assert story_of(b) == {}


def test_nothing_came() -> None:
    """A trace without datagrams says so, not that nobody was accepted."""
    story: Story = replay(UdpPlay().trace())
    assert summary(story, Surface(80).width) == "No datagram was received in this trace."
