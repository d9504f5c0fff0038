"""Findings about select, poll and epoll, and about the address of the listening socket."""

import pytest
from play import P0, Play, found, ids, sentence

from echotrace.story.findings.check import findings
from echotrace.story.replay import replay
from echotrace.trace import Endpoint
from tracebuilder import TraceBuilder

SPINS, BEYOND = "readiness-loop-spins", "select-beyond-fd-setsize"
EVERYWHERE, NO_REUSE = "listens-on-every-interface", "no-so-reuseaddr"
LONG = 2_000_000  # ns: a task that rests so long does not spin


def connected() -> Play:
    """A server with a client."""
    play = Play()
    play.accepts(1)
    return play


def test_select_beyond_the_set() -> None:
    """An fd_set has 1024 bits: 1024 as the first argument is fine, more is not."""
    for nfds in (1024, 1025):
        play = Play()
        play.call(P0, "select", nfds, [3], None, None, None, result=1)
        assert (BEYOND in ids(play)) == (nfds == 1025)
        if nfds == 1025:
            assert "for descriptors up to 1024 (event 4)" in sentence(play, BEYOND)


def test_loop_that_spins() -> None:
    """Ready for what nobody wants, nothing there, and so on: the whole run is told."""
    play = connected()
    for _ in range(15):
        play.call(P0, "epoll_wait", 9, [], 1, -1, result=1)
        play.again(P0, 4)
    assert sentence(play, SPINS) == (
        "P0 makes 30 calls in a row (epoll_wait, recv) that get nothing done and wait for "
        "nothing (events 6 to 35)."
    )


@pytest.mark.parametrize(
    ("name", "errno", "values"),
    [
        ("recvfrom", None, (4, None, 100, None, None, None)),  # the end of the data, over and over
        ("recvfrom", "ENOTCONN", (4, None, 100, None, None, None)),
        ("accept", "EMFILE", (3, None, None)),
        ("poll", None, ([{"fd": 4, "events": "POLLOUT"}], 1, 0)),
    ],
)
def test_other_loops_that_spin(name: str, errno: str | None, values: tuple[object, ...]) -> None:
    """The same failure, or the same end of the data, again and again gets nothing done."""
    play = connected()
    for _ in range(25):
        play.call(P0, name, *values, result=0, errno=errno)
        play.call(P0, "fcntl", 4, "F_GETFL", 0)  # a question in between changes nothing
    assert found(play, SPINS)


def test_edge_triggered_loop() -> None:
    """One EAGAIN an event is how an edge-triggered server knows that it has everything."""
    play = connected()
    for _ in range(100):
        play.call(P0, "epoll_wait", 9, [], 1, -1, result=1)
        play.recv(P0, 4)
        play.send(P0, 4)
        play.again(P0, 4)
    assert ids(play) == set()


def test_loop_that_waits_for_clients() -> None:
    """A wait that took until a client acted was no waste, however often it came to nothing."""
    play = connected()
    for _ in range(30):
        wait = play.begin(P0, "epoll_wait", 9, [], 1, -1)
        play.client(1, "send", local="127.0.0.1:50001", text="x")
        play.end(wait, 1)
        play.again(P0, 4)
    assert SPINS not in ids(play)


@pytest.mark.parametrize("rests", ["in the call", "between calls"])
def test_poller_that_sleeps(rests: str) -> None:
    """A task that looks now and then, and sleeps in poll or by a timer, does not spin."""
    play = connected()
    for _ in range(40):
        look = play.begin(P0, "poll", [{"fd": 4, "events": "POLLIN"}], 1, 10)
        play.now += LONG if rests == "in the call" else 0
        play.end(look, 0)
        play.now += LONG if rests == "between calls" else 0
    assert ids(play) == set()


def test_two_tasks_share_no_run() -> None:
    """A few futile calls of each of many tasks are no loop."""
    play = connected()
    for child in range(200, 240):
        play.thread(P0, child)
        play.again(child, 4)
    assert SPINS not in ids(play)


def listening(*before: tuple[str, int], after: tuple[tuple[str, int], ...] = (),
              address: str = "127.0.0.1:7000", kind: str = "SOCK_STREAM",
              listens: bool = True) -> set[str]:  # fmt: skip
    """What is found in a server that sets options before and after bind."""
    trace = TraceBuilder()
    end = Endpoint(3, "socket:[7]", address)
    trace.call(10, "socket", "AF_INET", kind, 0, result=3, told=Endpoint(3, "socket:[7]"))
    for name, value in before:
        trace.call(10, "setsockopt", 3, "SOL_SOCKET", name, value, 4)
    trace.call(10, "bind", 3, address, 16, told=end)
    for name, value in after:
        trace.call(10, "setsockopt", 3, "SOL_SOCKET", name, value, 4)
    if listens:
        trace.call(10, "listen", 3, 100, told=end)
    return {finding.id for finding in findings(replay(trace.trace()))}


def test_address_that_cannot_be_used_again() -> None:
    """Without SO_REUSEADDR or SO_REUSEPORT before bind, or switched off, the port stays taken."""
    assert listening() == {NO_REUSE}
    assert listening(("SO_REUSEADDR", 0)) == {NO_REUSE}
    assert listening(("SO_KEEPALIVE", 1)) == {NO_REUSE}
    assert listening(after=(("SO_REUSEADDR", 1),)) == {NO_REUSE}


def test_address_that_can_be_used_again() -> None:
    """Either option before bind will do; UDP and UNIX sockets have no TIME-WAIT."""
    assert listening(("SO_REUSEADDR", 1)) == set()
    assert listening(("SO_REUSEPORT", 1)) == set()
    assert listening(kind="SOCK_DGRAM", listens=False) == set()
    assert listening(address="unix:/run/a:b") == set()
    assert listening(listens=False) == set()


def test_every_interface() -> None:
    """0.0.0.0 and [::] are all addresses; others, and UNIX sockets, are one."""
    reuse = ("SO_REUSEADDR", 1)
    assert listening(reuse, address="0.0.0.0:80") == {EVERYWHERE}
    assert listening(reuse, address="[::]:80") == {EVERYWHERE}
    for address in ("127.0.0.1:80", "[::1]:80", "192.0.2.1:80", "unix:/run/0.0.0.0:80"):
        assert listening(reuse, address=address) == set()
    assert listening(reuse, address="0.0.0.0:80", kind="SOCK_DGRAM", listens=False) == set()


def test_option_that_is_switched_off() -> None:
    """SO_REUSEADDR set to 0 is not set."""
    for value, missing in ((0, True), (1, False)):
        play = Play(listens=False)
        play.call(P0, "socket", "AF_INET", "SOCK_STREAM", 0, result=3)
        play.call(P0, "setsockopt", 3, "SOL_SOCKET", "SO_REUSEADDR", value, 4)
        play.call(P0, "bind", 3, "127.0.0.1:0", 16)
        play.call(P0, "listen", 3, 100)
        assert (found(play, NO_REUSE) is not None) == missing
