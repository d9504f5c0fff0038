"""A story told while it happens is the story told afterwards, and costs no more for being long."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from echotrace.kernel.model import Kernel
from echotrace.kernel.moments import Moment, moments
from echotrace.servers import traces_dir
from echotrace.story.nouns import Place, StoryEvent
from echotrace.story.replay import replay
from echotrace.story.unfolding import Unfolding
from echotrace.trace import ClientStep, Record, Syscall, Trace
from echotrace.tracefile import load
from growing import batches
from tracebuilder import HEADER, TraceBuilder

TRACES = sorted(traces_dir().glob("*.jsonl"))


def unfolded(trace: Trace) -> tuple[Unfolding, dict[int, StoryEvent]]:
    """The last that is told of each event."""
    unfolding = Unfolding(trace.header)
    told = {event.seq: event for part in _parts(trace) for event in unfolding.take(part)}
    return unfolding, told


def _parts(trace: Trace) -> Iterator[Sequence[Record]]:
    begun: set[int] = set()
    for batch in batches(trace):
        yield batch.records
        yield [call for call in batch.going_on if call.seq not in begun]
        begun |= {call.seq for call in batch.going_on}


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_each_event_has_the_actor_and_place_that_replay_gives(path: Path) -> None:
    """Actors, places and clients are those of the finished story; a connect knows no place yet."""
    trace = load(path)
    story = replay(trace)
    unfolding, told = unfolded(trace)
    for event in story.events:
        seen = told[event.resumed[-1] if event.resumed else event.seq]
        assert seen.actor == event.actor
        if not (isinstance(event.record, ClientStep) and event.record.action == "connect"):
            assert (event.seq, seen.place) == (event.seq, event.place)
    assert [made.id for made in unfolding.accepted] == [c.description for c in story.connections]
    assert unfolding.clients == {c.number: c.client for c in story.connections if c.client}


def test_a_waiting_call_is_told_where_it_works() -> None:
    """A recv that goes on is on its connection, an accept on the listening socket."""
    trace = load(traces_dir() / "fork-interleaved.jsonl")
    unfolding = Unfolding(trace.header)
    places: dict[str, set[Place]] = {}
    for part in _parts(trace):
        for event in unfolding.take(part):
            if isinstance(event.record, Syscall) and event.record.result is None:
                places.setdefault(event.record.name, set()).add(event.place)
    assert {place.name for place in places["recvfrom"]} == {"#1", "#2"}
    assert {place.name for place in places["accept"]} == {"listener"}


def test_each_moment_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many batches there are, no moment happens twice in the model."""
    trace = load(traces_dir() / "thread-interleaved.jsonl")
    seen: list[tuple[int, int, int]] = []
    apply = Kernel.apply

    def counted(kernel: Kernel, moment: Moment) -> None:
        seen.append((moment[0], moment[1], getattr(moment[3], "seq", 0)))
        apply(kernel, moment)

    monkeypatch.setattr(Kernel, "apply", counted)
    unfolded(trace)
    expected = [(time, phase, getattr(r, "seq", 0)) for time, phase, _, r in moments(trace.records)]
    assert sorted(seen) == sorted(expected)


def test_a_waiting_call_is_not_told_where_its_task_was_last() -> None:
    """A waiting call is on the connection of its descriptor, wherever its task was before."""
    trace = TraceBuilder()
    trace.call(10, "socket", "AF_INET", "SOCK_STREAM", 0, result=3)
    trace.call(10, "listen", 3, 5)
    trace.call(10, "accept", 3, result=4)
    trace.call(10, "accept", 3, result=5)
    unfolding = Unfolding(HEADER)
    unfolding.take(trace.records)
    waiting = trace.begin(10, "recvfrom", 4)
    trace.end(waiting, None)
    (event,) = unfolding.take(trace.records[-1:])
    assert event.place == Place.of(1)
