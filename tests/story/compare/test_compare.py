"""Comparison of stories: nothing lost, the same seen from both sides, steps where they belong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echotrace.servers import traces_dir
from echotrace.story.compare.compare import compare
from echotrace.story.compare.course import courses
from echotrace.story.compare.nouns import Alignment, Comparison, Mark
from echotrace.story.compare.steps import steps
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load
from random_stories import MIRROR
from tracebuilder import TraceBuilder

_calls = st.lists(st.sampled_from(["recvfrom", "sendto", "read", "shutdown", "close"]), max_size=12)


def _stored(name: str) -> Story:
    return replay(load(traces_dir() / f"{name}-interleaved.jsonl"))


def _compared(*names: str) -> Comparison:
    return compare([_stored(name) for name in names])


def _story(calls: list[str]) -> Story:
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    for name in calls:
        moved = 5 if name in ("recvfrom", "sendto", "read") else 0
        b.call(10, name, 4, result=moved, data="hello" if moved else None)
    return replay(b.trace())


def _connections(compared: Comparison) -> list[Alignment]:
    return [each for each in compared.alignments if each.kind == "connection"]


def _marks(alignment: Alignment) -> list[Mark]:
    return [row.mark(1) for row in alignment.rows]


def _rows(alignment: Alignment) -> list[tuple[str, Mark, str]]:
    """Section, mark and name of each row's call."""
    return [
        (row.section, row.mark(1), getattr(next(filter(None, row.steps)).event.record, "name", ""))
        for row in alignment.rows
    ]


@given(_calls, _calls)
def test_nothing_is_lost(one: list[str], other: list[str]) -> None:
    """Dropping the marks and gaps gives back both inputs."""
    stories = [_story(one), _story(other)]
    compared = compare(stories)
    for side, story in enumerate(stories):
        found = [each.events(side) for each in compared.alignments if each.events(side)]
        assert found == [tuple(s.event for s in course.steps) for course in courses(story)]


@given(_calls)
def test_same_has_no_difference(calls: list[str]) -> None:
    """A story against itself has only equal rows, and no difference."""
    story = _story(calls)
    compared = compare([story, story])
    assert compared.same
    assert compared.differences == ((),)


@given(_calls, _calls)
def test_reversed_is_the_mirror(one: list[str], other: list[str]) -> None:
    """Seen from the other side every row is its mirror image."""
    left, right = _story(one), _story(other)
    there, back = compare([left, right]), compare([right, left])
    for alignment, mirrored in zip(there.alignments, back.alignments, strict=True):
        assert [MIRROR[mark] for mark in _marks(alignment)] == _marks(mirrored)
        assert alignment.events(0) == mirrored.events(1)


def test_variants_of_a_call_stand_on_one_row() -> None:
    """recv against read is one logical event, and different."""
    (alignment,) = _connections(compare([_story(["recvfrom"]), _story(["read"])]))
    assert _marks(alignment) == [Mark.SAME, Mark.DIFFERENT]


def test_fork_against_thread_differs_where_it_must() -> None:
    """Per connection: spawn and exit differ, the parent's close and shutdown are fork's alone."""
    for alignment in _connections(_compared("fork", "thread")):
        assert [(mark, name) for _, mark, name in _rows(alignment)] == [
            (Mark.SAME, "accept"), (Mark.DIFFERENT, "clone"), (Mark.FIRST_ONLY, "close"),
            (Mark.SAME, "recvfrom"), (Mark.SAME, "sendto"), (Mark.SAME, "recvfrom"),
            (Mark.FIRST_ONLY, "shutdown"), (Mark.SAME, "close"), (Mark.DIFFERENT, "exit_group"),
        ]  # fmt: skip


def test_who_accepts_and_serves_stands_beside_who_only_serves() -> None:
    """recv and send of `iterative` stand beside those of fork's child, and close beside its."""
    for alignment in _connections(_compared("iterative", "fork")):
        assert _rows(alignment) == [
            ("accept", Mark.SAME, "accept"), ("hand-off", Mark.ONLY_HERE, "clone"),
            ("hand-off", Mark.ONLY_HERE, "close"), ("echo", Mark.SAME, "recvfrom"),
            ("echo", Mark.DIFFERENT, "sendto"), ("end", Mark.SAME, "recvfrom"),
            ("end", Mark.ONLY_HERE, "shutdown"), ("end", Mark.SAME, "close"),
            ("exit", Mark.ONLY_HERE, "exit_group"),
        ]  # fmt: skip


def test_waits_stand_with_the_connection_that_they_found_ready() -> None:
    """select and poll stand on one row, in the section of the call that they lead to."""
    for alignment in _connections(_compared("select", "poll")):
        assert _rows(alignment) == [
            ("accept", Mark.DIFFERENT, "pselect6"), ("accept", Mark.SAME, "accept"),
            ("echo", Mark.DIFFERENT, "pselect6"), ("echo", Mark.SAME, "recvfrom"),
            ("echo", Mark.SAME, "sendto"), ("end", Mark.DIFFERENT, "pselect6"),
            ("end", Mark.SAME, "recvfrom"), ("end", Mark.SAME, "close"),
        ]  # fmt: skip


def test_wait_for_an_accept_is_the_last_before_it() -> None:
    """Of the waits that found the listening socket ready, an accept is shown with its own."""
    epoll = _stored("epoll")
    found = [steps(epoll, connection)[0].event for connection in epoll.connections]
    assert [event.woken_by for event in found] == [
        next(e.seq for e in epoll.events if e.actor == client) for client in ("C1", "C2")
    ]


def test_connection_without_counterpart_stands_alone() -> None:
    """A client that only one side served is shown with the other side empty."""
    b = TraceBuilder()
    b.server()
    (alignment,) = _connections(compare([_story(["recvfrom"]), replay(b.trace())]))
    assert alignment.connections[1] is None
    assert set(_marks(alignment)) == {Mark.FIRST_ONLY}


@pytest.mark.parametrize("count", [0, 1, 7])
def test_number_of_sides_is_limited(count: int) -> None:
    """Fewer than two or more than six stories are refused."""
    with pytest.raises(ValueError, match="2 to 6 sides"):
        compare([_story([])] * count)


def test_what_the_acceptor_asks_of_a_connection_is_one_step_whoever_serves_it() -> None:
    """getsockname by the task that accepted is the same step, whether it forks then or serves."""
    alone, handing = TraceBuilder(), TraceBuilder()
    for b in (alone, handing):
        b.server()
        b.accept(10, 4)
        b.call(10, "getsockname", 4, "127.0.0.1:7000", 16)
    handing.fork(10, 11)
    for b, server in ((alone, 10), (handing, 11)):
        b.call(server, "recvfrom", 4, result=5, data="hello")
    (alignment,) = _connections(compare([replay(alone.trace()), replay(handing.trace())]))
    assert [(mark, name) for _, mark, name in _rows(alignment)] == [
        (Mark.SAME, "accept"), (Mark.SAME, "getsockname"), (Mark.ONLY_HERE, "clone"),
        (Mark.SAME, "recvfrom"),
    ]  # fmt: skip
