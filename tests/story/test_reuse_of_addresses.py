"""What is said of SO_REUSEADDR, beside what the kernel does."""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sentences import sentence

from echotrace.story.findings.catalogue import CATALOGUE
from echotrace.story.replay import replay
from tracebuilder import TraceBuilder

LEFT = ("established", "time-wait")


@contextmanager
def port(what: str, *, reuse: bool) -> Iterator[int]:
    """A port on which this is: a socket that listens, or a connection that one accepted."""
    with ExitStack() as still_open:
        listener = still_open.enter_context(stream(reuse=reuse))
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        number = listener.getsockname()[1]
        client = still_open.enter_context(socket.create_connection(("127.0.0.1", number)))
        connection = still_open.enter_context(listener.accept()[0])
        if what != "listening":
            listener.close()
        if what == "time-wait":
            connection.close()  # who closes first is in TIME-WAIT afterwards (RFC 9293, 3.6)
            assert client.recv(1) == b""
            client.close()
        yield number


def stream(*, reuse: bool) -> socket.socket:
    """A TCP socket, with SO_REUSEADDR or without."""
    new = socket.socket()
    new.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
    return new


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("now", [False, True])
@pytest.mark.parametrize("what", ["listening", *LEFT])
def test_what_the_kernel_lets_bind_have(what: str, *, before: bool, now: bool) -> None:
    """bind takes a port with connections on it if both servers set the option, else none."""
    with port(what, reuse=before) as number, stream(reuse=now) as new:
        if what in LEFT and before and now:
            new.bind(("127.0.0.1", number))
        else:
            with pytest.raises(OSError, match="in use") as refused:
                new.bind(("127.0.0.1", number))
            assert refused.value.errno == errno.EADDRINUSE


def test_option_is_explained_as_the_kernel_takes_it() -> None:
    """Connections are permitted in both states, a socket that listens is not."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_INET", "SOCK_STREAM", 0, result=3)
    seq = b.call(10, "setsockopt", 3, "SOL_SOCKET", "SO_REUSEADDR", 1, 4)
    story = replay(b.trace())
    assert sentence(story, story.event(seq)).endswith(
        "bind may then take a port on which only connections are left, established or in "
        "TIME-WAIT, of a server that set it too; never one on which a socket listens."
    )
    assert "established" in CATALOGUE["no-so-reuseaddr"].cost
