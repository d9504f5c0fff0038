"""A comparison as drawings."""

import math
from collections import Counter
from dataclasses import replace

import pytest

from echotrace.story.compare.compare import compare
from echotrace.story.compare.nouns import Comparison
from echotrace.story.quiz.nouns import Field
from echotrace.views.annotations import Annotations
from echotrace.views.document.runs import Blank
from echotrace.views.folding import shown as folded
from echotrace.views.paint import Surface
from echotrace.views.paper import A4, A4_LYING, SLIDE, Paper
from echotrace.views.parts import lay_out
from echotrace.views.rendering import render, render_story
from echotrace.views.svg.comparison import draw
from moved import moved
from svg_reading import Picture, pdf_text
from update_gold import story as stored

_MARKS = ("=", "≠", "<", ">", "~")
ENDLESS = replace(A4, height=math.inf)


def _compared(*names: str) -> Comparison:
    return compare([stored(name) for name in names])


def _numbers(picture: Picture) -> Counter[int]:
    return Counter(int(each.text) for each in picture.texts if each.bold and each.text.isdigit())


@pytest.mark.parametrize("paper", [A4, A4_LYING, SLIDE])
@pytest.mark.parametrize("others", [["thread"], ["thread", "epoll"]])
def test_every_event_is_on_one_drawing(others: list[str], paper: Paper) -> None:
    """With the whole wanted, each event of each side stands there once, and the drawings fit."""
    compared = _compared("fork", *others)
    drawings = draw(compared, paper, whole=True)
    pictures = [Picture(each.svg) for each in drawings]
    events = Counter(
        event.seq
        for alignment in compared.alignments
        for side in range(len(compared.names))
        for event in alignment.events(side)
    )
    first = Counter(event.seq for each in compared.alignments for event in each.events(0))
    heads = {next(iter(picture.rows().values())) for picture in pictures}
    for _ in heads - {min(heads)}:  # the first side stands beside all others
        events += first
    assert sum(map(_numbers, pictures), Counter()) == events
    for drawing, picture in zip(drawings, pictures, strict=True):
        picture.check_all_inside()
        assert drawing.height <= paper.height
        assert "fork" in next(iter(picture.rows().values()))


def test_sides_without_room_have_drawings_of_their_own() -> None:
    """Of six sides on A4 each drawing has the first one, which the marks are against, and two."""
    names = ("fork", "thread", "epoll", "pool", "select", "prefork")
    drawings = draw(_compared(*names), A4)
    heads = [
        line.split()
        for each in drawings
        for line in Picture(each.svg).rows().values()
        if line.startswith("fork ")
    ]
    assert {tuple(head) for head in heads} == {
        ("fork", "thread", "epoll"), ("fork", "pool", "select"), ("fork", "prefork"),
    }  # fmt: skip


def test_rows_marks_and_folds_are_those_of_the_terminal() -> None:
    """Fork against thread: the marks between the sides, in their order, and what is folded."""
    picture = Picture(draw(_compared("fork", "thread"), ENDLESS)[0].svg)
    shown = "".join(each.text for each in picture.texts if each.text in _MARKS)
    parts, _ = folded(lay_out(_compared("fork", "thread")), whole=False)
    lines = [line for part in parts for line in part.lines]
    assert shown == "".join(line.marks[1] for line in lines)
    assert "31-72 as #1: P2 for P1" in "\n".join(picture.rows().values())


def test_gap_is_dashed_and_no_wait() -> None:
    """Where a side does nothing a dashed line stands, nothing hatched."""
    drawing = draw(_compared("fork", "thread"), ENDLESS)[0]
    gaps = sum(
        step is None for row in _compared("fork", "thread").alignments[1].rows for step in row.steps
    )
    assert gaps
    assert drawing.svg.count("stroke-dasharray") == gaps
    assert not Picture(drawing.svg).waits


def test_moved_step_says_where_it_is() -> None:
    """In place of a gap stands where the side does the same."""
    lines = Picture(draw(moved(), ENDLESS)[0].svg).rows().values()
    assert any("~ event 58, below" in line for line in lines)


def test_blank_is_not_folded_away() -> None:
    """A row that would be folded is shown when something in it is to be filled in."""
    compared = _compared("fork", "thread")
    last = compared.alignments[2].events(1)[-1].seq
    blanks = Annotations(blanks={("thread", last, Field.ACTOR): Blank("c", 4)})
    lines = Picture(draw(compared, ENDLESS, annotations=blanks)[0].svg).rows().values()
    (row,) = [line for line in lines if "(c)" in line]
    assert str(last) in row.split()
    assert "T2" not in row


def test_left_out_lines_are_told_a_side_each() -> None:
    """Of many lines some in the middle give way to a line that says which events they had."""
    compared = _compared("fork", "epoll")
    picture = Picture(draw(compared, ENDLESS, whole=True, max_rows=10)[0].svg)
    (line,) = [each for each in picture.rows().values() if "more rows, events" in each]
    assert line.count("more rows, events") == 2


def test_pdf_has_what_the_rows_say() -> None:
    """pdftotext finds calls, marks and names in a PDF/UA-1 of the drawings."""
    text = pdf_text(draw(_compared("fork", "thread"), A4))
    for said in ("fork() → clone = P1", "≠ 26 P0 pthread_create()", "hand-off", "#1 C1"):
        assert said in text


def test_standing_alone_it_says_what_it_is() -> None:
    """--format svg has a heading, what the marks mean, and that rows are not to scale."""
    both = Picture(render(_compared("fork", "thread"), "svg", Surface(110)))
    said = " ".join(both.rows().values())
    assert said.startswith("fork against thread · C · 2 clients, interleaved")
    assert "≠ not the same" in said
    assert "not to scale" in said
    alone = " ".join(Picture(render_story(stored("fork"), "svg", Surface(110))).rows().values())
    assert alone.startswith("fork · C · 2 clients, interleaved")
    assert "not to scale" in alone
    assert "hatched: waits" in alone
