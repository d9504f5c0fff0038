"""What no rule knows is told too: from small stories, each with one thing that differs."""

from collections.abc import Callable

import pytest

from echotrace.story.compare.compare import compare
from echotrace.story.compare.nouns import Difference
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from tracebuilder import TraceBuilder

_Does = Callable[[TraceBuilder], object]


def _story(*does: _Does, clients: int = 1) -> Story:
    """P0 accepts, and does what is said."""
    b = TraceBuilder()
    b.server()
    for client in range(1, clients + 1):
        b.client(client, "connect", local=f"127.0.0.1:{50000 + client}")
        b.accept(10, 3 + client, port=50000 + client)
    for each in does:
        each(b)
    return replay(b.trace())


def _told(one: Story, other: Story) -> list[Difference]:
    return list(compare([one, other]).differences[0])


def _close(b: TraceBuilder) -> None:
    b.call(10, "close", 4)


def _close_again(b: TraceBuilder) -> None:
    b.call(10, "close", 4, errno="EBADF")


def _recv(b: TraceBuilder) -> None:
    b.call(10, "recvfrom", 4, None, 100, 0, result=5, data="hello")


def _reset(b: TraceBuilder) -> None:
    b.call(10, "recvfrom", 4, None, 100, 0, errno="ECONNRESET")


def _waits(b: TraceBuilder) -> None:
    b.begin(10, "recvfrom", 4, None, 100, 0)


def _name(b: TraceBuilder) -> None:
    b.call(10, "getpeername", 4)


def _read(b: TraceBuilder) -> None:
    b.call(10, "read", 4, None, 100, result=5, data="hello")


def _peek(b: TraceBuilder) -> None:
    b.call(10, "recvfrom", 4, None, 100, "MSG_PEEK", result=5, data="hello")


@pytest.mark.parametrize(
    ("one", "other", "kind", "sentence"),
    [
        (
            (_close, _close_again), (_close,), "extra-call",
            ("P0's close on fd 4 fails with EBADF: P0 has closed fd 4 (event 6) (event 7 of test:c "
            "A); of such calls on #1 test:c A makes 2, test:c B 1"),
        ),
        (
            (_name, _recv), (_recv,), "name-asked",
            ("test:c A calls getpeername on the new connection (event 6 of test:c A): it asks for "
            "the client's address; test:c B does not ask (event 5 of test:c B)"),
        ),
        (
            (_reset,), (_recv,), "outcome",
            ("P0's recv on fd 4 (#1) fails with ECONNRESET: C1 has reset the connection (event "
            "6 of test:c A); P0 receives 5 bytes on fd 4 (#1): all that has arrived (event 6 of "
            "test:c B)"),
        ),
        (
            (_read,), (_recv,), "variant",
            ("P0 calls read (event 6 of test:c A); P0 calls recv (event 6 of test:c B): either "
            "takes bytes that have arrived, or waits for some"),
        ),
        (
            (_peek,), (_recv,), "flags",
            ("P0 calls recv with MSG_PEEK (event 6 of test:c A); P0 calls recv without (event 6 of "
            "test:c B): the bytes stay to be received again; without it it takes them away"),
        ),
    ],
)  # fmt: skip
def test_one_thing_that_differs_has_one_sentence(
    one: tuple[_Does, ...], other: tuple[_Does, ...], kind: str, sentence: str
) -> None:
    """A call more, another outcome, another call for the same, another flag."""
    (told,) = _told(_story(*one), _story(*other))
    assert (told.kind, told.sentence) == (kind, sentence)


def test_alike_rows_are_told_once() -> None:
    """Ten names asked for are one sentence, and not ten."""
    found = _told(_story(*[_close_again] * 10, _close), _story(_close))
    assert [each.kind for each in found] == ["extra-call"]


def test_connection_that_one_side_lacks_is_named() -> None:
    """The client that only one side served, with its events, and none of its rows again."""
    (told,) = _told(_story(_recv, clients=2), _story(_recv))
    assert (told.kind, told.sentence, told.events) == (
        "connection",
        (
            "test:c A serves #2 of C2 (event 7 of test:c A); test:c B has had no connection of "
            "that client"
        ),
        ((7,), ()),
    )


def test_step_that_has_moved_is_told_once_with_both_places() -> None:
    """Both rows of a step that stands elsewhere on the other side are one sentence."""
    found = _told(_story(_name, _recv), _story(_recv, _name))
    assert [(each.kind, each.sentence, each.events) for each in found] == [
        (
            "moved",
            (
                "P0 asks who the peer of fd 4 (#1) is (event 6 of test:c A); test:c B "
                "does the same at another place (event 7 of test:c B)"
            ),
            ((6,), (7,)),
        )
    ]


@pytest.mark.parametrize("first", [(), (_close_again,)])
def test_step_that_has_moved_hides_no_other(first: tuple[_Does, ...]) -> None:
    """A recv more is told, whichever number a step that has moved has on the other side."""
    found = _told(_story(*first, _recv, _name), _story(_name, _recv, _recv))
    told = [each.sentence for each in found if each.kind == "extra-call"]
    assert any("test:c B makes 2, test:c A 1" in sentence for sentence in told)
    assert "moved" in [each.kind for each in found]


def test_task_that_a_signal_ends_is_told() -> None:
    """A child killed by SIGPIPE, where the other one goes on."""

    def killed(b: TraceBuilder) -> None:
        b.fork(10, 20)
        b.call(20, "recvfrom", 4, None, 100, 0, result=5, data="hello")
        b.exit(20, call=False, by="SIGPIPE")

    def lives(b: TraceBuilder) -> None:
        b.fork(10, 20)
        b.call(20, "recvfrom", 4, None, 100, 0, result=5, data="hello")

    (told,) = _told(_story(killed), _story(lives))
    assert told.kind == "outcome"
    assert "SIGPIPE" in told.sentence
    assert told.sentence.endswith("no task of test:c B ends so")


def test_thread_that_ends_all_is_told_with_what_it_ends() -> None:
    """exit_group of a thread, with the ends of all tasks of its process."""

    def all_end(b: TraceBuilder) -> None:
        b.thread(10, 20)
        b.call(20, "recvfrom", 4, None, 100, 0, errno="ECONNRESET")
        b.exit(20)
        b.exit(10, call=False, by="SIGKILL")

    def one_ends(b: TraceBuilder) -> None:
        b.thread(10, 20)
        b.call(20, "recvfrom", 4, None, 100, 0, errno="ECONNRESET")
        b.begin(20, "exit", 0)

    found = _told(_story(all_end), _story(one_ends))
    assert "exit-of-all" in [each.kind for each in found]
    (told,) = [each for each in found if each.kind == "exit-of-all"]
    assert "ends P0 with all its threads, and every connection that they serve" in told.sentence
    assert all(told.events)


def test_what_waits_at_the_end_is_told() -> None:
    """A recv that never returns, against one that did."""
    found = _told(_story(_recv, _waits), _story(_recv))
    assert [each.kind for each in found] == ["extra-call"]
    assert "of such calls on #1 test:c A makes 2, test:c B 1" in found[0].sentence
