"""What is said of servers that are unlike the teaching servers is what the kernel did there."""

from collections.abc import Callable

import pytest

from echotrace.story.compare.compare import compare
from echotrace.story.replay import replay
from echotrace.trace import Endpoint
from tracebuilder import TraceBuilder

_MAIN, _CHILD = 10, 20
_CLIENT = "127.0.0.1:50001"
_Serves = Callable[[TraceBuilder, int], object]


def _echo(b: TraceBuilder, tid: int, *, unread: bool = False) -> None:
    b.client(1, "send", local=_CLIENT, text="hello")
    b.call(tid, "recvfrom", 4, None, 2 if unread else 100, 0, result=2 if unread else 5,
           data="he" if unread else "hello")  # fmt: skip
    b.call(tid, "sendto", 4, None, 2, 0, result=2, data="he")


def _ended(b: TraceBuilder, tid: int) -> None:
    b.client(1, "close", local=_CLIENT)
    b.call(tid, "recvfrom", 4, None, 100, 0, result=0, data="")


def _alone(b: TraceBuilder, _fd: int) -> None:
    """The process that accepts serves."""
    _echo(b, _MAIN)
    _ended(b, _MAIN)
    b.call(_MAIN, "close", 4)


def _duplicated(b: TraceBuilder, _fd: int) -> None:
    """It has two descriptors of the connection, and closes both."""
    b.call(_MAIN, "dup", 4, result=5)
    _alone(b, _fd)
    b.call(_MAIN, "close", 5)


def _left_open(b: TraceBuilder, _fd: int) -> None:
    _echo(b, _MAIN)
    _ended(b, _MAIN)


def _unread(b: TraceBuilder, _fd: int) -> None:
    _echo(b, _MAIN, unread=True)
    b.call(_MAIN, "close", 4)


def _forked(b: TraceBuilder, _fd: int) -> None:
    """A child serves; its parent closes its copy at once."""
    b.fork(_MAIN, _CHILD)
    b.call(_MAIN, "close", 4)
    _echo(b, _CHILD)
    _ended(b, _CHILD)
    b.call(_CHILD, "shutdown", 4, "SHUT_WR")
    b.call(_CHILD, "close", 4)
    b.exit(_CHILD)


def _forked_parent_serves(b: TraceBuilder, _fd: int) -> None:
    """A child closes its copy and ends; its parent serves."""
    b.fork(_MAIN, _CHILD)
    b.call(_CHILD, "close", 4)
    b.exit(_CHILD)
    _alone(b, _fd)


def _forked_leaks(b: TraceBuilder, _fd: int) -> None:
    """The same as a child that serves, but the parent keeps its copy."""
    b.fork(_MAIN, _CHILD)
    _echo(b, _CHILD)
    _ended(b, _CHILD)
    b.call(_CHILD, "shutdown", 4, "SHUT_WR")
    b.call(_CHILD, "close", 4)
    b.exit(_CHILD)


def _forked_end_closes(b: TraceBuilder, _fd: int) -> None:
    """The child ends without a close."""
    b.fork(_MAIN, _CHILD)
    b.call(_MAIN, "close", 4)
    _echo(b, _CHILD)
    _ended(b, _CHILD)
    b.call(_CHILD, "shutdown", 4, "SHUT_WR")
    b.exit(_CHILD)


def _thread(b: TraceBuilder, _fd: int, *, twice: bool = False) -> None:
    b.thread(_MAIN, 11)
    if twice:
        b.call(11, "dup", 4, result=5)
    _echo(b, 11)
    _ended(b, 11)
    b.call(11, "close", 4)
    if twice:
        b.call(11, "close", 5)
    b.begin(11, "exit", 0)


def _thread_with_two(b: TraceBuilder, fd: int) -> None:
    _thread(b, fd, twice=True)


def _thread_closes_again(b: TraceBuilder, _fd: int) -> None:
    b.thread(_MAIN, 11)
    _echo(b, 11)
    _ended(b, 11)
    b.call(11, "close", 4)
    b.call(11, "close", 4, errno="EBADF")
    b.begin(11, "exit", 0)


def _polled(*fds: int) -> _Serves:
    """It asks poll for these descriptors before it receives."""

    def serves(b: TraceBuilder, _fd: int) -> None:
        b.client(1, "send", local=_CLIENT, text="hello")
        asked = [{"fd": fd, "events": "POLLIN", "revents": "POLLIN" if fd == 4 else ""}
                 for fd in fds]  # fmt: skip
        b.call(_MAIN, "poll", asked, len(fds), -1, result=1)
        b.call(_MAIN, "recvfrom", 4, None, 100, 0, result=5, data="hello")
        _ended(b, _MAIN)
        b.call(_MAIN, "close", 4)

    return serves


def _differences(one: _Serves, other: _Serves) -> dict[str, list[str]]:
    """The sentences of two servers, A and B, by kind."""
    stories = []
    for serves in (one, other):
        b = TraceBuilder()
        b.server()
        b.client(1, "connect", local=_CLIENT)
        b.accept(_MAIN, 4)
        serves(b, 4)
        b.begin(_MAIN, "accept", 3, None, None)
        stories.append(replay(b.trace()))
    found: dict[str, list[str]] = {}
    for each in compare(stories).differences[0]:
        found.setdefault(each.kind, []).append(each.sentence.replace("test:c ", ""))
    return found


def _says(found: dict[str, list[str]], kind: str, words: str) -> bool:
    return any(words in sentence for sentence in found.get(kind, ()))


@pytest.mark.parametrize("other", [_duplicated, _forked_parent_serves, _thread_with_two])
def test_second_close_is_no_only_one(other: _Serves) -> None:
    """Where the connection has two descriptors, no close is called the only one."""
    found = _differences(_forked, other)
    assert not any("the only one" in said for each in found.values() for said in each)


def test_shared_table_with_two_descriptors() -> None:
    """One close ends the connection of a thread, unless it has a second descriptor."""
    assert _says(_differences(_forked, _thread), "table", "so one close, by either, ends #1")
    found = _differences(_forked, _thread_with_two)
    assert not _says(found, "table", "one close")
    assert _says(found, "table", "so what either closes is closed for both")


def test_shared_table_of_which_a_child_has_a_copy() -> None:
    """No close by a thread ends what a child has a copy of."""

    def serves(b: TraceBuilder, fd: int) -> None:
        b.fork(_MAIN, _CHILD)
        _thread(b, fd)

    found = _differences(_forked, serves)
    assert not _says(found, "table", "one close")


def test_message_that_carries_a_descriptor_serves_nobody() -> None:
    """Who passes a connection on with SCM_RIGHTS does not serve it."""

    def passes(b: TraceBuilder, _fd: int) -> None:
        control = [{"level": "SOL_SOCKET", "type": "SCM_RIGHTS", "fds": [4]}]
        message = {"name": None, "iovlen": 1, "controllen": 24, "flags": 0, "control": control}
        b.call(_MAIN, "socketpair", "AF_UNIX", "SOCK_STREAM", 0, [6, 7])
        b.fork(_MAIN, _CHILD)
        b.call(_CHILD, "close", 4)
        b.call(_MAIN, "sendmsg", 6, message, 0, result=1)
        b.call(_MAIN, "close", 4)
        b.call(_CHILD, "recvmsg", 7, message, 0, result=1)
        _echo(b, _CHILD)

    found = _differences(passes, _forked)
    assert not _says(found, "task", "P0 accepts #1 and serves it too")


def test_close_that_fails_was_not_needed() -> None:
    """A second close of the number fails: the first was enough."""
    assert _says(_differences(_forked, _thread_closes_again), "parents-close", "close is enough")
    assert _says(_differences(_forked, _thread), "parents-close", "close is the only one")


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (_forked_leaks, "in B nobody does so"),
        (_left_open, "in B nobody closes it"),
    ],
)
def test_connection_that_stays_open(other: _Serves, words: str) -> None:
    """The close that one side lacks is told with what follows from that."""
    found = _differences(_forked, other)
    assert _says(found, "parents-close", words)
    assert _says(found, "parents-close", "and it stays open")


def test_close_before_which_shutdown_comes() -> None:
    """shutdown comes before a close only where its caller makes one."""
    assert _says(_differences(_forked, _alone), "shutdown", "has #1 open, before it closes")
    found = _differences(_forked_end_closes, _alone)
    assert _says(found, "shutdown", "whoever else has #1 open (")


@pytest.mark.parametrize("other", [_forked, _alone])
def test_close_that_resets(other: _Serves) -> None:
    """A close that leaves bytes unread sends a reset, of which no FIN is told (RFC 1122)."""
    found = _differences(_unread, other)
    assert not any(
        "A P0's close is the last one, and sends" in s for s in found.get("shutdown", ())
    )
    if other is _forked:
        assert _says(found, "shutdown", "P0's close is the last one, and resets the connection")
    else:
        assert _says(found, "reset", "P0's close resets #1, for 3 bytes not received")


@pytest.mark.parametrize(("fds", "all_at_once"), [((3, 4), True), ((4,), False), ((-1, 4), False)])
def test_wait_for_one_descriptor_is_no_wait_for_all(
    fds: tuple[int, ...], all_at_once: bool
) -> None:
    """poll with one descriptor waits for that one alone."""
    found = _differences(_polled(*fds), _alone)
    assert _says(found, "waits-for", "waits in poll for all descriptors at once") == all_at_once


def test_exit_of_a_task_that_does_not_serve() -> None:
    """Whose end differs is who served, and not another child."""
    assert "exit" in _differences(_forked, _thread)
    found = _differences(_forked_parent_serves, _thread)
    assert not _says(found, "exit", "ends as one thread")


def test_exit_status_of_zero() -> None:
    """A status of 0 is a status too."""

    def fails(b: TraceBuilder, _fd: int) -> None:
        b.fork(_MAIN, _CHILD)
        b.call(_MAIN, "close", 4)
        _echo(b, _CHILD)
        b.begin(_CHILD, "exit_group", 1)
        b.exit(_CHILD, call=False)

    def succeeds(b: TraceBuilder, _fd: int) -> None:
        b.fork(_MAIN, _CHILD)
        b.call(_MAIN, "close", 4)
        _echo(b, _CHILD)
        b.exit(_CHILD)

    found = _differences(succeeds, fails)
    (said,) = found["flags"]
    assert "with status 0" in said
    assert "with status 1" in said


def test_calls_of_one_name_that_do_another_thing() -> None:
    """fcntl that asks is not told together with fcntl that sets."""

    def sets(b: TraceBuilder, fd: int) -> None:
        b.call(_MAIN, "fcntl", 4, "F_GETFL", 0, result=2)
        b.call(_MAIN, "fcntl", 4, "F_SETFD", "FD_CLOEXEC")
        _alone(b, fd)

    found = _differences(sets, _alone)
    assert len(found["extra-call"]) == 2


def test_bytes_that_differ_are_shown() -> None:
    """Two calls that move as many bytes differ in which these are."""

    def says(text: str) -> _Serves:
        def serves(b: TraceBuilder, _fd: int) -> None:
            b.client(1, "send", local=_CLIENT, text=text)
            b.call(_MAIN, "recvfrom", 4, None, 100, 0, result=5, data=text)
            b.call(_MAIN, "close", 4)

        return serves

    (said,) = _differences(says("hello"), says("adieu"))["outcome"]
    assert '("hello", event' in said
    assert '("adieu", event' in said


def test_lingering_is_told_in_seconds() -> None:
    """struct linger is told as its two numbers (socket(7))."""

    def lingers(b: TraceBuilder, fd: int) -> None:
        b.call(_MAIN, "setsockopt", 4, "SOL_SOCKET", "SO_LINGER", "0100000000000000", 8)
        _alone(b, fd)

    found = _differences(lingers, _alone)
    assert _says(found, "option", "A sets SO_LINGER to 0 s")
    assert _says(found, "reset", "P0's close resets #1, for SO_LINGER of 0")


def test_one_place_in_the_accept_queue() -> None:
    """One place is no places."""

    def trace(backlog: int) -> TraceBuilder:
        b = TraceBuilder()
        local = Endpoint(3, "socket:[7000]", "127.0.0.1:7000")
        b.call(10, "socket", "AF_INET", "SOCK_STREAM", 0, result=3, told=Endpoint(3, local.link))
        b.call(10, "listen", 3, backlog, told=local)
        b.begin(10, "accept", 3, None, None)
        return b

    (told,) = compare([replay(trace(n).trace()) for n in (1, 2)]).differences[0]
    assert "asks for 1 place in" in told.sentence
    assert "asks for 2 places in" in told.sentence
