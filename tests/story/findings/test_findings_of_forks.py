"""Findings about fork: who keeps a connection or the listening socket, who waits for whom."""

from play import P0, Play, cut, early, found, ids, sentence

LEAK = "connection-leaked-by-parent"
KEEPS = "child-keeps-listening-socket"
ZOMBIE = "child-never-reaped"


def forked(play: Play, client: int, *, parent_closes: bool = True, child_closes: bool = True,
           fd: int = 4) -> int:  # fmt: skip
    """A client is accepted and served by a child, which ends; the child's number."""
    child = 100 + client
    play.accepts(client, fd)
    play.fork(P0, child)
    if parent_closes:
        play.close(P0, fd)
    if child_closes:
        play.close(child, 3)
    play.serve(child, fd)
    play.leaves(child)
    return child


def test_fork_server_as_it_should_be() -> None:
    """Parent and child close what they do not need, and the parent waits for its children."""
    play = Play()
    for client in (1, 2):
        play.wait(forked(play, client))
    play.waits()
    assert ids(play) == set()


def test_parent_that_leaks_every_connection() -> None:
    """The first leak is told with its proof, the others are counted."""
    play = Play()
    for client in (1, 2):
        play.wait(forked(play, client, parent_closes=False, fd=3 + client))
    play.waits()
    assert sentence(play, LEAK) == (
        "P0 forks (event 6) and goes on (event 16) without closing its copy of fd 4: when P1 gives "
        "up connection #1 (event 11), P0 still holds it. So it is with 2 connections."
    )


def test_parent_that_closes_late_is_no_leak() -> None:
    """Whoever closes when the next client comes may be about to close the last one too."""
    play = Play()
    play.accepts(1, 4)
    play.fork(P0, 101)
    play.close(101, 3)
    play.serve(101, 4)
    play.leaves(101)
    play.wait(101)
    play.accepts(2, 5)
    play.close(P0, 4)  # as Python does when the variable gets its next value
    play.fork(P0, 102)
    play.close(102, 3)
    play.serve(102, 5)
    play.leaves(102)
    play.wait(102)
    play.waits()
    assert ids(play) == set()


def test_late_closer_that_forgot_one_leaks() -> None:
    """A connection that is still open when yet another client was accepted is leaked."""
    play = Play()
    for client in (1, 2, 3):
        play.wait(forked(play, client, parent_closes=False, fd=3 + client))
        if client == 2:
            play.close(P0, 4)
    play.waits()
    assert "fd 5" in sentence(play, LEAK)


def test_parent_that_had_no_time_to_close_leaks_nothing() -> None:
    """In a trace that ends before the parent goes on, nothing can be said of it."""
    play = Play()
    forked(play, 1, parent_closes=False)
    assert LEAK not in ids(cut(play))
    assert LEAK not in ids(play)


def test_leak_shows_although_a_later_child_has_a_copy_too() -> None:
    """A child that is forked meanwhile inherits the leaked descriptor: the leak is the parent's."""
    play = Play()
    forked(play, 1, parent_closes=False)
    play.accepts(2, 5)
    play.fork(P0, 102)
    play.recv(102, 5)
    play.waits()
    assert found(play, LEAK)


def test_child_that_keeps_the_listening_socket() -> None:
    """A child that served a client and has the listening socket at its end kept it for nothing."""
    play = Play()
    for client in (1, 2):
        play.wait(forked(play, client, child_closes=False))
    assert sentence(play, KEEPS) == (
        "P1, forked in event 6, keeps its copy of the listening socket, fd 3, until it ends "
        "(event 13), and never calls accept. So it is with 2 children."
    )


def test_child_that_accepts_needs_the_listening_socket() -> None:
    """A child that accepts itself, or waits for clients, has the listening socket rightly."""
    for name, values in (
        ("accept", (3, None, None)),
        ("poll", ([{"fd": 3, "events": "POLLIN"}, {"fd": 4, "events": "POLLIN"}], 2, 0)),
        ("select", (5, [3, 4], None, None, None)),
    ):
        play = Play()
        play.accepts(1)
        play.fork(P0, 101)
        play.close(P0, 4)
        play.serve(101)
        play.fails(101, name, "EAGAIN", *values)
        play.leaves(101)
        assert KEEPS not in ids(play)


def test_child_that_waits_for_its_own_client_only() -> None:
    """poll on the connection alone is no use of the listening socket."""
    play = Play()
    play.accepts(1)
    play.fork(P0, 101)
    play.close(P0, 4)
    play.call(101, "poll", [{"fd": 4, "events": "POLLIN"}], 1, -1, result=1)
    play.serve(101)
    play.leaves(101)
    assert found(play, KEEPS)


def test_epoll_of_a_child_watches_what_was_added() -> None:
    """A worker that has the listening socket in its interest list uses it."""
    play = Play()
    play.accepts(1)
    play.fork(P0, 101)
    play.close(P0, 4)
    play.call(101, "epoll_create1", 0, result=9)
    play.call(101, "epoll_ctl", 9, "EPOLL_CTL_ADD", 3, {"events": "EPOLLIN", "data": 3})
    play.serve(101)
    play.call(101, "epoll_wait", 9, [], 1, 0, result=0)
    play.leaves(101)
    assert KEEPS not in ids(play)


def test_children_that_nobody_waits_for() -> None:
    """Zombies of a parent that never calls wait are named, three of them at most."""
    play = Play()
    for client in (1, 2, 3, 4):
        forked(play, client)
    play.waits()
    text = sentence(play, ZOMBIE)
    assert text.startswith("P0 never waits for its children, which leaves 4 zombies at the end")
    assert text.endswith("P1 (event 14), P2 (event 25), P3 (event 36) and others.")
    for trace in (cut(play), early(play)):  # it may have waited yet
        assert ZOMBIE not in ids(trace)


def test_parent_that_waits_now_and_then() -> None:
    """A parent that asks with WNOHANG at times may have left the last children for later."""
    play = Play()
    forked(play, 1)
    play.call(P0, "wait4", -1, None, "WNOHANG", None, result=0)
    forked(play, 2)
    play.waits()
    assert ZOMBIE not in ids(play)


def test_ignored_sigchld_leaves_no_zombies() -> None:
    """With SIGCHLD ignored, or SA_NOCLDWAIT, the kernel reaps."""
    for handler, flags in (("SIG_IGN", ""), ("function", "SA_NOCLDWAIT")):
        play = Play()
        play.handles("SIGCHLD", handler, flags)
        forked(play, 1)
        assert ids(play) == set()


def test_parent_that_has_ended_leaves_its_zombies_to_init() -> None:
    """Children of a parent that is gone are nobody's zombies."""
    play = Play()
    forked(play, 1)
    play.leaves(P0, 1)
    assert ZOMBIE not in ids(play)


def test_zombies_of_a_trace_that_is_cut_off() -> None:
    """Where the trace has no end, the parent might have waited later."""
    play = Play()
    play.accepts(1)
    play.fork(P0, 101)
    play.call(P0, "close", 4)
    play.exit(101)
    play.waits()
    assert "child-never-reaped" in ids(play)
    assert "child-never-reaped" not in ids(cut(play))
