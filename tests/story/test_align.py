"""Alignment of two connections: the fewest gaps, nothing lost, the same seen from both sides."""

import re

from hypothesis import given
from hypothesis import strategies as st

from echotrace.servers import traces_dir
from echotrace.story.align import (
    DIFFERENT,
    LEFT_ONLY,
    RIGHT_ONLY,
    SAME,
    Alignment,
    align,
)
from echotrace.story.course import steps
from echotrace.story.nouns import Story
from echotrace.story.reasons import reasons
from echotrace.story.replay import replay
from echotrace.tracefile import load
from tracebuilder import TraceBuilder

_MIRROR = {SAME: SAME, DIFFERENT: DIFFERENT, LEFT_ONLY: RIGHT_ONLY, RIGHT_ONLY: LEFT_ONLY}
_calls = st.lists(st.sampled_from(["recvfrom", "sendto", "read", "shutdown", "close"]), max_size=12)


def _stored(name: str) -> Story:
    return replay(load(traces_dir() / f"{name}-interleaved.jsonl"))


def _story(calls: list[str]) -> Story:
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    for name in calls:
        moved = 5 if name in ("recvfrom", "sendto", "read") else 0
        b.call(10, name, 4, result=moved, data="hello" if moved else None)
    return replay(b.trace())


def _marks(alignment: Alignment) -> list[str]:
    return [pair.mark for pair in alignment.pairs]


@given(_calls, _calls)
def test_nothing_is_lost(one: list[str], other: list[str]) -> None:
    """Dropping the gaps of either side gives back its calls, in order."""
    left, right = _story(one), _story(other)
    (alignment,) = align(left, right)
    for story, side in ((left, "left"), (right, "right")):
        events = [getattr(pair, side) for pair in alignment.pairs if getattr(pair, side)]
        assert events == [step.event for step in steps(story, story.connections[0])]


@given(_calls)
def test_same_has_no_difference(calls: list[str]) -> None:
    """A connection against itself has only equal rows."""
    story = _story(calls)
    (alignment,) = align(story, story)
    assert set(_marks(alignment)) == {SAME}


@given(_calls, _calls)
def test_reversed_is_the_mirror(one: list[str], other: list[str]) -> None:
    """Seen from the other side there are as many gaps, on the other side."""
    left, right = _story(one), _story(other)
    (there,), (back,) = align(left, right), align(right, left)
    assert sorted(_MIRROR[mark] for mark in _marks(there)) == sorted(_marks(back))


def test_variants_of_a_call_stand_on_one_row() -> None:
    """recv against read is one logical event, and different."""
    (alignment,) = align(_story(["recvfrom"]), _story(["read"]))
    assert _marks(alignment) == [SAME, DIFFERENT]


def test_fork_against_thread_differs_where_it_must() -> None:
    """Per connection: spawn and exit differ, the parent's close and shutdown are fork's alone."""
    for alignment in align(_stored("fork"), _stored("thread")):
        found = [
            (pair.mark, getattr((pair.left or pair.right).record, "name", ""))  # type: ignore[union-attr]
            for pair in alignment.pairs
        ]
        assert found == [
            (SAME, "accept"), (DIFFERENT, "clone"), (LEFT_ONLY, "close"), (SAME, "recvfrom"),
            (SAME, "sendto"), (SAME, "recvfrom"), (LEFT_ONLY, "shutdown"), (SAME, "close"),
            (DIFFERENT, "exit_group"),
        ]  # fmt: skip


def _rows(alignment: Alignment) -> list[tuple[str, str, str]]:
    """Section, mark and name of each row's call."""
    return [
        (pair.section, pair.mark, getattr((pair.left or pair.right).record, "name", ""))  # type: ignore[union-attr]
        for pair in alignment.pairs
    ]


def test_who_accepts_and_serves_stands_beside_who_only_serves() -> None:
    """recv and send of `iterative` stand beside those of fork's child, and close beside its."""
    for alignment in align(_stored("iterative"), _stored("fork")):
        assert _rows(alignment) == [
            ("accept", SAME, "accept"), ("hand-off", RIGHT_ONLY, "clone"),
            ("hand-off", RIGHT_ONLY, "close"), ("echo", SAME, "recvfrom"),
            ("echo", DIFFERENT, "sendto"), ("end", SAME, "recvfrom"),
            ("end", RIGHT_ONLY, "shutdown"), ("end", SAME, "close"),
            ("exit", RIGHT_ONLY, "exit_group"),
        ]  # fmt: skip


def test_waits_stand_with_the_connection_that_they_found_ready() -> None:
    """select and poll stand on one row, in the section of the call that they lead to."""
    for alignment in align(_stored("select"), _stored("poll")):
        assert _rows(alignment) == [
            ("accept", DIFFERENT, "pselect6"), ("accept", SAME, "accept"),
            ("echo", DIFFERENT, "pselect6"), ("echo", SAME, "recvfrom"), ("echo", SAME, "sendto"),
            ("end", DIFFERENT, "pselect6"), ("end", SAME, "recvfrom"), ("end", SAME, "close"),
        ]  # fmt: skip


def test_wait_for_an_accept_is_the_last_before_it() -> None:
    """Of the waits that found the listening socket ready, an accept is shown with its own."""
    first, second = _stored("epoll").connections
    found = [steps(_stored("epoll"), connection)[0].event for connection in (first, second)]
    assert [event.woken_by for event in found] == [
        next(e.seq for e in _stored("epoll").events if e.actor == client) for client in ("C1", "C2")
    ]


def _reasons(one: str, other: str) -> list[str]:
    left, right = _stored(one), _stored(other)
    return reasons(left, right, align(left, right))


def test_reasons_say_who_serves_and_who_waits_for_a_turn() -> None:
    """fork hands over what iterative serves itself; iterative lets the second client wait."""
    made, turn, *_ = _reasons("iterative", "fork")
    assert "makes a process, P1" in made
    assert "on the other side P0, which accepted the connection, serves it too" in made
    assert re.match(
        r"C2 connects \(event \d+\) and waits in the accept queue, since P0 still serves #1, until "
        r"accept takes it \(event \d+ of iterative\); on the other side P0 serves nobody",
        turn,
    )
    assert _reasons("fork", "iterative")[1] == turn
    assert not any("accept queue" in told for told in _reasons("fork", "select"))


def test_reasons_say_what_is_waited_for() -> None:
    """A wait for all is told from a wait for one, and the list passed from the list kept."""
    assert any(
        re.match(r"P0 waits in select \(.*; on the other side T1 waits in recv \(.*alone", told)
        for told in _reasons("thread", "select")
    )
    (told,) = _reasons("poll", "epoll")
    assert re.fullmatch(
        r"poll is passed a list of descriptors with each call \(event \d+ of poll\); epoll_wait is "
        r"passed no list: the kernel keeps it from one call to the next \(event \d+ of epoll\)",
        told,
    )


def test_reasons_name_their_events() -> None:
    """Each reason names the events that show it, of the side where they are."""
    fork, thread = _stored("fork"), _stored("thread")
    alignment = align(fork, thread)[0]
    told = reasons(fork, thread, [alignment])
    assert len(told) == 4
    for sentence in told:
        assert "event" in sentence
    spawn = next(p for p in alignment.pairs if p.section == "hand-off" and p.mark == DIFFERENT)
    assert spawn.left is not None
    assert spawn.right is not None
    assert f"event {spawn.left.seq} of fork" in told[0]
    assert f"event {spawn.right.seq} of thread" in told[0]
    assert "process, P1" in told[0]
    assert "thread, T1" in told[0]


def test_reasons_of_a_server_against_itself_are_none() -> None:
    """Where nothing differs there is nothing to explain."""
    fork = _stored("fork")
    assert reasons(fork, fork, align(fork, fork)) == []


def test_connection_without_counterpart_stands_alone() -> None:
    """A client that only one side served is shown with the other side empty."""
    b = TraceBuilder()
    b.server()
    none = replay(b.trace())
    (alignment,) = align(_story(["recvfrom"]), none)
    assert alignment.right is None
    assert set(_marks(alignment)) == {LEFT_ONLY}
