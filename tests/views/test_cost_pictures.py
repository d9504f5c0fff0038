"""The table of costs and the blocked-time picture, as they are read."""

import json

import pytest
from msgspec.structs import replace

from echotrace.servers import traces_dir
from echotrace.story.compare.compare import compare
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load
from echotrace.views.blocked import blocked_strip
from echotrace.views.paint import Surface
from echotrace.views.rendering import render
from echotrace.views.supplement_lines import supplement_lines
from echotrace.views.supplements import Supplement
from tracebuilder import TraceBuilder, connected

FOUR = ("iterative", "fork", "thread", "epoll")
TABLE = """\
What it costs         fork         thread
calls per connection  9            7
calls per echo        2            2
bytes per call        5            5
made for clients      2 processes  2 threads
most descriptors      5 (15)       6
longest wait          C1 454 µs    C1 2.07 ms
"""
STRIP = """\
               C1      C2      C2   C1    C2     C2
               connect connect send close expect close
iterative  C1  ─────────────────────
           C2          ░░░░░░░░░░░░░─────────────        waits for C1, 1.73 ms
fork       C1  ─────────────────────
           C2          ──────────────────────────
thread     C1  ─────────────────────
           C2          ──────────────────────────
epoll      C1  ─────────────────────
           C2          ──────────────────────────
"""


def _stored(*names: str, script: str = "silent") -> list[Story]:
    return [replay(load(traces_dir() / f"{name}-{script}.jsonl")) for name in names]


def _text(surface: Surface, *names: str, script: str = "silent") -> str:
    return render(compare(_stored(*names, script=script)), "text", surface)


def _section(text: str, title: str) -> str:
    """What stands below a title, up to the next empty line."""
    return text.partition(f"{title}\n")[2].partition("\n\n")[0] + "\n"


@pytest.mark.parametrize("width", [60, 80, 100])
def test_table_of_two(width: int) -> None:
    """Fork against thread is seven lines of at most 60 columns, and below what they mean."""
    text = _text(Surface(width), "fork", "thread", script="interleaved")
    assert f"\n\n{TABLE}Calls, with the waits" in text
    assert "Who keeps whom waiting" not in text


@pytest.mark.parametrize("width", [92, 100])
def test_table_of_six(width: int) -> None:
    """Six sides fit 100 columns; where less room is left a cell goes on below its first words."""
    names = ("fork", "thread", "iterative", "prefork", "pool", "epoll")
    table = _text(Surface(width), *names).partition("What it costs")[2].splitlines()
    assert max(map(len, table)) <= width
    assert table[0].split() == list(names)
    wait = next(at for at, line in enumerate(table) if line.startswith("longest wait"))
    assert ("C2 1.73 ms for C1" in table[wait]) == (width == 100)
    assert width == 100 or table[wait + 1].split() == ["for", "C1"]


@pytest.mark.parametrize("width", [60, 70, 80, 90, 100])
def test_table_breaks_no_words(width: int) -> None:
    """Whatever the width, names, and numbers with their units, stay on one line."""
    names = ("iterative", "fork", "thread", "epoll", "select", "pool")
    table = Supplement("costs", ("", *names, "thread:python"), (
        ("made for clients", *["none"] * 6, "2 processes, 2 threads"),
    ))  # fmt: skip
    shown = [
        "".join(piece.text for piece in line) for line in supplement_lines(table, width, Surface())
    ]
    assert max(map(len, shown)) <= width
    assert "thread:python" in " ".join(shown).split()
    assert any("2 processes," in line for line in shown)


def test_table_where_it_is_narrow() -> None:
    """Where six sides have no room beside each other three stand below three."""
    names = ("fork", "thread", "iterative", "prefork", "pool", "epoll")
    table = _text(Surface(60), *names).partition("What it costs")[2]
    upper, _, lower = table.partition("What it costs")
    assert upper.splitlines()[0].split() == list(names[:3])
    assert lower.splitlines()[0].split() == list(names[3:])


@pytest.mark.parametrize("width", [80, 100])
def test_strip_of_four(width: int) -> None:
    """Under `silent` one strip shows that only iterative keeps C2 waiting, and for whom."""
    assert _section(_text(Surface(width), *FOUR), "Who keeps whom waiting").startswith(STRIP)


def test_strip_in_ascii() -> None:
    """Without Unicode the waiting is told by another character too, not by colour."""
    strip = _section(_text(Surface(80, unicode=False), *FOUR), "Who keeps whom waiting")
    assert strip.isascii()
    assert strip.startswith(STRIP.replace("─", "-").replace("░", "%"))


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_numbers_where_names_do_not_fit(width: int) -> None:
    """Steps whose names do not fit the width are numbered, and listed below."""
    stories = _stored("iterative", "fork", script="interleaved")
    lines = list(blocked_strip(stories, ["iterative", "fork"], width))
    assert max(map(len, lines)) <= width
    numbered = lines[0].split() == [str(n) for n in range(1, 9)]
    assert numbered == (width < 100)
    assert any(line.startswith("Steps: 1 C1 connect, 2 C2 connect") for line in lines) == numbered


def _queue(clients: int) -> Story:
    """A server that waits for C1 while all others wait in its accept queue."""
    b = TraceBuilder()
    b.server()
    accept = b.begin(10, "accept", 3, None, None)
    for n in range(1, clients + 1):
        b.client(n, "connect", local=f"127.0.0.1:{10000 + n}")
        if n == 1:
            b.end(accept, 4, told=connected(4, 10001))
            b.begin(10, "recvfrom", 4, 64, 0, None)
    return replay(b.trace())


def test_many_clients() -> None:
    """Of a thousand clients that wait the longest are shown with whom they wait for."""
    lines = list(blocked_strip([_queue(1000)], ["one"], 80))
    assert lines[0].split(maxsplit=1)[1].startswith("1 to 1,000, ")
    assert ["waits for C1" in line for line in lines[1:5]] == [False, True, True, True]
    assert lines[-1] == "996 more clients, 996 of them waiting for another"
    assert max(map(len, lines)) <= 80


def test_those_that_wait_are_shown() -> None:
    """Of many clients those that wait, and the one they wait for, are shown before the others."""
    b = TraceBuilder()
    b.server()
    for n in range(1, 11):
        accept = b.begin(10, "accept", 3, None, None) if n < 9 else None
        b.client(n, "connect", local=f"127.0.0.1:{10000 + n}")
        if accept is not None:
            b.end(accept, 3 + n, told=connected(3 + n, 10000 + n))
        if n == 8:
            b.begin(10, "recvfrom", 10, 64, 0, None)  # of C7
    lines = list(blocked_strip([replay(b.trace())], ["one"], 100))
    shown = [name for line in lines for name in line.removeprefix("one").split()[:1]]
    assert [name for name in shown if name.startswith("C")][-4:] == ["C1", "C7", "C9", "C10"]
    assert "6 more clients, 0 of them waiting for another" in lines


@pytest.mark.parametrize("width", [45, 60, 100])
def test_strip_keeps_to_its_width(width: int) -> None:
    """Where a long note has no room beside its lane it stands below it."""
    lines = list(blocked_strip([_queue(1000), *_stored("iterative")], ["x" * 40, "b"], width))
    assert any(":" in line or "░" in line for line in lines)
    assert [line for line in lines if len(line) > width] == []
    assert "waits for C1, " in " ".join(" ".join(lines).split())


def test_table_of_thousands_where_lines_are_broken() -> None:
    """`1,005` is no number to int(), and breaks nothing."""
    one, other = _stored("iterative", "fork")
    trace = replace(one.trace, header=replace(one.trace.header, server="1,005"))
    text = render(compare([replay(trace), other]), "text", Surface(100))
    assert "\nWhat it costs         1,005 " in text


def test_no_strip_without_waiting() -> None:
    """Where nobody waits for another client there is no picture."""
    stories = _stored("fork", "thread", "epoll")
    assert list(blocked_strip(stories, ["a", "b", "c"], 80)) == []


def test_scripts_that_differ() -> None:
    """Sides that play different scripts have an axis each, and it is said."""
    stories = [*_stored("iterative"), *_stored("iterative", script="interleaved")]
    lines = list(blocked_strip(stories, ["a", "b"], 100))
    assert lines[0] == "The scripts differ: each side has its own steps."
    assert sum("connect connect" in line for line in lines) == 2


def test_other_formats() -> None:
    """Markdown, HTML and JSON have the same table and picture; JSON the numbers too."""
    compared = compare(_stored("iterative", "fork"))
    surface = Surface()
    assert "| longest wait | C2 1.73 ms for C1 | C2 438 µs |" in render(
        compared, "markdown", surface
    )
    assert '<td class="text">C2 1.73 ms for C1</td>' in render(compared, "html", surface)
    data = json.loads(render(compared, "json", surface))
    table, picture = data["supplements"]
    assert ["longest wait", "C2 1.73 ms for C1", "C2 438 µs"] in table["rows"]
    assert any("░" in line for line in picture["lines"])
    assert data["costs"][0]["waits"][1]["held_by"] == ["C1"]


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_names_from_outside(form: str) -> None:
    """The name of a side steers nothing, neither in the table nor in the picture."""
    one, other = _stored("iterative", "fork")
    trace = replace(one.trace, header=replace(one.trace.header, server="<b>\x1b[2J|\u202e"))
    text = render(compare([replay(trace), other]), form, Surface(100))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert form != "html" or "<b>" not in text


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_thousands_of_bytes_per_call_are_a_number_with_a_comma(form: str) -> None:
    """What looks like a number to the library that draws tables is shown as it is."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    for size in (1000, 3047):
        b.call(10, "recvfrom", 4, None, 4096, 0, None, None, result=size, data="x")
    story = replay(b.trace())
    text = render(compare([story, story]), form, Surface(100))
    assert ("2023.5" if form == "json" else "2,023.5") in text


def test_thousands_are_words_too() -> None:
    """A cell that is a number with a comma in it is shown as it is."""
    table = Supplement("costs", ("", "fork"), (("bytes per call", "2,500"),))
    shown = [
        "".join(piece.text for piece in line) for line in supplement_lines(table, 60, Surface())
    ]
    assert shown == ["costs           fork", "bytes per call  2,500"]
