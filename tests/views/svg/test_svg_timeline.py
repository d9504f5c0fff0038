"""The timeline as drawings."""

import math
import sys
from collections import Counter

import pytest

from echotrace.story.nouns import Story
from echotrace.story.quiz.nouns import Field
from echotrace.story.replay import replay
from echotrace.trace import Syscall
from echotrace.views.annotations import PLAIN, Annotations
from echotrace.views.document.runs import Blank
from echotrace.views.handout.markers import markers
from echotrace.views.lanes import lay_out
from echotrace.views.paper import A4, A4_LYING, SLIDE, Paper
from echotrace.views.svg.timeline import draw
from svg_reading import Box, Picture, pdf_text
from tracebuilder import TraceBuilder
from update_gold import story as stored

ENDLESS = Paper(width=900, height=math.inf, text=8.5)


def _picture(
    story: Story, *, by: str = "connection", annotations: Annotations = PLAIN,
    connections: tuple[int, ...] | None = None,
) -> Picture:  # fmt: skip
    (drawing,) = draw(story, ENDLESS, by=by, annotations=annotations, connections=connections)
    return Picture(drawing.svg)


def _numbers(picture: Picture) -> list[int]:
    """The event numbers in the margin, from top to bottom."""
    bold = sorted((each.y, each.text) for each in picture.texts if each.bold)
    return [int(text) for _, text in bold if text.isdigit()]


@pytest.mark.parametrize("paper", [A4, A4_LYING, SLIDE])
@pytest.mark.parametrize("by", ["connection", "task"])
@pytest.mark.parametrize("server", ["fork", "pool", "epoll"])
def test_every_row_is_on_one_drawing(server: str, by: str, paper: Paper) -> None:
    """Each row stands on one drawing, once; each fits its paper, and has the columns' heads."""
    layout = lay_out(stored(server), by=by)
    drawings = draw(stored(server), paper, by=by)
    pictures = [Picture(each.svg) for each in drawings]
    found = Counter(number for picture in pictures for number in _numbers(picture))
    assert found == Counter(row.event.seq for row in layout.rows)
    for drawing, picture in zip(drawings, pictures, strict=True):
        picture.check_all_inside()
        assert drawing.width <= paper.width
        assert drawing.height <= paper.height
        assert any("event" in line and " ms" in f" {line}" for line in picture.rows().values())
        assert (drawing.title, drawing.description) == (picture.title, picture.description)


def test_pdf_has_every_number_and_name() -> None:
    """pdftotext finds in a PDF/UA-1 of the drawings what the rows say."""
    story = stored("epoll")
    text = pdf_text(draw(story, A4))
    for row in lay_out(story).rows:
        assert f" {row.event.seq} " in text
    assert "P0 epoll_wait(4) = [5]" in text
    assert "░ until C1 close" in text
    assert '"hey 2"' in text


@pytest.mark.parametrize("server", ["fork", "iterative", "epoll"])
def test_wait_is_hatched_from_its_begin_to_its_return(server: str) -> None:
    """A bar goes from the row where a call began to that where it returned, or to the end."""
    story = stored(server)
    layout = lay_out(story, by="task")
    picture = _picture(story, by="task")
    heads = {each.text: each.left for each in picture.texts if each.bold}
    lines = sorted(each.y for each in picture.texts if each.bold and each.text.isdigit())
    for position, row in enumerate(layout.rows):
        if row.cell.part != "begin":
            continue
        returned = (
            n for n, each in enumerate(layout.rows)
            if n > position and each.event is row.event and each.cell.part == "return"
        )  # fmt: skip
        end = next(returned, None)
        bars = [bar for bar in picture.waits if _covers(bar, heads[row.column], lines[position])]
        (bar,) = bars
        assert lines[position] - picture.size < bar.top < lines[position]
        if end is None:
            assert bar.bottom > lines[-1]
        else:
            assert lines[end] - picture.size < bar.bottom < lines[end]


def _covers(bar: Box, column: float, y: float) -> bool:
    return 0 < column - bar.right < 10 and bar.top < y < bar.bottom


_PLAIN = 'P0 recv(5) → recvfrom = 5 "hey 1"'
_BLANKS = {
    Field.RESULT: "P0 recv(5) → recvfrom = (a)",
    Field.DESCRIPTOR: 'P0 recv( (a) ) → recvfrom = 5 "hey 1"',
    Field.ACTOR: '(a) recv(5) → recvfrom = 5 "hey 1"',
}


@pytest.mark.parametrize("field", _BLANKS)
def test_blank_hides_the_answer_until_it_is_the_key(field: Field) -> None:
    """The students' row has a box and not the answer; that of the key has it, at the same place."""
    story = stored("epoll")
    seq = next(e.seq for e in story.events if getattr(e.record, "name", "") == "recvfrom")
    found = []
    for answer in ("4711", None):
        blanks = {("epoll", seq, field): Blank("a", 5, answer)}
        picture = _picture(story, annotations=Annotations(blanks=blanks))
        (row,) = [line for line in picture.rows().values() if f" {seq} " in line]
        assert ("4711" in picture.root.itertext()) == (answer is not None)
        found.append(row)
    assert any(line.endswith(f" {seq} {_PLAIN}") for line in _picture(story).rows().values())
    assert found[1].endswith(f" {seq} {_BLANKS[field]}")
    assert found[0].replace(" 4711", "") == found[1]


def test_nothing_else_in_the_row_tells_the_answer() -> None:
    """Whose end ended a wait, and who keeps what is closed, goes with what is left out."""
    b = TraceBuilder()
    b.server()
    b.fork(10, 20)
    begun = b.begin(10, "wait4", -1)
    b.exit(20)
    seq = b.end(begun, 20)
    story = replay(b.trace())
    side = story.trace.header.server
    assert "= P1 ░ until end of P1" in " ".join(_picture(story).rows().values())
    blanks = {(side, seq, Field.RESULT): Blank("a", 4)}
    said = " ".join(_picture(story, annotations=Annotations(blanks=blanks)).rows().values())
    assert said.endswith("= (a) ░ until ?")
    fork = stored("fork")
    rows = _picture(fork).rows().values()
    seq = next(int(line.split()[1]) for line in rows if "P1 keeps it" in line)
    for field in (Field.COUNT, Field.HOLDERS):
        blanks = {("fork", seq, field): Blank("a", 4)}
        said = " ".join(_picture(fork, annotations=Annotations(blanks=blanks)).rows().values())
        assert "P1 keeps it" not in said
        assert "P2 keeps it" in said


@pytest.mark.parametrize("field", _BLANKS)
def test_long_answer_stays_in_its_column(field: Field) -> None:
    """However wide a blank is wanted, nothing is drawn beyond the narrowest column's edge."""
    story = stored("epoll")
    blanks = {("epoll", event.seq, field): Blank("ab", 99, "x" * 99) for event in story.events}
    for drawing in draw(story, SLIDE, annotations=Annotations(blanks=blanks)):
        picture = Picture(drawing.svg)
        picture.check_all_inside()
        assert {each.text for each in picture.texts if "xx" in each.text} <= {"x" * 14 + "…"}


def test_whom_a_call_waited_for_is_hidden_with_the_actor() -> None:
    """Where the actor of a client's step is asked for, no wait that it ended names it."""
    story = stored("fork")
    step = next(e for e in story.events if getattr(e.record, "action", "") == "send")
    blanks = Annotations(blanks={("fork", step.seq, Field.ACTOR): Blank("a", 4)})
    plain = "\n".join(_picture(story).rows().values())
    asked = "\n".join(_picture(story, by="task", annotations=blanks).rows().values())
    assert f"░ until {step.actor} send" in plain
    assert f"░ until {step.actor} send" not in asked
    assert "(a) send" in asked
    assert "#1 C1" in asked  # the columns are connections: a task's would tell who it was


def test_markers_are_those_of_the_source() -> None:
    """Beside a call stands the number of its source line, in a circle of its own."""
    story = stored("fork")
    numbers = markers(story)
    picture = _picture(story, annotations=Annotations(markers={"fork": numbers}))
    row = next(line for line in picture.rows().values() if "fork() " in line)
    site = next(
        each.record.site
        for each in story.events
        if isinstance(each.record, Syscall) and each.record.name == "clone"
    )
    assert site is not None
    assert f" {numbers[site.file, site.line]} P0 fork()" in row
    assert not any(each.text.isdigit() for each in _picture(story).texts if not each.bold)


def test_one_connection_is_shown_with_the_server() -> None:
    """The other connection has no column, and no row."""
    story = stored("fork")
    said = "\n".join(_picture(story, connections=(2,)).rows().values())
    assert "#2 C2" in said
    assert "#1" not in said
    assert "listen(3" in said
    assert "C1" not in said


def test_left_out_rows_are_told() -> None:
    """Rows in the middle give way to a line that counts them; those with a blank stay."""
    story = stored("epoll")
    rows = lay_out(story).rows
    asked = rows[len(rows) // 2].event.seq
    blanks = Annotations(blanks={("epoll", asked, Field.RESULT): Blank("a", 4)})
    drawings = draw(story, ENDLESS, max_rows=12, annotations=blanks)
    picture = Picture(drawings[0].svg)
    numbers = _numbers(picture)
    assert asked in numbers
    assert [numbers[0], numbers[-1]] == [rows[0].event.seq, rows[-1].event.seq]
    gaps = [line for line in picture.rows().values() if "more rows, events" in line]
    assert len(gaps) == 2
    assert sum(int(gap.split()[1]) for gap in gaps) + len(numbers) == len(rows)
    assert f"{len(rows) - len(numbers)} rows in between are left out" in picture.description


def _spinning(times: int) -> Story:
    """A server that asks and asks, and gets nothing."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local="127.0.0.1:50001")
    b.accept(10, 4)
    for _ in range(times):
        b.call(10, "poll", [{"fd": 4, "events": "POLLOUT"}], 1, -1, result=1)
        b.call(10, "recvfrom", 4, 0, 9, errno="EAGAIN")
    return replay(b.trace())


def test_what_repeats_is_drawn_once() -> None:
    """Of the same few rows the first are drawn, with a line that counts the others."""
    picture = _picture(_spinning(1000))
    said = [*picture.rows().values()]
    assert sum("-1 EAGAIN" in line for line in said) == 1
    (line,) = [line for line in said if "more times" in line]
    assert line == "… the same 2 rows 999 more times, events 8 to 2005"
    assert "1,998 rows in between are left out" in picture.description


def test_blank_of_its_own_is_no_repetition() -> None:
    """What is asked for in one of many rows is shown; a blank that all have is shown once."""
    story = _spinning(20)
    calls = [e.seq for e in story.events if getattr(e.record, "name", "") == "recvfrom"]
    side = story.trace.header.server
    one = {(side, calls[9], Field.RESULT): Blank("a", 4)}
    every = {(side, seq, Field.RESULT): Blank("a", 4) for seq in calls}
    for blanks, kept in ((one, calls[9]), (every, calls[0])):
        lines = _picture(story, annotations=Annotations(blanks=blanks)).rows().values()
        (asked,) = [line for line in lines if "(a)" in line]
        assert f" {kept} " in asked


def test_same_story_is_the_same_bytes() -> None:
    """Drawn twice it is the same, also with everything shown."""
    story = stored("pool")
    assert draw(story, A4, everything=True) == draw(story, A4, everything=True)


def _waiting_threads(clients: int) -> Story:
    """A server with a thread for each client, all of which wait at the same time."""
    b = TraceBuilder()
    b.server()
    waits = []
    for number in range(clients):
        b.client(number + 1, "connect", local=f"127.0.0.1:{20000 + number}")
        b.accept(10, 4 + number, port=20000 + number)
        b.thread(10, 500 + number)
        waits.append(b.begin(500 + number, "recvfrom", 4 + number, None, 100, 0, None, None))
    for number, wait in enumerate(waits):
        b.client(number + 1, "send", local=f"127.0.0.1:{20000 + number}", text="x")
        b.end(wait, 1, data="x")
    return replay(b.trace())


def _calls(story: Story) -> int:
    """How many functions of Python are called, or gone on with, to draw a story."""
    calls = Counter[str]()
    sys.setprofile(lambda _frame, event, _argument: calls.update([event]))
    try:
        draw(story, A4, max_rows=60)
    finally:
        sys.setprofile(None)
    return calls["call"]


def test_work_grows_no_faster_than_the_connections() -> None:
    """Twice the connections, all of which wait, are no more than twice the work."""
    one, two = (_calls(_waiting_threads(clients)) for clients in (150, 300))
    assert two < 2 * one
