"""Pictures of states say what the state has: references, descriptors, marks; and fit the paper."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echotrace.kernel.state import State
from echotrace.servers import NAMES, traces_dir
from echotrace.story.nouns import Story
from echotrace.story.quiz.nouns import Field
from echotrace.story.replay import replay
from echotrace.story.turning_points import Turn, TurningPoint, turning_points
from echotrace.trace import Record, Trace
from echotrace.tracefile import load
from echotrace.views.annotations import Annotations
from echotrace.views.document.runs import Blank
from echotrace.views.drawing import Drawing
from echotrace.views.paper import A4, A4_LYING, SLIDE, Paper
from echotrace.views.svg.states import draw
from garbage import GARBAGE
from random_stories import Plan, plans
from tracebuilder import HEADER, TraceBuilder

#: So narrow that each picture is a drawing of its own, and as high as it likes.
_ONE_EACH = Paper(width=400, height=inf, text=9)
_SVG = "{http://www.w3.org/2000/svg}"


def _parsed(drawing: Drawing) -> ET.Element:
    return ET.fromstring(drawing.svg)  # noqa: S314 -- we drew it ourselves


def _texts(drawing: Drawing) -> list[str]:
    return [each.text or "" for each in _parsed(drawing).iter(f"{_SVG}text")]


def _heads(drawing: Drawing) -> int:
    """How many arrows there are: their heads are the only paths that are filled."""
    paths = _parsed(drawing).iter(f"{_SVG}path")
    return sum(path.get("fill") != "none" for path in paths)


def _references(state: State) -> Counter[int]:
    """What `references` would have to say, counted anew in all tables."""
    slots = Counter(d.description.id for table in state.tables for d in table.descriptors)
    opens = (each for each in state.opens if each.description.kind != "inherited")
    return Counter(slots[each.description.id] for each in opens)


def _each(story: Story) -> Iterator[tuple[TurningPoint, State, Drawing]]:
    points = turning_points(story)
    for point, drawing in zip(points, draw(story, points, _ONE_EACH), strict=True):
        yield point, point.state(story), drawing


@pytest.mark.parametrize("name", NAMES)
def test_counts_are_those_of_the_state(name: str) -> None:
    """Each picture of each stored trace has the state's references and an arrow a descriptor."""
    for path in sorted(traces_dir().glob(f"{name}-*.jsonl")):
        for _, state, drawing in _each(replay(load(path))):
            said = [re.fullmatch(r"references ([\d,]+)", text) for text in _texts(drawing)]
            told = Counter(int(each[1].replace(",", "")) for each in said if each)
            assert told == _references(state)
            own = [d for table in state.tables for d in table.descriptors]
            assert _heads(drawing) == sum(d.description.kind != "inherited" for d in own)


def test_fork_and_thread(stored: Mapping[str, Story]) -> None:
    """fork's child is new with a reference more, its parent's close is gone; a thread shares."""
    _, made, closed = (_texts(drawing) for _, _, drawing in _each(stored["fork"]))
    assert made[made.index("+") + 1] == "P1"
    assert made.count("references 2") == 2
    assert closed[closed.index("\N{MINUS SIGN}") + 1] == "fd 4"
    assert closed[closed.index("#1 C1") :][1:3] == ["~", "references 1"]
    _, made, _ = (_texts(drawing) for _, _, drawing in _each(stored["thread"]))
    assert made[made.index("+") + 1] == "T1"
    assert made.count("references 1") == 2
    assert made.count("fd 4") == 1


def test_the_rest_of_the_picture(stored: Mapping[str, Story]) -> None:
    """Queues, interest lists, calls, zombies and standard streams are told where there are any."""
    _, served, _ = (_texts(drawing) for _, _, drawing in _each(stored["iterative"]))
    assert {"queue 1 of 100", "in it: C2"} <= set(served)
    _, waits, _ = (_texts(drawing) for _, _, drawing in _each(stored["epoll"]))
    assert {"watches fd 3, 5\N{EN DASH}6", "P0 in epoll_wait(4)"} <= set(waits)
    assert f"0{chr(0x2013)}2 from the start" in waits
    ends = stored["fork"].links.ends["P1"].seq
    (last,) = draw(stored["fork"], [TurningPoint(Turn.CLOSED, ends)], _ONE_EACH)
    assert "P1 Z zombie, status 0:" in " ".join(_texts(last))


@pytest.mark.parametrize("paper", [A4, A4_LYING, SLIDE, Paper(510, 200, 8)])
def test_fits_the_paper(paper: Paper, stored: Mapping[str, Story]) -> None:
    """No picture is wider or higher than the paper, nor its text smaller than the paper's."""
    for story in stored.values():
        for drawing in draw(story, turning_points(story), paper):
            assert drawing.width <= paper.width
            assert drawing.height <= paper.height
            size = _parsed(drawing).get("font-size")
            assert size
            assert float(size) >= paper.text
            assert drawing.title
            assert drawing.description


def test_many_connections() -> None:
    """With a hundred clients and twenty children it still fits, and says what is left out."""
    b = TraceBuilder()
    b.server()
    for number in range(100):
        b.client(number + 1, "connect", local=f"127.0.0.1:{20000 + number}")
        b.accept(10, 4 + number, port=20000 + number)
        if number < 20:
            b.fork(10, 500 + number)
    b.call(10, "close", 4)
    story = replay(b.trace())
    points = turning_points(story)
    (drawing,) = draw(story, points, Paper(510, 200, 8))
    assert drawing.height <= 200
    state = points[-1].state(story)
    boxes = len(state.processes) + sum(e.description.kind != "inherited" for e in state.opens)
    left_out = [text for text in _texts(drawing) if text.startswith("No room to draw:")]
    assert len(left_out) == 1  # in the last picture only
    assert "and " in " ".join(_texts(drawing)[_texts(drawing).index(left_out[0]) :])
    assert boxes > 100


def test_what_a_descriptor_names_is_there(stored: Mapping[str, Story]) -> None:
    """A description that has no room is named by its descriptor, and left out only without that."""
    points = turning_points(stored["select"])
    for height, there in ((130, True), (90, False)):
        (drawing,) = draw(stored["select"], points, Paper(510, height, 8))
        texts = _texts(drawing)
        assert "#2 C2" not in texts
        assert texts.count("fd 5 #2 C2") == (2 if there else 0)
        assert texts.count("No room to draw: fd 5, #2 C2.") == (0 if there else 2)
        assert any(text.startswith("No room") for text in texts) is not there


def test_many_threads() -> None:
    """Of many threads those that matter are drawn; those that are not are named, and not gone."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local="127.0.0.1:20001")
    b.accept(10, 4, port=20001)
    for number in range(9):
        b.thread(10, 500 + number)
    b.call(508, "close", 4)
    story = replay(b.trace())
    drawings = draw(story, turning_points(story), _ONE_EACH)
    last = _texts(drawings[-1])
    assert [text for text in last if re.fullmatch(r"[PT]\d", text)] == ["P0", "T1", "T2", "T9"]
    assert [text for mark, text in pairwise(last) if mark == "\N{MINUS SIGN}"] == ["fd 4", "#1 C1"]
    assert "No room to draw: T3, T4, T5 and 3 more." in last


def test_blanks(stored: Mapping[str, Story]) -> None:
    """What is asked for stands in no text of the picture for students, and in that of the key."""
    story = stored["fork"]
    made = turning_points(story)[1]
    for field, answer, label in ((Field.COUNT, "2", "a"), (Field.HOLDERS, "P0, P1", "b")):
        student, key = (
            draw(story, [made], _ONE_EACH, side="fork", annotations=Annotations(
                blanks={("fork", made.seq, field): Blank(label, 6, given)}
            ))[0]
            for given in (None, answer)
        )  # fmt: skip
        for drawing in (student, key):
            assert f"({label})" in _texts(drawing)
        said = _texts(student)[_texts(student).index("#1 C1") :]
        assert answer not in _texts(student)
        assert answer in _texts(key)
        assert ("references 2" in said) == (field is Field.HOLDERS)
        assert ("4 → #1 C1" in student.description) == (field is Field.COUNT)
        assert ("fd 4" in _texts(student)) == (field is Field.COUNT)
        if field is Field.COUNT:
            assert "#1 C1 · references (a)" in student.description
            assert "#1 C1 · references 2" in key.description


def test_what_is_asked_is_not_marked(stored: Mapping[str, Story]) -> None:
    """Who is asked for the holders sees no descriptor of them come or go, nor a count change."""
    story = stored["fork"]
    points = turning_points(story)
    asked = {
        ("fork", points[1].seq, field): Blank("a", 6) for field in (Field.COUNT, Field.HOLDERS)
    }
    texts = [
        _texts(each)
        for each in draw(story, points, _ONE_EACH, side="fork", annotations=Annotations({}, asked))
    ]
    for said in texts[1:]:
        marked = [text for mark, text in pairwise(said) if mark in ("+", "~", "\N{MINUS SIGN}")]
        assert "fd 4" not in marked
        assert "references 1" not in marked


@settings(max_examples=30)
@given(plans)
def test_random_servers(plan: Plan) -> None:
    """Pictures of random servers' moments are well-formed and have what the states have."""
    story = plan.story()
    for _, state, drawing in _each(story):
        told = Counter(text for text in _texts(drawing) if text.startswith("references "))
        assert told == Counter(
            {f"references {count}": many for count, many in _references(state).items()}
        )


@settings(max_examples=30)
@given(st.lists(GARBAGE, max_size=12))
def test_garbage(records: list[Record]) -> None:
    """Any moment of records that make no sense can be drawn: on A4, and on a slide."""
    story = replay(Trace(HEADER, tuple(records)))
    points = [TurningPoint(Turn.CLOSED, event.seq) for event in story.events[:3]]
    for paper in (A4, SLIDE):
        for drawing in draw(story, points, paper):
            _parsed(drawing)
