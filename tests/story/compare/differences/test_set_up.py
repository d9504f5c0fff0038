"""What is told of sockets, addresses, accept queues, options, and of what a server is left in."""

import re
from collections.abc import Callable

import pytest

from echotrace.story.compare.compare import compare
from echotrace.story.compare.nouns import Difference
from echotrace.story.replay import replay
from echotrace.trace import Endpoint
from tracebuilder import TraceBuilder, connected

_LINK = "socket:[7000]"


def _server(
    *,
    domain: str = "AF_INET",
    kind: str = "SOCK_STREAM",
    address: str | None = "127.0.0.1",
    backlog: int | None = 100,
    more: Callable[[TraceBuilder], object] = lambda _: None,
    accept: tuple[object, ...] = ("accept", 3, None, None),
    serve: Callable[[TraceBuilder], object] = lambda _: None,
    left: tuple[object, ...] = ("accept", 3, None, None),
) -> TraceBuilder:
    """A server that serves one client; `more` is done in its set-up, `serve` on the connection."""
    b = TraceBuilder()
    b.call(10, "socket", domain, kind, 0, result=3, told=Endpoint(3, _LINK))
    more(b)
    local = f"{address or '0.0.0.0'}:7000"  # noqa: S104 - what listen picks
    if address:
        b.call(10, "bind", 3, f"{address}:0", 16, told=Endpoint(3, _LINK, local))
    if backlog is not None:
        b.call(10, "listen", 3, backlog, told=Endpoint(3, _LINK, local))
        name, *values = accept
        b.client(1, "connect", local="127.0.0.1:50001")
        begun = b.begin(10, str(name), *values)
        b.end(begun, 4, told=connected(4, 50001))
        serve(b)
        b.call(10, "recvfrom", 4, None, 100, 0, result=0)
        b.call(10, "close", 4)
    name, *values = left
    b.begin(10, str(name), *values)
    return b


def _told(one: TraceBuilder, other: TraceBuilder) -> dict[str, Difference]:
    """The differences by kind, checked: they are the same from the other side."""
    stories = [replay(b.trace()) for b in (one, other)]
    there = compare(stories).differences[0]
    back = compare(stories[::-1]).differences[0]
    assert [each.kind for each in there] == [each.kind for each in back]
    assert len({each.kind for each in there}) == len(there)
    return {each.kind: each for each in there}


def _set(level: str, name: str, value: int, fd: int = 3) -> Callable[[TraceBuilder], object]:
    return lambda b: b.call(10, "setsockopt", fd, level, name, value, 4)


def test_same_set_up_is_no_difference() -> None:
    """Of two servers that open themselves alike nothing is told."""
    assert not _told(_server(), _server())


@pytest.mark.parametrize(
    ("domain", "kind", "said"),
    [
        ("AF_INET6", "SOCK_STREAM", "a TCP socket for IPv6"),
        ("AF_UNIX", "SOCK_STREAM", "a Unix stream socket"),
        ("AF_VSOCK", "SOCK_STREAM", "a socket AF_VSOCK SOCK_STREAM"),
    ],
)
def test_another_protocol(domain: str, kind: str, said: str) -> None:
    """Domain and type of the socket are told by what they make."""
    told = _told(_server(), _server(domain=domain, kind=kind))
    assert set(told) == {"socket"}
    assert f" makes {said}" in told["socket"].sentence
    assert "a TCP socket, which listens for connections" in told["socket"].sentence
    assert told["socket"].events == ((1, 3), (1, 3))


def test_no_bind_lets_the_kernel_choose() -> None:
    """Without bind listen picks a port, on every interface."""
    told = _told(_server(), _server(address=None))
    assert set(told) == {"bind"}
    assert told["bind"].events == ((2,), (2,))
    assert re.fullmatch(
        r"\S+ A binds its socket to 127\.0\.0\.1 \(event 2 of \S+ A\): this machine alone can "
        r"reach it; \S+ B calls no bind, so that listen has the kernel choose a port, on 0\.0\.0\.0"
        r" \(event 2 of \S+ B\): all that reach the machine by any of its interfaces can reach it",
        told["bind"].sentence,
    )


def test_other_address() -> None:
    """An address that is bound is told; the port, which is another in each run, is not."""
    told = _told(_server(), _server(address="0.0.0.0"))  # noqa: S104 - the traced server's
    assert set(told) == {"bind"}
    assert "B binds its socket to 0.0.0.0" in told["bind"].sentence


def test_length_of_the_accept_queue() -> None:
    """Another backlog is told with both numbers."""
    told = _told(_server(), _server(backlog=5))
    assert set(told) == {"listen"}
    assert "asks for 100 places" in told["listen"].sentence
    assert "asks for 5 places" in told["listen"].sentence


def test_option_of_one_side() -> None:
    """An option that only one side sets is told with what it means."""
    told = _told(_server(), _server(more=_set("SOL_SOCKET", "SO_REUSEADDR", 1)))
    assert set(told) == {"option"}
    assert "B sets SO_REUSEADDR to 1" in told["option"].sentence
    assert "bind may take an address" in told["option"].sentence
    assert told["option"].events == ((3,), (2,))


def test_option_with_other_values() -> None:
    """An option that both set to other values is told with both."""
    one, other = (_set("SOL_SOCKET", "SO_REUSEADDR", value) for value in (0, 1))
    told = _told(_server(more=one), _server(more=other))
    assert set(told) == {"option"}
    assert "A sets SO_REUSEADDR to 0" in told["option"].sentence
    assert "B sets SO_REUSEADDR to 1" in told["option"].sentence


def test_option_of_connections() -> None:
    """An option of a connection is told beside the accept of the other side."""
    told = _told(_server(), _server(serve=_set("IPPROTO_TCP", "TCP_NODELAY", 1, fd=4)))
    assert set(told) == {"option"}
    assert "B sets TCP_NODELAY to 1" in told["option"].sentence
    assert told["option"].events == ((5,), (6,))


@pytest.mark.parametrize(
    ("other", "by"),
    [
        (_server(kind="SOCK_STREAM|SOCK_NONBLOCK"), "socket"),
        (
            _server(more=lambda b: b.call(10, "fcntl", 3, "F_SETFL", "O_RDWR|O_NONBLOCK")),
            "fcntl",
        ),
        (_server(more=lambda b: b.call(10, "ioctl", 3, "FIONBIO", 1)), "ioctl"),
    ],
    ids=["socket", "fcntl", "ioctl"],
)
def test_calls_that_do_not_wait(other: TraceBuilder, by: str) -> None:
    """O_NONBLOCK is told however it is set, with what it means."""
    told = _told(_server(), other)
    assert set(told) == {"option"}
    assert f"B sets O_NONBLOCK on fd 3 with {by} " in told["option"].sentence
    assert "fails with EAGAIN" in told["option"].sentence


def test_close_on_exec_that_a_program_asks_for() -> None:
    """SOCK_CLOEXEC in C is the program's own wish: Python has no part in it."""
    other = _server(
        kind="SOCK_STREAM|SOCK_CLOEXEC", accept=("accept4", 3, None, None, "SOCK_CLOEXEC")
    )
    told = _told(_server(), other)
    assert set(told) == {"close-on-exec"}
    assert "the listening socket (SOCK_CLOEXEC" in told["close-on-exec"].sentence
    assert "each connection (SOCK_CLOEXEC" in told["close-on-exec"].sentence
    assert "Python" not in told["close-on-exec"].sentence


def test_name_that_a_program_asks_for() -> None:
    """getpeername on the connection is told as the program's question."""
    asks = _server(serve=lambda b: b.call(10, "getpeername", 4, "127.0.0.1:50001", 16))
    told = _told(_server(), asks)
    assert set(told) == {"name-asked"}
    assert "it asks for the client's address" in told["name-asked"].sentence


def test_what_a_server_waits_for_clients_in_is_not_told_of_its_end() -> None:
    """Left in accept or in epoll_wait: the end tells nothing new."""
    other = _server(left=("poll", [{"fd": 3, "events": "POLLIN"}], 1, -1))
    assert not _told(_server(), other)


def test_left_waiting_for_a_child() -> None:
    """Left in waitpid: no task waits for a client, and it is not said that none waits."""
    told = _told(_server(), _server(left=("wait4", -1, None, 0, None)))
    assert "in accept for the next client" in told["left-waiting"].sentence
    assert told["left-waiting"].sentence.endswith("B waits for its next client")


@pytest.mark.parametrize(
    ("handler", "said"), [("SIG_IGN", "ignores SIGPIPE"), ("function", "handles SIGPIPE")]
)
def test_action_for_sigpipe(handler: str, said: str) -> None:
    """Who keeps SIGPIPE from ending it by an action is told against who does not."""

    def echo(b: TraceBuilder) -> None:
        b.call(10, "recvfrom", 4, None, 100, 0, result=1, data="x")
        b.call(10, "sendto", 4, None, 1, 0, None, 0, result=1, data="x")

    def guard(b: TraceBuilder) -> None:
        b.call(10, "rt_sigaction", "SIGPIPE", {"handler": handler, "flags": ""})

    told = _told(_server(serve=echo), _server(more=guard, serve=echo))
    assert set(told) == {"signals"}
    assert said in told["signals"].sentence
    assert "A sends without MSG_NOSIGNAL" in told["signals"].sentence
    assert re.search("SIGPIPE ends the process in .* A$", told["signals"].sentence)
