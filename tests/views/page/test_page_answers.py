"""What a quiz takes for the return value of a call."""

from echotrace.story.replay import replay
from echotrace.views.page.cells import cell
from echotrace.views.page.texts import INNER, SEP, Texts
from echotrace.views.steps import Filter, Steps
from page_texts import unpacked
from tracebuilder import TraceBuilder


def _accepted(build: TraceBuilder) -> list[list[str]]:
    """The answers at each step of all events."""
    story, texts = replay(build.trace()), Texts()
    rows = Steps(story).layout(Filter(everything=True)).rows
    told = [unpacked(texts, cell(story, row.cell, "connection", texts)) for row in rows]
    answers = ([*each.split(SEP), *[""] * 7][6] for each in told)
    return [each.split(INNER) if each else [] for each in answers]


def test_the_child_that_was_waited_for_is_an_answer() -> None:
    """wait4 returns a process, by its role or by its number, with its status or without it."""
    build = TraceBuilder()
    build.fork(10, 11)
    build.exit(11)
    build.end(build.begin(10, "wait4", -1), 11, wstatus="exited 0")
    *_, waited = _accepted(build)
    assert {"11", "P1", "P1, exited 0"} <= {*waited}
    assert "P0" not in waited


def test_a_call_that_a_signal_interrupts_returns_nothing_yet() -> None:
    """ERESTARTSYS is between the kernel and itself: no program ever sees it."""
    build = TraceBuilder()
    build.server()
    build.call(10, "accept", 3, None, None, result=-1, errno="ERESTARTSYS")
    build.call(10, "close", 9, result=-1, errno="EBADF")
    *_, interrupted, refused = _accepted(build)
    assert (interrupted, refused) == ([], ["-1 EBADF", "EBADF"])


def test_nothing_that_is_ready_is_an_answer() -> None:
    """poll that finds nothing returns 0: none."""
    build = TraceBuilder()
    build.call(10, "poll", [{"fd": 3, "events": "POLLIN"}], 1, 0, result=0)
    (found,) = _accepted(build)
    assert {"0", "none"} <= {*found}
