"""Findings about threads: those that nobody joins, and those that read their argument too late."""

from msgspec.structs import replace
from play import P0, Play, cut, early, ids, sentence

from echotrace.trace import Trace
from tracebuilder import HEADER, THREAD

ENDLESS = "thread-neither-joined-nor-detached"
RACE = "argument-race"


def served(play: Play, client: int, stack: str, *, ends: bool = True) -> int:
    """A client is served by a thread with a stack; the thread's number."""
    tid = 200 + client
    play.accepts(client)
    play.thread_with(tid, stack)
    play.serve(tid)
    if ends:
        play.exit(tid)
    return tid


def test_stack_that_is_not_used_again() -> None:
    """A thread has ended, and the next gets another stack: nobody joined the first."""
    play = Play()
    for client, stack in ((1, "0xa000"), (2, "0xb000")):
        served(play, client, stack)
    assert sentence(play, ENDLESS) == (
        "T1 has ended (event 12), and its stack is not free for T2 (event 15) nor later: nobody "
        "has joined T1, and it is not detached."
    )


def test_stack_that_is_used_again() -> None:
    """A detached or joined thread's stack goes to the next one."""
    play = Play()
    for client in (1, 2, 3):
        served(play, client, "0xa000")
    assert ids(play) == set()


def test_thread_that_is_joined_late() -> None:
    """A stack that a later thread gets was free then, though not yet for the next."""
    play = Play()
    for client, stack in ((1, "0xa000"), (2, "0xb000"), (3, "0xa000")):
        served(play, client, stack, ends=client != 2)
    assert ids(play) == set()


def test_thread_that_still_runs_needs_its_stack() -> None:
    """Threads at the same time have stacks of their own."""
    play = Play()
    for client, stack in ((1, "0xa000"), (2, "0xb000")):
        served(play, client, stack, ends=False)
    assert ids(play) == set()


def test_thread_that_ends_at_the_same_moment() -> None:
    """The kernel frees a stack just after the end: no client's step between, no finding."""
    play = Play()
    play.comes(1)
    play.comes(2)
    play.accept(P0, 4, port=50001)
    play.thread_with(201, "0xa000")
    play.serve(201)
    play.exit(201)
    play.accept(P0, 4, port=50002)
    play.thread_with(202, "0xb000")
    play.serve(202)
    assert ids(play) == set()


def test_stack_that_could_not_be_read() -> None:
    """Unknown stacks show nothing."""
    play = Play()
    for client in (1, 2):
        tid = 200 + client
        play.accepts(client)
        play.thread(P0, tid)
        play.serve(tid)
        play.exit(tid)
    assert ids(play) == set()


def test_other_libraries_keep_no_stacks() -> None:
    """What glibc does with stacks says nothing of another C library."""
    play = Play()
    for client, stack in ((1, "0xa000"), (2, "0xb000")):
        served(play, client, stack)
    trace = play.trace()
    assert ENDLESS in ids(trace)
    for other in (cut(play), early(play)):  # it may have joined them all yet
        assert ENDLESS not in ids(other)
    assert ENDLESS not in ids(Trace(replace(HEADER, libc="musl"), trace.records))


def test_each_process_has_its_own_stacks() -> None:
    """Threads of two processes have the same stacks, and nothing follows from that."""
    play = Play()
    served(play, 1, "0xa000")
    play.fork(P0, 50)
    play.accepts(2, tid=50)
    play.thread_with(202, "0xb000", tid=50, pid=50)
    play.serve(202)
    assert ENDLESS not in ids(play)


def test_two_threads_on_one_connection() -> None:
    """Two threads work on the second connection, and the first has nobody."""
    play = Play()
    play.accepts(1, 4)
    play.thread(P0, 201)
    accept = play.accepts(2, 5)
    play.thread(P0, 202)
    one = play.recv(201, 5)
    other = play.recv(202, 5)
    text = sentence(play, RACE)
    assert text == (
        f"T1, made in event 6 for connection #1, works on #2 (event {one}), as T2 does (event "
        f"{other}), and nobody serves #1: T1 read its argument after #2 had been accepted (event "
        f"{accept})."
    )


def test_race_over_more_than_one_connection() -> None:
    """The unserved connection need not be the one just before."""
    play = Play()
    play.accepts(1, 4)
    play.thread(P0, 201)
    play.accepts(2, 5)
    play.thread(P0, 202)
    play.recv(202, 5)
    play.accepts(3, 6)
    play.thread(P0, 203)
    play.recv(201, 6)
    play.recv(203, 6)
    assert "T1, made in event 6 for connection #1, works on #3" in sentence(play, RACE)


def test_threads_that_share_work_are_no_race() -> None:
    """As long as every connection is served, threads may take any of them."""
    play = Play()
    play.accepts(1, 4)
    play.thread(P0, 201)
    play.accepts(2, 5)
    play.thread(P0, 202)
    play.recv(201, 5)
    play.recv(202, 4)
    assert ids(play) == set()


def test_connection_that_somebody_else_serves() -> None:
    """Two threads on one connection are no race as long as the other connection is served."""
    play = Play()
    play.accepts(1, 4)
    play.thread(P0, 201)
    play.accepts(2, 5)
    play.thread(P0, 202)
    play.recv(201, 5)
    play.recv(202, 5)
    play.recv(P0, 4)
    assert ids(play) == set()


def test_connection_that_waits_for_its_thread_is_no_race() -> None:
    """A thread that has not begun to serve may do so yet."""
    play = Play()
    play.accepts(1, 4)
    play.thread(P0, 201)
    play.accepts(2, 5)
    play.thread(P0, 202)
    play.recv(202, 5)
    assert ids(cut(play)) == ids(play) == set()


def test_stacks_that_are_no_addresses() -> None:
    """Whatever a damaged trace says of a stack, nothing raises and nothing is found."""
    play = Play()
    for number, stack in enumerate(([1], {"a": 1}, True, 7, None)):
        play.accepts(number + 1, fd=4 + number)
        begun = play.begin(P0, "clone3", flags="|".join(THREAD), stack=stack)
        play.task(100 + number, pid=P0, parent=P0, flags=THREAD)
        play.end(begun, 100 + number)
        play.exit(100 + number, call=False)
    assert "thread-neither-joined-nor-detached" not in ids(play)
