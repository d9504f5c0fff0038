"""Findings about descriptors that are closed twice, used after their close, or never closed."""

import pytest
from play import P0, Play, cut, early, found, ids, sentence

TWICE, AFTER = "closed-twice", "used-after-close"
NEVER, AT_EXIT = "descriptor-never-closed", "descriptor-open-at-exit"


def threaded(play: Play, client: int, fd: int = 4) -> int:
    """A client is accepted and given to a thread; the thread's number."""
    play.accepts(client, fd)
    play.thread(P0, 200 + client)
    return 200 + client


def test_close_of_what_the_same_task_had_closed() -> None:
    """The second close of a number fails with EBADF: both are told."""
    play = Play()
    tid = threaded(play, 1)
    play.serve(tid)
    play.close(tid, 4, "EBADF")
    assert sentence(play, TWICE) == (
        "T1 closes fd 4 again (event 11), which it had closed (event 10): the kernel answers EBADF."
    )
    assert ids(play) == {TWICE}


def test_close_of_what_another_thread_had_closed() -> None:
    """Who closed first is named, if it was another thread."""
    play = Play()
    tid = threaded(play, 1)
    play.serve(tid)
    play.close(P0, 4, "EBADF")
    assert "P0 closes fd 4 again" in sentence(play, TWICE)
    assert "which T1 had closed" in sentence(play, TWICE)


def test_number_that_was_given_again_is_closed_rightly() -> None:
    """A number that accept returned again is open again."""
    play = Play()
    for client in (1, 2, 3):
        play.serve(threaded(play, client))
    assert ids(play) == set()


def test_recv_on_a_closed_number() -> None:
    """A recv that fails with EBADF on a number that was closed is a use after close."""
    play = Play()
    tid = threaded(play, 1)
    play.close(P0, 4)
    play.fails(tid, "recvfrom", "EBADF", 4, None, 100, None, None, None)
    assert sentence(play, AFTER) == (
        "T1 calls recvfrom with fd 4 (event 8), which P0 had closed (event 7): the kernel answers "
        "EBADF."
    )


def test_close_is_judged_by_time_not_by_number() -> None:
    """An accept that began before the use and returned after it had not yet made the number."""
    play = Play()
    tid = threaded(play, 1)
    play.close(P0, 4)
    waiting = play.begin(P0, "accept", 3, None, None)
    play.fails(tid, "recvfrom", "EBADF", 4, None, 100, None, None, None)
    play.end(waiting, 4)
    assert found(play, AFTER)


def test_number_closed_by_dup2_or_a_range() -> None:
    """dup2 closes what was at its number, close_range what is in its range."""
    for name, values in (("dup2", (0, 4)), ("close_range", (4, 10, 0))):
        play = Play()
        tid = threaded(play, 1)
        play.call(P0, name, *values, result=4 if name == "dup2" else 0)
        if name == "dup2":
            play.close(P0, 4)
        play.fails(tid, "recvfrom", "EBADF", 4, None, 100, None, None, None)
        assert AFTER in ids(play)


def test_dup2_closes_its_second_number_only() -> None:
    """What was duplicated is still open: EBADF on it has no close before."""
    play = Play()
    threaded(play, 1, 5)
    play.call(P0, "dup2", 0, 5, result=5)
    play.close(P0, 0, "EBADF")
    assert TWICE not in ids(play)


def test_number_that_was_never_open() -> None:
    """EBADF on a number that nobody had opened or closed is no second close."""
    play = Play()
    for fd in (77, -1):
        play.close(P0, fd, "EBADF")
    assert ids(play) == set()


def test_daemon_that_closes_all_there_may_be() -> None:
    """A sweep over all numbers hits some that were closed before: that is what it is for."""
    play = Play(listens=False)
    for fd in (3, 6):
        play.call(P0, "openat", "AT_FDCWD", "/etc/hosts", "O_RDONLY", 0, result=fd)
        play.close(P0, fd)
    for fd in range(3, 20):
        play.close(P0, fd, "EBADF")
    assert ids(play) == set()


def test_question_whether_a_number_is_open() -> None:
    """fcntl and fstat on a closed number ask; they are no use."""
    play = Play()
    play.serve(threaded(play, 1))
    play.fails(P0, "fcntl", "EBADF", 4, "F_GETFD", 0)
    play.fails(P0, "fstat", "EBADF", 4, None)
    assert ids(play) == set()


def test_childs_table_is_its_own() -> None:
    """A number that the parent closed is still open in the child, and the other way round."""
    play = Play()
    play.accepts(1)
    play.fork(P0, 101)
    play.close(P0, 4)
    play.close(101, 3)
    play.serve(101)
    play.close(P0, 4, "EBADF")
    assert "P0 closes fd 4 again (event 13), which it had closed" in sentence(play, TWICE)


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
