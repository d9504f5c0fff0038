"""Findings about descriptors that are closed twice, or used after their close."""

from play import P0, Play, found, ids, sentence

TWICE, AFTER = "closed-twice", "used-after-close"


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
        "T1 calls recv with fd 4 (event 8), which P0 had closed (event 7): the kernel answers "
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


def test_bad_number_beside_one_that_is_open_again() -> None:
    """epoll_ctl fails with EBADF for its second number: the first is open, though once closed."""
    play = Play()
    play.serve(threaded(play, 1, 9), 9)
    play.call(P0, "epoll_create1", 0, result=9)
    play.fails(P0, "epoll_ctl", "EBADF", 9, "EPOLL_CTL_ADD", 77, None)
    assert ids(play) == set()


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
