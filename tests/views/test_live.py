"""The growing timeline: every row of the finished one, none taken back, each in its time."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from echotrace.servers import traces_dir
from echotrace.story.replay import replay
from echotrace.trace import Trace
from echotrace.tracefile import load
from echotrace.views.lanes import lay_out
from echotrace.views.live import LiveTimeline, closing
from echotrace.views.paint import Surface
from growing import batches, before_accept, begun

WIDE = Surface(300, unicode=True, colour=False)
TRACES = sorted(traces_dir().glob("*.jsonl"))
ROW = re.compile(r" *(?P<ms>[\d.]+) +(?P<seq>\d+)  (?P<column>\S+) +(?P<text>.*)")


def grown(trace: Trace, by: str = "connection") -> Iterator[str]:
    """What is printed, batch after batch, when every step finds the server at rest."""
    live = LiveTimeline(trace.header, WIDE, by=by, everything=False)
    yield live.opening()
    for batch in batches(trace):
        yield live.grow(batch.records, batch.going_on)


def rows(text: str) -> list[re.Match[str]]:
    """The rows among the lines."""
    return [match for line in text.splitlines() if (match := ROW.fullmatch(line))]


@pytest.mark.parametrize("by", ["connection", "task"])
@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_rows_are_those_of_the_finished_timeline(path: Path, by: str) -> None:
    """Each event stands as often as in the finished timeline, places before accept apart."""
    trace = load(path)
    told = rows("".join(grown(trace, by)))
    printed = [(int(row["seq"]), re.sub("^C[0-9]+$", "server", row["column"])) for row in told]
    story = replay(trace)
    layout, early = lay_out(story, by=by), before_accept(story)
    expected = [(row.event.seq, row.column) for row in layout.rows]
    assert sorted(p for p in printed if p[0] not in early) == sorted(
        e for e in expected if e[0] not in early
    )


def test_waiting_call_stands_where_it_begins_and_where_it_returns() -> None:
    """A call that waits is printed before what it waits for, and again with its result."""
    text = "".join(grown(load(traces_dir() / "fork-interleaved.jsonl")))
    accept = [row["text"] for row in rows(text) if "accept(" in row["text"]]
    assert accept[:2] == ["P0 accept(3) ░░░", "P0 accept(3) = 4"]
    assert text.index("accept(3) ░░░") < text.index("C1 connect") < text.index("accept(3) = 4")


def test_connection_is_announced_before_its_first_row() -> None:
    """A line says whose a new connection is."""
    text = "".join(grown(load(traces_dir() / "fork-interleaved.jsonl")))
    announced = re.search(r"^ +#1 is 127\.0\.0\.1:\d+, client C1$", text, re.MULTILINE)
    assert announced
    assert announced.start() < text.index("  #1  ")


def test_restarted_call_goes_on_waiting() -> None:
    """An attempt that the kernel repeats is neither a return nor a new call."""
    trace = load(traces_dir() / "fork-interleaved.jsonl")
    live = LiveTimeline(trace.header, WIDE, by="task", everything=False)
    call = next(c for c in trace.syscalls() if c.name == "accept")
    live.grow([r for r in trace.records if getattr(r, "seq", 0) < call.seq])
    assert call.end is not None
    assert "accept(3) ░░░" in live.begin([begun(call)])
    half = (call.start + call.end) // 2
    assert not live.grow([replace(call, end=half, result=-1, errno="ERESTARTSYS")])
    again = replace(call, seq=999, start=half + 1)
    assert not live.begin([begun(again)])
    assert [row["text"] for row in rows(live.grow([again]))] == ["#1 accept(3) = 4"]


def test_rows_are_in_order_of_time() -> None:
    """A call that goes on stands before what happened since it began, known at the same time."""
    trace = load(traces_dir() / "fork-interleaved.jsonl")
    live = LiveTimeline(trace.header, WIDE, by="connection", everything=False)
    call = next(c for c in trace.syscalls() if c.name == "accept")
    past = [r for r in trace.records if getattr(r, "seq", 0) < call.seq]
    later = [r for r in trace.records if getattr(r, "action", "") == "connect"][:1]
    text = live.grow([*past, *later], [begun(call)])
    assert [row["text"] for row in rows(text)][-2:] == ["P0 accept(3) ░░░", "C1 connect"]
    times = [float(row["ms"]) for row in rows(text)]
    assert times == sorted(times)


def test_what_is_known_late_stands_without_going_back_in_time() -> None:
    """A row that is older than those printed says its time in words."""
    trace = load(traces_dir() / "fork-interleaved.jsonl")
    live = LiveTimeline(trace.header, WIDE, by="connection", everything=False)
    call = next(c for c in trace.syscalls() if c.name == "accept")
    live.grow([r for r in trace.records if getattr(r, "seq", 0) < call.seq])
    live.grow([r for r in trace.records if getattr(r, "action", "") == "connect"][:1])
    text = live.begin([begun(call)])
    assert f"P0 accept(3) ░░░ · at {call.start / 1e6:.2f} ms" in text
    assert not rows(text)


def test_a_client_without_a_number_has_a_place_of_its_own() -> None:
    """Before its connection is accepted a client's step stands at the client, not the server."""
    text = "".join(grown(load(traces_dir() / "fork-interleaved.jsonl")))
    assert [row["column"] for row in rows(text) if row["text"] == "C1 connect"] == ["C1"]


def test_below_stands_what_the_trace_lacks_and_the_connections() -> None:
    """The end of the recording adds the table of connections."""
    trace = load(traces_dir() / "fork-interleaved.jsonl")
    cut = Trace(trace.header, trace.records[:-1])
    text = closing(replay(cut), WIDE)
    assert "The recording was cut off: it has no end." in text
    assert text.splitlines()[-1].startswith("#2")
