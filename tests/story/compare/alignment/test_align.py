"""Alignments of two to six stories: nothing lost, nothing added, the same from either side."""

from collections.abc import Iterator, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from echotrace.servers import traces_dir
from echotrace.story.compare.compare import compare
from echotrace.story.compare.course import courses
from echotrace.story.compare.nouns import SECTIONS, Alignment, Comparison, Mark, Row, Step
from echotrace.story.replay import replay
from echotrace.tracefile import load
from random_stories import MIRROR, Plan, plans

_some = st.lists(plans, min_size=2, max_size=6)


def _rows(compared: Comparison, side: int) -> list[tuple[int | None, int | None, Mark]]:
    """The rows of the first side and another: their events, and the mark."""
    return [
        (_seq(row.steps[0]), _seq(row.steps[side]), row.mark(side))
        for row in _all_rows(compared.alignments)
        if row.mark(side) is not Mark.NEITHER
    ]


def _seq(step: Step | None) -> int | None:
    return None if step is None else step.event.seq


@settings(max_examples=60)
@given(_some)
def test_dropping_the_marks_gives_back_each_side(several: list[Plan]) -> None:
    """The rows of each side are its courses, in order, every step once."""
    sides = [plan.story() for plan in several]
    compared = compare(sides)
    for side, story in enumerate(sides):
        found = [each.events(side) for each in compared.alignments if each.events(side)]
        assert found == [tuple(s.event for s in course.steps) for course in courses(story)]


@given(plans)
def test_a_story_is_like_itself(plan: Plan) -> None:
    """A story against itself has only equal rows, and no difference."""
    compared = compare([plan.story()] * 3)
    assert compared.same
    assert compared.differences == ((), ())


@given(plans, plans)
def test_reversed_is_the_mirror(one: Plan, other: Plan) -> None:
    """With the sides exchanged each row is its mirror image, the moves too."""
    left, right = one.story(), other.story()
    there, back = compare([left, right]), compare([right, left])
    mirrored = [
        Row(row.section, row.steps[::-1], row.moved[::-1])
        for alignment in back.alignments
        for row in alignment.rows
    ]
    assert mirrored == [row for alignment in there.alignments for row in alignment.rows]
    assert [mark for *_, mark in _rows(there, 1)] == [MIRROR[m] for *_, m in _rows(back, 1)]


@settings(max_examples=60)
@given(_some)
def test_each_side_is_aligned_with_the_first_as_if_alone(several: list[Plan]) -> None:
    """What stands beside the first side, and its marks, do not depend on the further sides."""
    sides = [plan.story() for plan in several]
    compared = compare(sides)
    for side in range(1, len(sides)):
        assert _rows(compared, side) == _rows(compare([sides[0], sides[side]]), 1)


@settings(max_examples=60)
@given(_some)
def test_sections_go_one_way(several: list[Plan]) -> None:
    """From row to row of an alignment the section is the same or a later one."""
    sides = [plan.story() for plan in several]
    for alignment in compare(sides).alignments:
        reached = [SECTIONS.index(row.section) for row in alignment.rows]
        assert reached == sorted(reached)


@settings(max_examples=60)
@given(_some)
def test_moves_lead_there_and_back(several: list[Plan]) -> None:
    """The counterpart of what moved is a step that moved, and its counterpart is the first."""
    sides = [plan.story() for plan in several]
    compared = compare(sides)
    for side in range(1, len(sides)):
        moves = set(_moves(compared, 0, side))
        assert moves == {(there, here) for here, there in _moves(compared, side, 0)}
        for every in zip(*moves, strict=True):
            assert len(set(every)) == len(every)


def _moves(compared: Comparison, here: int, there: int) -> Iterator[tuple[int, int]]:
    """The events of one side that have moved, and what they are on the other."""
    for row in _all_rows(compared.alignments):
        own, counterpart = row.steps[here], row.moved[there]
        if own is not None and counterpart is not None:
            yield own.event.seq, counterpart


def _all_rows(alignments: Sequence[Alignment]) -> list[Row]:
    return [row for alignment in alignments for row in alignment.rows]


def test_connections_stand_beside_those_of_the_same_client() -> None:
    """Connections pair by client, in whatever order they were accepted."""
    paths = [traces_dir() / f"{name}-interleaved.jsonl" for name in ("fork", "thread", "select")]
    compared = compare([replay(load(path)) for path in paths])
    clients = [
        {each.client for each in alignment.connections if each}
        for alignment in compared.alignments
        if alignment.kind == "connection"
    ]
    assert clients == [{1}, {2}]
