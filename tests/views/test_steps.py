"""The ways between steps, the source of a step: what the stepper knows without a terminal."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from echotrace.story.replay import replay
from echotrace.trace import ClientStep, Trace
from echotrace.views.layout import Row
from echotrace.views.listing import Sources
from echotrace.views.narration import narrate
from echotrace.views.stepper.finding import go_to, search
from echotrace.views.stepper.moves import MOVES, Position, index_of, row_at, start, to_index
from echotrace.views.steps import Filter, Steps, state_after
from served import forked
from tracebuilder import TraceBuilder, with_sites


@pytest.fixture(scope="module")
def steps() -> Steps:
    """Three clients, each with a process of its own, some files."""
    b = forked(clients=3)
    b.call(10, "openat", "AT_FDCWD", "/etc/hosts", result=9)
    return Steps(replay(b.trace()))


def _walk(steps: Steps, here: Position, move: str) -> Iterator[Position]:
    """Every position that a move leads to, until it leads nowhere."""
    while True:
        yield here
        following = MOVES[move](steps, here)
        if following.number == here.number:
            return
        here = following


def test_rows_are_those_of_the_layout(steps: Steps) -> None:
    """Stepping from the first to the last goes through every row of the shared layout, in order."""
    here = start(steps, Filter())
    walked = [row_at(steps, position) for position in _walk(steps, here, "next")]
    assert walked == list(steps.layout(Filter()).rows)


def test_way_back_is_the_way_there(steps: Steps) -> None:
    """The steps back are the steps forth, reversed; first and last are their ends."""
    here = start(steps, Filter())
    forth = list(_walk(steps, here, "next"))
    assert list(_walk(steps, forth[-1], "previous")) == forth[::-1]
    assert MOVES["last"](steps, here) == forth[-1]
    assert MOVES["first"](steps, forth[-1]) == here


def test_ten_steps_at_once_stop_at_the_ends(steps: Steps) -> None:
    """A page is ten steps, and less only at an end."""
    here = start(steps, Filter())
    assert index_of(steps, MOVES["on"](steps, here)) == 10
    assert MOVES["back"](steps, MOVES["on"](steps, here)) == here
    assert MOVES["back"](steps, here) == here


def test_next_of_connection_keeps_to_the_connection(steps: Steps) -> None:
    """n goes through the steps of one connection, and says when there are no more."""
    here = to_index(steps, start(steps, Filter()), 3)
    walked = list(_walk(steps, here, "next_of_connection"))
    places = {p.event.place.connection for p in (row_at(steps, w) for w in walked) if p}
    assert places == {1}
    assert MOVES["next_of_connection"](steps, walked[-1]).note == "#1 has no later step."
    assert walked[0] == list(_walk(steps, walked[-1], "previous_of_connection"))[-1]


def test_next_of_connection_from_elsewhere_finds_one(steps: Steps) -> None:
    """From a step of no connection, n goes to the next step that has one."""
    here = MOVES["next_of_connection"](steps, start(steps, Filter()))
    row = row_at(steps, here)
    assert row is not None
    assert (row.event.place.connection, row.cell.part) == (1, "begin")


def test_filters_cycle_and_come_back(steps: Steps) -> None:
    """c goes through the connections and back to all; every step shown passes the filter."""
    here = start(steps, Filter())
    for number in (1, 2, 3, None):
        here = MOVES["connection"](steps, here)
        assert here.filter.connection == number
        rows = steps.layout(here.filter).rows
        chosen = [rows[n].event.place.connection for n in steps.chosen(here.filter)]
        assert number is None or set(chosen) == {number}
    back = MOVES["connection_back"](steps, MOVES["connection"](steps, here))
    assert back.filter == here.filter


def test_tasks_cycle_in_their_order(steps: Steps) -> None:
    """t goes through processes, then clients, then all."""
    here, names = start(steps, Filter()), []
    for _ in range(8):
        here = MOVES["task"](steps, here)
        names.append(here.filter.actor)
    assert names == ["P0", "P1", "P2", "P3", "C1", "C2", "C3", None]


def test_filter_keeps_the_step_or_the_nearest(steps: Steps) -> None:
    """A filter that the step passes leaves it there; a toggle of all events and back as well."""
    here = to_index(steps, start(steps, Filter()), 12)
    row = row_at(steps, here)
    assert row is not None
    for moves in (["connection", "connection_back"], ["everything", "everything"]):
        there = here
        for move in moves:
            there = MOVES[move](steps, there)
            shown = row_at(steps, there)
            assert shown is not None
        assert row_at(steps, there) == row


def test_filters_that_nothing_passes_keep_the_place(steps: Steps) -> None:
    """Where no step passes there is none, every move is safe, and lifting the filter leads back."""
    here = replace(to_index(steps, start(steps, Filter()), 7), filter=Filter(1, "P3"))
    assert row_at(steps, here) is None
    for name, move in MOVES.items():
        assert row_at(steps, move(steps, here)) is None or name not in ("next", "last")
    assert MOVES["clear"](steps, here) == to_index(steps, start(steps, Filter()), 7)


def test_everything_shows_more(steps: Steps) -> None:
    """a shows the files too."""
    here = MOVES["everything"](steps, start(steps, Filter()))
    assert len(steps.chosen(here.filter)) > len(steps.chosen(Filter()))


def test_go_to_lifts_what_hides_the_event(steps: Steps) -> None:
    """An event is gone to by its number, hidden or not; one that is not there is told."""
    here = start(steps, Filter(connection=1))
    opened = steps.story.events[-1].seq
    assert go_to(steps, here, 4).filter == Filter(connection=1)
    assert go_to(steps, here, 1).filter == Filter()
    assert go_to(steps, here, opened).filter == Filter(everything=True)
    there = go_to(steps, here, 99_999)
    assert (there.number, there.note) == (
        here.number, f"There is no event 99999: they go from 1 to {opened}.",
    )  # fmt: skip


def test_search_goes_round(steps: Steps) -> None:
    """A search finds the next step, whatever the case, and goes on at the first one."""
    here = start(steps, Filter())
    found = search(steps, here, "RECVFROM")
    row = row_at(steps, found)
    assert row is not None
    assert getattr(row.event.record, "name", "") == "recvfrom"
    assert search(steps, MOVES["last"](steps, here), "socket(").note
    missing = search(steps, here, "[no\x1b such")
    assert missing.number == here.number
    assert missing.note == 'No step shown has "[no\\x1b such" in it.'


def test_begin_and_return_have_states_of_their_own(steps: Steps) -> None:
    """At the begin of accept its task waits, at its return it does not: each step stands alone."""
    rows = steps.layout(Filter()).rows
    begin, done = (next(r for r in rows if r.cell.part == part) for part in ("begin", "return"))
    assert begin.event is done.event
    assert state_after(steps.story, begin).by_tid[10].calling is not None
    assert state_after(steps.story, done).by_tid[10].calling is None


def test_no_step_shows_what_has_not_happened(steps: Steps) -> None:
    """The times of the states of successive steps never go back."""
    rows = steps.layout(Filter()).rows
    times = [steps.state(Filter(), number).time for number in range(len(rows))]
    assert times == sorted(times)


def test_exit_is_told_with_what_follows_from_it(steps: Steps) -> None:
    """At the step of exit the process is a zombie and its table is gone; with all events, later."""
    for everything in (False, True):
        filter_ = Filter(actor="P1", everything=everything)
        rows = steps.layout(filter_).rows
        ending = [n for n in steps.chosen(filter_) if _name(rows[n]) == "exit_group"]
        state = steps.state(filter_, ending[0])
        assert state.by_pid[11].zombie is not everything
        assert (state.table(11) is None) is not everything


def _name(row: Row) -> str:
    return str(getattr(row.event.record, "name", ""))


def test_nothing_to_step_through() -> None:
    """A trace without events has no step, and no move fails."""
    steps = Steps(replay(TraceBuilder(first=None).trace()))
    here = start(steps, Filter())
    assert row_at(steps, here) is None
    for move in MOVES.values():
        assert row_at(steps, move(steps, here)) is None
    assert go_to(steps, here, 1).note == "There is no event 1: there are none."
    assert search(steps, here, "x").note


_TEXT = "int main()\n{\n\tsocket();\n\tbind();\r\n\x1b[31mlisten();\n}\n"


def _sited(text: str | None = _TEXT, problem: str | None = None) -> Trace:
    b = TraceBuilder()
    one, two, _ = b.server()
    b.client(1, "connect")
    return with_sites(b.trace(), {one: 3, two: 4}, text, problem)


def test_source_shows_what_ran_and_what_comes() -> None:
    """A listing has the file, the line of the call and that of the task's next call."""
    story = replay(_sited())
    found = Sources(story).listing(story.events[0])
    assert (found.title, found.ran, found.upcoming) == ("test.c line 3 in main()", 3, 4)
    assert found.lines[2:5] == ("    socket();", "    bind();", "\\x1b[31mlisten();")


def test_source_that_is_not_there_says_why() -> None:
    """No text, no site, a client: each has its sentence."""
    changed = "test.c was changed since it was compiled."
    for trace, why in ((_sited(None, changed), changed),
                       (_sited(None), "The text of test.c is not in the trace.")):  # fmt: skip
        story = replay(trace)
        assert Sources(story).listing(story.events[0]).problem == why
    sources = Sources(story)
    assert sources.listing(story.events[2]).problem == "No source line is known for this call."
    client = next(event for event in story.events if isinstance(event.record, ClientStep))
    assert "C1 is a client" in sources.listing(client).problem


def test_sites_of_two_files() -> None:
    """A next line in another file is named."""
    trace = _sited()
    trace = with_sites(trace, {2: 7}, "x\n", file="lib.c")
    story = replay(trace)
    found = Sources(story).listing(story.events[0])
    assert (found.upcoming, found.elsewhere) == (None, "lib.c line 7")


def test_every_step_has_a_sentence(steps: Steps) -> None:
    """Each step is told by its actor, in a sentence."""
    for row in steps.layout(Filter(everything=True)).rows:
        told = narrate(steps.story, row)
        assert told.startswith(row.event.actor)
        assert told.endswith(".")
