"""What is said of clients that come over a Unix socket, where there is no network between."""

import re

import pytest
from sentences import sentence

from echotrace.kernel.sockets import SocketState
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import Endpoint
from tracebuilder import TraceBuilder

PATH, CLIENT = "unix:/run/x", "unix:@1"


def _story(action: str, unread: int | None = None) -> Story:
    """A server takes a client, who ends their connection; then it receives what is left."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_UNIX", "SOCK_STREAM", 0, result=3)
    b.call(10, "bind", 3, PATH, 8)
    b.call(10, "listen", 3, 5, told=Endpoint(3, "socket:[1]", PATH))
    b.client(1, "connect", local=CLIENT, peer=PATH)
    accepted = Endpoint(4, "socket:[2]", PATH, CLIENT)
    b.call(10, "accept", 3, None, None, result=4, told=accepted)
    b.client(1, action, local=CLIENT, peer=PATH, unread=unread)
    if unread:
        b.call(10, "recvfrom", 4, None, 9, 0, None, None, errno="ECONNRESET")
    else:
        b.call(10, "recvfrom", 4, None, 9, 0, None, None, result=0)
    b.call(10, "close", 4)
    return replay(b.trace())


ENDS = ["close", "shutdown", "reset"]


@pytest.mark.parametrize("action", ENDS)
def test_no_packet_is_made_up(action: str) -> None:
    """Nothing is said of handshakes and FINs, which a Unix socket does not know."""
    story = _story(action)
    told = [sentence(story, event) for event in story.events]
    assert any("recv returns 0 in the server once all bytes are received" in each for each in told)
    assert not [each for each in told if re.search(r"\bFIN\b|handshake", each)]


@pytest.mark.parametrize("action", ENDS)
def test_linger_resets_nothing(action: str) -> None:
    """Whatever SO_LINGER says, the server reads the end of the data, as Linux has it."""
    story = _story(action)
    state = next(
        e for e in story.at(6).opens if e.description.id == story.connections[0].description
    )
    assert state.socket is not None
    assert state.socket.state is SocketState.PEER_ENDED


@pytest.mark.parametrize("action", ["close", "reset"])
def test_unread_bytes_fail_the_next_recv(action: str) -> None:
    """A client that closes with bytes unread makes recv fail with ECONNRESET."""
    story = _story(action, unread=3)
    told = sentence(story, story.event(6))
    assert "closes with 3 bytes not received, so recv in the server fails with ECONNRESET" in told
    assert story.doubts == ()


@pytest.mark.parametrize(
    ("unread", "told"),
    [
        (0, "puts 2 bytes on fd 4 (#1) into the receive buffer of C1"),
        (0, "the last reference to it: C1 will read the end of the data"),
        (3, "3 bytes of C1 were not received, so C1 gets ECONNRESET from recv"),
    ],
)
def test_server_sends_and_closes(unread: int, told: str) -> None:
    """What the server sends is with its peer at once, and so is the end of the data."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_UNIX", "SOCK_STREAM", 0, result=3)
    b.call(10, "bind", 3, PATH, 8)
    b.call(10, "listen", 3, 5, told=Endpoint(3, "socket:[1]", PATH))
    b.client(1, "connect", local=CLIENT, peer=PATH)
    b.call(10, "accept", 3, None, None, result=4, told=Endpoint(4, "socket:[2]", PATH, CLIENT))
    b.call(10, "sendto", 4, None, 2, 0, None, None, result=2)
    if unread:
        b.client(1, "send", local=CLIENT, peer=PATH, text="x" * unread)
    b.call(10, "close", 4)
    story = replay(b.trace())
    assert any(told in sentence(story, event) for event in story.events)


def test_last_close_after_the_peer_has_gone() -> None:
    """Nobody is left to read the end of the data."""
    story = _story("close")
    assert "C1 has ended its data already" in sentence(story, story.events[-1])
