"""Any moment of a trace has the state of a run that stops there, wherever keyframes are."""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from socket_machine import SocketMachine

from echotrace.kernel import history as module
from echotrace.kernel.history import History
from echotrace.kernel.ledger import Ledger
from echotrace.kernel.model import Kernel, run
from echotrace.kernel.moments import Moment, moments
from echotrace.kernel.state import State
from echotrace.story.replay import replay
from echotrace.trace import Record
from tracebuilder import TraceBuilder, connected


def fresh(records: list[Record], count: int, time: int) -> State:
    """The state after the first `count` moments, by a run of its own."""
    kernel = Kernel()
    for moment in moments(records)[:count]:
        kernel.apply(moment)
    return kernel.state(time)


@contextmanager
def keyframes_every(interval: int) -> Iterator[list[Moment]]:
    """Keyframes in a short distance; the moments applied meanwhile, to be cleared and counted."""
    applied: list[Moment] = []
    apply = Kernel.apply

    def counting(kernel: Kernel, moment: Moment) -> None:
        applied.append(moment)
        apply(kernel, moment)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_INTERVAL", interval)
        patch.setattr(module, "_BYTES_A_MOMENT", 1 << 30)
        patch.setattr(Kernel, "apply", counting)
        yield applied


@settings(max_examples=100)
@given(st.data(), st.integers(1, 5))
def test_any_moment_is_that_of_a_fresh_run(data: st.DataObject, interval: int) -> None:
    """at and before give what a run up to there gives, and apply no more than an interval."""
    machine = SocketMachine(data.draw)
    for _ in range(data.draw(st.integers(1, 25))):
        machine.step()
    records = machine.trace.records
    times = [moment[0] for moment in moments(records)]
    with keyframes_every(interval) as applied:
        history = History(records)
        for time in data.draw(st.permutations([0, *times, times[-1] + 5])):
            applied.clear()
            assert history.at(time) == fresh(records, sum(t <= time for t in times), time)
            before = fresh(records, sum(t < time for t in times), time - 1)
            assert history.before(time) == before
            for task in before.tasks:
                assert history.process_before(task.tid, time) == before.by_pid.get(task.pid)
            again = sum(t <= time for t in times) + sum(t < time for t in times)
            assert len(applied) - again <= 2 * interval
    assert vars(history.ledger) == vars(run(records).ledger)


def test_way_to_a_late_moment_is_short() -> None:
    """Of a long trace only the moments since the last keyframe happen again, in any order asked."""
    b = TraceBuilder()
    b.server()
    for _ in range(200):
        b.accept(10, 4)
        b.call(10, "close", 4)
    with keyframes_every(7) as applied:
        history = History(b.records)
        for time in (b.now, 10, b.now // 2, b.now):
            applied.clear()
            history.at(time)
            assert len(applied) <= 7


@pytest.mark.parametrize("interval", [1, 2, 3])
def test_both_sides_of_a_keyframe(interval: int) -> None:
    """A moment that falls on a keyframe is neither lost nor taken twice."""
    b = TraceBuilder()
    for fd in (3, 4, 5, 6):
        b.call(10, "dup", 0, result=fd)
    with keyframes_every(interval):
        history = History(b.records)
        found = [len(history.at(time).tables[0].descriptors) for time in range(30, b.now + 1, 20)]
        assert found == [4, 5, 6, 7]
        assert history.before(30).tables == history.at(29).tables
        assert len(history.before(30).tables[0].descriptors) == 3


def test_before_the_first_moment_and_without_any() -> None:
    """Before it began, and in an empty trace, nothing is there."""
    b = TraceBuilder()
    assert History(b.records).at(0).tasks == ()
    assert History(b.records).before(10).tasks == ()
    assert History([]).at(5) == State(5, (), (), (), ())


def test_large_state_is_kept_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next keyframe is due after as many moments as the last one has bytes to pay for."""
    b = TraceBuilder()
    for fd in range(3, 203):
        b.call(10, "dup", 0, result=fd)
    monkeypatch.setattr(module, "_INTERVAL", 2)
    monkeypatch.setattr(module, "_BYTES_A_MOMENT", 1)
    few = len(History(b.records)._keyframes)
    monkeypatch.setattr(module, "_BYTES_A_MOMENT", 1 << 30)
    assert few < len(History(b.records)._keyframes) / 10


def test_copy_in_a_keyframe_is_independent() -> None:
    """What happens to a pickled state leaves the one it was taken from as it was."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local="127.0.0.1:1", peer="127.0.0.1:7000")
    half = len(moments(b.records))
    b.accept(10, 4, port=1)
    b.fork(10, 11)
    b.call(10, "close", 4)
    b.exit(11)
    rest = moments(b.records)[half:]
    kernel = Kernel()
    for moment in moments(b.records)[:half]:
        kernel.apply(moment)
    former = kernel.state(b.now)
    copy = pickle.loads(pickle.dumps(kernel.live))  # noqa: S301 -- our own
    copy.ledger = Ledger()
    twin = Kernel(copy)
    assert twin.state(b.now) == former
    for moment in rest:
        twin.apply(moment)
    assert kernel.state(b.now) == former
    for moment in rest:
        kernel.apply(moment)
    assert kernel.state(b.now) == twin.state(b.now) != former


def test_story_tells_begin_and_end_of_a_call_that_waits() -> None:
    """A call that has begun is in progress; afterwards there is what it made."""
    b = TraceBuilder()
    b.server()
    waiting = b.begin(10, "accept", 3, None, None)
    b.client(1, "connect", local="127.0.0.1:1", peer="127.0.0.1:7000")
    b.end(waiting, 4, told=connected(4, 1))
    story = replay(b.trace())
    begun, done = story.at(waiting.seq, begun=True), story.at(waiting.seq)
    calls = [state.by_tid[10].calling for state in (story.before(waiting.seq), begun, done)]
    assert [call and call.seq for call in calls] == [None, waiting.seq, None]
    tables = [state.table(10) for state in (begun, done)]
    assert [[slot.fd for slot in table.descriptors] for table in tables if table] == [
        [0, 1, 2, 3], [0, 1, 2, 3, 4],
    ]  # fmt: skip
    sockets = [state.opens[3].socket for state in (begun, story.at(waiting.seq + 1), done)]
    assert [len(socket.pending) for socket in sockets if socket] == [0, 1, 0]


def test_story_at_a_call_that_never_returned() -> None:
    """Its beginning is all there is: the state holds it as in progress."""
    b = TraceBuilder()
    b.server()
    waiting = b.begin(10, "accept", 3, None, None)
    story = replay(b.trace())
    assert story.at(waiting.seq) == story.at(waiting.seq, begun=True)
    calling = story.at(waiting.seq).by_tid[10].calling
    assert calling is not None
    assert calling.seq == waiting.seq
    with pytest.raises(KeyError):
        story.at(99)


def test_keyframe_of_many_processes_that_share_descriptions() -> None:
    """A parent that closes none of its connections has keyframes however many children it has."""
    building = TraceBuilder()
    building.server()
    for number in range(1, 400):
        building.accept(10, 3 + number, port=50_000 + number)
        building.fork(10, 100 + number)
    records = building.records
    with keyframes_every(50):
        history = History(records)
        assert len(history._keyframes) > 10
        assert history.at(10**12) == fresh(records, len(moments(records)), 10**12)
