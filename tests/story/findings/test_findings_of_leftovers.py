"""Findings about descriptors that nobody closes."""

import pytest
from play import P0, Play, cut, early, found, ids, sentence
from test_findings_of_descriptors import threaded

NEVER, AT_EXIT = "descriptor-never-closed", "descriptor-open-at-exit"


@pytest.mark.parametrize("end", ["recv 0", "ECONNRESET"])
def test_connection_that_is_never_closed(end: str) -> None:
    """A server that was told the end of a connection and lives on with it loses a descriptor."""
    play = Play()
    for client in (1, 2):
        tid = threaded(play, client, 3 + client)
        if end == "recv 0":
            play.echo(tid, 3 + client)
        else:
            play.fails(tid, "recvfrom", end, 3 + client, None, 100, None, None, None)
    text = sentence(play, NEVER)
    assert text.startswith("T1 is told the end of connection #1 (event ")
    assert text.endswith("fd 4 is still open at the end of the trace. 2 descriptors in all.")


def test_connection_of_a_trace_that_ends_early_may_be_closed_later() -> None:
    """Where the recording ended before its script, what is open says nothing."""
    play = Play()
    play.echo(threaded(play, 1))
    assert found(play, NEVER)
    assert NEVER not in ids(cut(play))
    assert NEVER not in ids(early(play))


def test_connection_whose_client_is_still_there() -> None:
    """A connection that has not ended is rightly open."""
    play = Play()
    tid = threaded(play, 1)
    play.recv(tid, 4)
    play.send(tid, 4)
    assert ids(play) == set()


def test_file_that_is_opened_for_every_client() -> None:
    """What is opened after each accept, and open when the clients have gone, is lost."""
    play = Play()
    for client in (1, 2):
        play.accepts(client)
        play.call(P0, "openat", "AT_FDCWD", "log", "O_WRONLY", 0, result=10 + client)
        play.serve(P0)
    trace = play.trace()
    assert NEVER in ids(trace)


def test_file_that_is_opened_once() -> None:
    """What only the first client brought about, such as a log, may be meant to stay."""
    play = Play()
    for client in (1, 2):
        play.accepts(client)
        if client == 1:
            play.call(P0, "openat", "AT_FDCWD", "log", "O_WRONLY", 0, result=10)
        play.serve(P0)
    assert ids(play) == set()


def test_child_that_leaves_its_connection_to_the_kernel() -> None:
    """An orderly end with the connection open is a note; after an error it is nothing."""
    for status in (0, 1):
        play = Play()
        play.accepts(1)
        play.fork(P0, 101)
        play.close(P0, 4)
        play.close(101, 3)
        play.echo(101)
        play.leaves(101, status)
        play.wait(101)
        assert (found(play, AT_EXIT) is not None) == (status == 0)


def test_childs_copy_of_what_it_never_used_is_no_finding() -> None:
    """What a child inherited, and did not use, its parent answers for."""
    play = Play()
    play.accepts(1)
    play.fork(P0, 101)
    play.leaves(101)
    play.serve(P0)
    play.wait(101)
    assert ids(play) == set()


def test_last_connection_that_a_variable_still_holds() -> None:
    """A descriptor that waits for the next accept to be let go is not one for each client."""
    play = Play()
    for client in (1, 2, 3):
        play.accepts(client)
        play.recv(P0, 4, 0)
        if client < 3:
            play.close(P0, 4)
    play.waits()
    assert "descriptor-never-closed" not in ids(play)
