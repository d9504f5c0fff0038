"""Findings about results: short sends, failed accepts and recvs, signals."""

import pytest
from play import P0, Play, cut, early, found, ids, sentence

SHORT, UNCHECKED = "short-send-ignored", "accept-unchecked"
EINTR, RECV = "eintr-on-accept-ends-server", "recv-error-ends-all"
POSSIBLE, KILLS = "sigpipe-possible", "sigpipe-kills"


def connected() -> Play:
    """An iterative server with a client."""
    play = Play()
    play.accepts(1)
    play.recv(P0, 4)
    return play


def test_rest_that_is_never_sent() -> None:
    """Of 5 bytes 3 were taken, and then recv is called: the other 2 are lost."""
    play = connected()
    play.send(P0, 4, 5, 3, injected="send:short=3")
    play.waits(P0, "recvfrom", 4, None, 100, None, None, None)
    assert sentence(play, SHORT) == (
        "sendto takes 3 of 5 bytes, as echotrace made it do (event 7), and P0 never sends the "
        "other 2."
    )


def test_next_answer_is_not_the_rest() -> None:
    """A send of just what came in since is the next answer, and the rest is lost."""
    play = connected()
    play.send(P0, 4, 5, 3)
    play.recv(P0, 4, 7)
    play.send(P0, 4, 7)
    assert SHORT in ids(play)


@pytest.mark.parametrize(
    "later",
    [
        [("send", 2, 2, None)],
        [("send", 2, 1, None), ("send", 1, 1, None)],
        [("send", 2, -1, "EAGAIN"), ("send", 2, 2, None)],
        [("send", 1, 1, None), ("send", 1, 1, None)],
        [("recv", 7, 7, None), ("send", 9, 9, None)],  # gathered: the rest and the next answer
        [("recv", 7, 7, None), ("send", 2, 2, None), ("send", 7, 7, None)],
        [("send", 2, -1, "EPIPE")],
    ],
)
def test_rest_that_is_sent(later: list[tuple[str, int, int, str | None]]) -> None:
    """However the rest goes out, in one piece, in several, or with more: nothing is ignored."""
    play = connected()
    play.send(P0, 4, 5, 3)
    for what, asked, result, errno in later:
        if what == "recv":
            play.recv(P0, 4, result)
        else:
            play.send(P0, 4, asked, result, errno=errno)
    assert SHORT not in ids(play)


def test_rest_that_waits_for_room() -> None:
    """Whoever waits for readiness with a full buffer will send the rest when there is room."""
    play = connected()
    play.send(P0, 4, 5, 3)
    play.waits(P0, "poll", [{"fd": 4, "events": "POLLOUT"}], 1, -1)
    assert SHORT not in ids(early(play))


def test_rest_of_a_trace_that_is_cut_off() -> None:
    """The rest may have been sent after the trace was cut."""
    play = connected()
    play.send(P0, 4, 5, 3)
    assert SHORT in ids(play)
    assert SHORT not in ids(cut(play))


def test_file_that_is_shorter_than_asked_for() -> None:
    """sendfile stops at the file's end: that loses nothing."""
    play = connected()
    play.call(P0, "sendfile", 4, 9, None, 100, result=40)
    assert SHORT not in ids(play)


def test_failed_accept_that_is_used() -> None:
    """recv on -1 after a failed accept shows that nobody looked at the result."""
    play = Play()
    failed = play.fails(P0, "accept", "EMFILE", 3, None, None)
    use = play.fails(P0, "recvfrom", "EBADF", -1, None, 100, None, None, None)
    assert sentence(play, UNCHECKED) == (
        f"accept fails with EMFILE (event {failed}), and P0 calls recvfrom with fd -1 as if there "
        f"were a connection (event {use})."
    )


def test_failed_accept_that_a_child_uses() -> None:
    """The child that is forked for the connection that is none shows it too."""
    play = Play()
    play.fails(P0, "accept", "EMFILE", 3, None, None)
    play.fork(P0, 101)
    play.fails(101, "recvfrom", "EBADF", -1, None, 100, None, None, None)
    play.waits()
    assert "P1 calls recvfrom with fd -1" in sentence(play, UNCHECKED)


def test_failed_accept_that_is_looked_at() -> None:
    """Whoever goes on with the next accept, or forks for something else, has looked."""
    for errno in ("ECONNABORTED", "EAGAIN", "EINTR"):
        play = Play()
        play.fails(P0, "accept", errno, 3, None, None)
        play.fork(P0, 101)
        play.accepts(1)
        play.serve(P0)
        play.fails(P0, "close", "EBADF", -1)
        assert UNCHECKED not in ids(play)


def interrupted(flags: str = "", signal: str = "SIGCHLD", *, handler: bool = True) -> Play:
    """A server whose accept is interrupted by a signal."""
    play = Play()
    if handler:
        play.handles(signal, "function", flags)
    play.fails(P0, "accept", "ERESTARTSYS", 3, None, None)
    play.signal(P0, signal)
    return play


def test_signal_that_ends_the_server() -> None:
    """The signal, its handler, the interrupted accept and the exit are told."""
    play = interrupted()
    play.leaves(P0, 1)
    assert sentence(play, EINTR) == (
        "SIGCHLD (event 6) interrupts accept (event 5), since its handler is set without "
        "SA_RESTART (event 4), and P0 ends the server (event 7)."
    )


def test_handler_may_be_inherited() -> None:
    """A worker that was forked after the sigaction has the same handler."""
    play = Play()
    play.handles("SIGCHLD", "function")
    play.fork(P0, 101)
    play.fails(101, "accept", "ERESTARTSYS", 3, None, None)
    play.signal(101, "SIGCHLD")
    play.leaves(101, 1)
    assert found(play, EINTR)


def test_interruptions_that_are_no_bug() -> None:
    """accept is called again, the kernel restarts it, no handler is set, or it is asked to end."""
    again = interrupted()
    again.waits()
    with_restart = interrupted("SA_RESTART")
    without = interrupted(handler=False)
    asked = interrupted(signal="SIGTERM")
    for play in (again, with_restart, without, asked):
        if play is not again:
            play.leaves(P0, 1)
        assert EINTR not in ids(play)


def test_recv_error_that_ends_the_process() -> None:
    """exit after a failed recv closes what others are served with."""
    play = Play()
    for client in (1, 2):
        play.accepts(client, 3 + client)
        play.thread(P0, 200 + client)
        play.recv(200 + client, 3 + client)
    failed = play.fails(201, "recvfrom", "ECONNRESET", 4, None, 100, None, None, None)
    call = play.begin(201, "exit_group", 1).seq
    for tid in (202, 201, P0):
        play.exit(tid, call=False)
    assert sentence(play, RECV) == (
        f"recvfrom fails on connection #1 with ECONNRESET (event {failed}), and T1 ends the whole "
        f"process (event {call}): that closes connection #2 and the listening socket."
    )


def test_recv_error_that_costs_its_connection_only() -> None:
    """After the error the server closes, and serves the next client."""
    play = Play()
    play.accepts(1)
    play.fails(P0, "recvfrom", "ECONNRESET", 4, None, 100, None, None, None)
    play.close(P0, 4)
    play.accepts(2)
    play.serve(P0)
    play.leaves(P0, 1)
    assert RECV not in ids(play)


def test_recv_error_that_ends_a_child_of_its_own() -> None:
    """A process that serves only this client may end with it."""
    play = Play()
    play.accepts(1)
    play.fork(P0, 101)
    play.close(P0, 4)
    play.fails(101, "recvfrom", "ECONNRESET", 4, None, 100, None, None, None)
    play.leaves(101, 1)
    play.wait(101)
    play.waits()
    assert RECV not in ids(play)


def test_status_that_tells_of_no_error() -> None:
    """A server that ends with status 0 after a reset may have been meant to."""
    play = Play()
    play.accepts(1)
    play.fails(P0, "recvfrom", "ECONNRESET", 4, None, 100, None, None, None)
    play.leaves(P0, 0)
    assert RECV not in ids(play)


def test_recv_that_has_to_wait_is_no_error() -> None:
    """EAGAIN tells that there is nothing yet."""
    play = Play()
    play.accepts(1)
    play.again(P0, 4)
    play.leaves(P0, 1)
    assert RECV not in ids(play)


def sending(*, flags: str | None = None, child: bool = False, program: bool = False,
            first: str | None = None) -> Play:  # fmt: skip
    """A server that echoes, in a child or not, after a sigaction or not."""
    play = Play()
    if first:
        play.handles("SIGPIPE", first)
    play.accepts(1)
    if child:
        play.fork(P0, 101)
    if program:
        play.execute(101)
    play.echo(101 if child else P0, flags=flags)
    return play


def test_send_that_sigpipe_may_end() -> None:
    """No flag, no disposition: the default ends the process."""
    assert sentence(sending(), POSSIBLE) == (
        "P0 calls sendto without MSG_NOSIGNAL (event 7), and SIGPIPE has its default action, which "
        "ends the process."
    )
    assert POSSIBLE in ids(sending(first="SIG_DFL"))
    assert POSSIBLE in ids(sending(first="function", child=True, program=True))


def test_send_that_sigpipe_cannot_end() -> None:
    """MSG_NOSIGNAL, or SIGPIPE ignored or handled: by the process, its parent, or before exec."""
    safe = [
        sending(flags="MSG_NOSIGNAL|MSG_DONTWAIT"),
        sending(first="SIG_IGN"),
        sending(first="function"),
        sending(first="SIG_IGN", child=True),
        sending(first="function", child=True),
        sending(first="SIG_IGN", child=True, program=True),
    ]
    for play in safe:
        assert POSSIBLE not in ids(play)


def test_write_to_what_is_no_connection() -> None:
    """A log or standard output brings no SIGPIPE of a client."""
    play = Play()
    play.call(P0, "write", 1, None, 5, result=5)
    assert ids(play) == set()


def test_process_that_sigpipe_ends() -> None:
    """The send, the signal and the end are told, and that it could happen is not said again."""
    play = connected()
    play.send(P0, 4, flags=None, errno="EPIPE", sent=-1)
    play.signal(P0, "SIGPIPE")
    play.leaves(P0, signal="SIGPIPE")
    assert sentence(play, KILLS) == (
        "P0 calls sendto on connection #1, whose client is gone (event 7): SIGPIPE (event 8) ends "
        "P0 (event 9)."
    )
    assert POSSIBLE not in ids(play)


def test_sigpipe_of_a_pipe() -> None:
    """A broken pipe that is no connection is no client that is gone."""
    play = connected()
    play.fails(P0, "write", "EPIPE", 1, None, 5)
    play.signal(P0, "SIGPIPE")
    play.leaves(P0, signal="SIGPIPE")
    assert KILLS not in ids(play)
