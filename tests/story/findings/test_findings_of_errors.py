"""Findings about errors: failed accepts and recvs, and signals that interrupt."""

from play import P0, Play, found, ids, sentence

UNCHECKED = "accept-unchecked"
EINTR, RECV = "eintr-on-accept-ends-server", "recv-error-ends-all"


def test_failed_accept_that_is_used() -> None:
    """recv on -1 after a failed accept shows that nobody looked at the result."""
    play = Play()
    failed = play.fails(P0, "accept", "EMFILE", 3, None, None)
    use = play.fails(P0, "recvfrom", "EBADF", -1, None, 100, None, None, None)
    assert sentence(play, UNCHECKED) == (
        f"accept fails with EMFILE (event {failed}), and P0 calls recv with fd -1 as if there "
        f"were a connection (event {use})."
    )


def test_failed_accept_that_a_child_uses() -> None:
    """The child that is forked for the connection that is none shows it too."""
    play = Play()
    play.fails(P0, "accept", "EMFILE", 3, None, None)
    play.fork(P0, 101)
    play.fails(101, "recvfrom", "EBADF", -1, None, 100, None, None, None)
    play.waits()
    assert "P1 calls recv with fd -1" in sentence(play, UNCHECKED)


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


def test_event_loop_that_has_accepted_all() -> None:
    """EAGAIN ends the round of accepts; what the loop closes later has nothing to do with it."""
    play = Play()
    play.fails(P0, "accept", "EAGAIN", 3, None, None)
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
        f"recv fails on connection #1 with ECONNRESET (event {failed}), and T1 ends the whole "
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
