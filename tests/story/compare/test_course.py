"""Courses: nothing essential is lost, and two runs of one server have no difference."""

from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace

from echotrace.commands.recording import Wish, record
from echotrace.servers import NAMES, traces_dir
from echotrace.story.compare.compare import compare
from echotrace.story.compare.course import courses
from echotrace.story.compare.steps import steps
from echotrace.story.essentials import is_essential, without_announced_ends
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.syscalls import logical_event
from echotrace.trace import ClientStep, Load, Syscall
from echotrace.tracefile import load
from tracebuilder import TraceBuilder

_WAITS = ("select", "poll", "epoll wait")


def test_every_essential_event_is_in_one_course(story: Story) -> None:
    """All are, but for clients' steps and ends that a call announced; only waits are in several."""
    found = Counter(step.event.seq for course in courses(story) for step in course.steps)
    wanted = {
        event.seq
        for event in without_announced_ends(story.events)
        if is_essential(event) and not isinstance(event.record, ClientStep)
    }
    assert wanted - set(found) == set()
    for seq, times in found.items():
        record = story.event(seq).record
        assert times == 1 or (isinstance(record, Syscall) and logical_event(record.name) in _WAITS)


@pytest.mark.parametrize("server", NAMES)
def test_two_runs_have_no_difference(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server recorded now and the one that is stored do the same."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    wish = Wish(server, script="interleaved", quiet=True)
    recorded = replay(record(wish, tmp_path / "t.jsonl", overwrite=False).trace)
    compared = compare([recorded, replay(load(traces_dir() / f"{server}-interleaved.jsonl"))])
    assert compared.same, compared.differences


def _forking(*, early: bool, freely: bool = True) -> Story:
    """A parent that closes its copy before or after its child's echo."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.fork(10, 11)
    if early:
        b.call(10, "close", 4)
    b.call(11, "recvfrom", 4, result=5, data="hello")
    if not early:
        b.call(10, "close", 4)
    b.call(11, "recvfrom", 4, result=0, data="")
    b.exit(11)
    trace = b.trace()
    header = replace(trace.header, load=Load(2, 1, 64)) if freely else trace.header
    return replay(replace(trace, header=header))


def test_when_a_parent_closes_in_a_free_run_is_no_difference() -> None:
    """Without a script the scheduler chooses; with one it is the server that differs."""
    assert compare([_forking(early=True), _forking(early=False)]).same
    scripted = compare([_forking(early=each, freely=False) for each in (True, False)])
    assert not scripted.same


def test_hand_off_in_a_free_run_stands_before_what_it_hands_over() -> None:
    """The parent's close comes before the child's recv, whichever the kernel did first."""
    for early in (True, False):
        story = _forking(early=early)
        (connection,) = story.connections
        found = steps(story, connection)
        assert [step.key[0] for step in found] == [
            "accept",
            "spawn",
            "close",
            "recv",
            "recv",
            "exit",
        ]


def test_workers_made_while_the_first_waits_belong_to_the_set_up() -> None:
    """A connection begins when its accept returns, not when a worker began to wait for it."""
    b = TraceBuilder()
    b.server()
    b.fork(10, 11)
    accept = b.begin(11, "accept", 3, None, None)
    made = b.fork(10, 12)
    b.end(accept, 4)
    setup, *_ = courses(replay(b.trace()))
    assert setup.kind == "set-up"
    assert made in [step.event.seq for step in setup.steps]


def test_signal_that_ends_a_task_is_a_step_of_its_connection() -> None:
    """SIGPIPE stands between the send that caused it and the end of the task."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.fork(10, 11)
    b.call(11, "sendto", 4, result=-1, errno="EPIPE")
    b.signal(11, "SIGPIPE")
    b.exit(11, call=False, by="SIGPIPE")
    story = replay(b.trace())
    found = [step.key[0] for step in steps(story, story.connections[0])]
    assert found == ["accept", "spawn", "send", "signal", "killed"]
