"""What is wrong on one side is told first, with its consequence from the state of the kernel."""

from collections.abc import Callable

from echotrace.servers import traces_dir
from echotrace.story.compare.compare import compare
from echotrace.story.compare.nouns import Difference, Mark
from echotrace.story.replay import replay
from echotrace.tracefile import load
from tracebuilder import TraceBuilder

_CLIENT = "127.0.0.1:50001"
_Does = Callable[[TraceBuilder], object]


def _told(one: _Does, other: _Does) -> tuple[Difference, ...]:
    stories = []
    for serves in (one, other):
        b = TraceBuilder()
        b.server()
        b.client(1, "connect", local=_CLIENT)
        b.accept(10, 4)
        serves(b)
        stories.append(replay(b.trace()))
    return compare(stories, names=("good", "bad")).differences[0]


def _answers(text: str, size: int = 5) -> _Does:
    def serves(b: TraceBuilder) -> None:
        b.client(1, "send", local=_CLIENT, text="hello")
        b.call(10, "recvfrom", 4, None, 100, 0, result=5, data="hello")
        b.call(10, "sendto", 4, None, size, 0, result=size, data=text)
        _ends(b)

    return serves


def _ends(b: TraceBuilder) -> None:
    b.client(1, "close", local=_CLIENT)
    b.call(10, "recvfrom", 4, None, 100, 0, result=0, data="")
    b.call(10, "close", 4)


def test_byte_that_never_comes_back_is_told_first() -> None:
    """How many bytes the server asks send for, of how many it received."""
    first = _told(_answers("hello"), _answers("hell", 4))[0]
    assert (first.kind, first.sentence) == (
        "echo",
        (
            "bad asks send for 4 of the 5 bytes it received (event 8 of bad); the last never comes "
            "back to C1; good sends what it receives (event 8 of good)"
        ),
    )


def test_other_bytes_are_shown_beside_what_was_sent() -> None:
    """Both texts, escaped."""
    first = _told(_answers("hello"), _answers("HE\0LO"))[0]
    assert first.sentence.startswith('C1 sent "hello", bad sends "HE\\x00LO" (event 8 of bad): no')


def test_both_flawed_alike_is_no_difference() -> None:
    """Two servers that change bytes in the same way do not differ in that."""
    assert _told(_answers("HELLO"), _answers("HELLO")) == ()


def _closes_at_once(b: TraceBuilder, taken: int = 5) -> None:
    b.client(1, "send", local=_CLIENT, text="hello")
    b.call(10, "recvfrom", 4, None, taken, 0, result=taken, data="hello"[:taken])
    b.call(10, "sendto", 4, None, taken, 0, result=taken, data="hello"[:taken])
    b.call(10, "close", 4)
    b.client(1, "close", local=_CLIENT)


def test_server_that_closes_first_is_told_with_its_time_wait() -> None:
    """Nobody waits for recv to return 0: the server's socket stays in TIME-WAIT (RFC 9293)."""
    first = _told(_answers("hello"), _closes_at_once)[0]
    assert (first.kind, first.sentence) == (
        "ends-first",
        (
            "P0 closes #1 without waiting for C1 to end its data (event 9 of bad), so the server "
            "closes first, and its socket is the one that stays in TIME-WAIT; in good P0's recv "
            "returns 0 first, for C1 has ended its data (event 10 of good)"
        ),
    )


def test_close_with_unread_bytes_tells_what_its_client_gets() -> None:
    """RFC 1122, 4.2.2.13; and how much was taken of what was sent."""
    told = _told(_answers("hello"), lambda b: _closes_at_once(b, 2))
    assert [each.kind for each in told[:2]] == ["reset", "ends-first"]
    assert told[0].sentence.startswith(
        "P0 closes #1 with 3 bytes not received, so the kernel sends a RST and no FIN, and C1 gets "
        "ECONNRESET (event 9 of bad)"
    )
    assert "TIME-WAIT" not in told[1].sentence
    (buffer,) = [each.sentence for each in told if each.kind == "buffer"]
    assert buffer.endswith(
        ": good takes 5 bytes of C1 in 1 call, bad takes 2 of 5 bytes of C1 in 1 call"
    )


def test_room_of_a_recv_that_is_called_once_says_nothing_of_longer_messages() -> None:
    """Only who calls recv again can take a message in several calls."""

    def other_room(b: TraceBuilder) -> None:
        b.client(1, "send", local=_CLIENT, text="hello")
        b.call(10, "recvfrom", 4, None, 50, 0, result=5, data="hello")
        b.call(10, "sendto", 4, None, 5, 0, result=5, data="hello")
        b.call(10, "close", 4)

    told = {each.kind: each.sentence for each in _told(_answers("hello"), other_room)}
    assert told["buffer"].endswith(": bad calls recv only once on #1")


def test_signal_that_ends_a_child_is_one_sentence_and_the_first() -> None:
    """The delivery, the end and the call that is not made are one thing."""

    def forked(b: TraceBuilder) -> None:
        b.fork(10, 20)
        b.call(10, "close", 4)
        b.client(1, "close", local=_CLIENT)
        b.call(20, "recvfrom", 4, None, 100, 0, result=0, data="")
        b.call(20, "close", 4)

    def lives(b: TraceBuilder) -> None:
        forked(b)
        b.exit(20)

    def crashes(b: TraceBuilder) -> None:
        forked(b)
        b.signal(20, "SIGSEGV")
        b.exit(20, call=False, by="SIGSEGV")

    (told,) = _told(lives, crashes)
    assert told.kind == "killed"
    assert told.sentence.startswith("P1 gets SIGSEGV: it used memory that is not its own, which")
    assert ", after close); in good P1 ends" in told.sentence


def test_thread_that_ends_all_is_told_first_and_marked() -> None:
    """exit_group of a thread is not the same as exit_group of a process of its own."""
    fork, thread = (
        replay(load(traces_dir() / f"{name}-reset.jsonl")) for name in ("fork", "thread")
    )
    compared = compare([fork, thread])
    assert compared.differences[0][0].kind == "exit-of-all"
    rows = [row for each in compared.alignments for row in each.rows if None not in row.steps]
    exits = [row for row in rows if all(step and step.key[0] == "exit" for step in row.steps)]
    assert exits
    assert all(row.mark(1) is Mark.DIFFERENT for row in exits)


def test_who_waits_for_all_descriptors_has_the_others_open() -> None:
    """epoll has #1 open while it accepts C2; fork's first process serves nobody."""
    stories = [
        replay(load(traces_dir() / f"{n}-silent.jsonl")) for n in ("iterative", "epoll", "fork")
    ]
    turns = [
        each.sentence
        for told in compare(stories).differences for each in told if each.kind == "turn"
    ]  # fmt: skip
    assert (
        "P0 has #1 open too, but waits for all its descriptors, not in #1's recv, so it" in turns[0]
    )
    assert "in fork P0 serves nobody else then" in turns[1]
