"""Explanations of random valid calls, and of records that make no sense."""

from hypothesis import given, settings
from hypothesis import strategies as st
from sentences import sentence
from servermachine import ServerMachine

from echotrace.story.explain import explain
from echotrace.story.replay import replay
from echotrace.trace import Record, Trace
from garbage import GARBAGE
from tracebuilder import HEADER


@settings(max_examples=200)
@given(st.data())
def test_never_contradicts_a_naive_kernel(data: st.DataObject) -> None:
    """What is said of holders, FINs, bytes, zombies and wakers is what a naive kernel did."""
    machine = ServerMachine(data.draw)
    for _ in range(data.draw(st.integers(20, 60))):
        machine.step()
    story = replay(machine.trace.trace())
    assert story.doubts == ()
    for event in story.events:
        said = sentence(story, event)
        wanted, unwanted = machine.said.get(event.seq, ("", ""))
        assert wanted in said, said
        assert not unwanted or unwanted not in said, said


@settings(max_examples=300)
@given(st.lists(GARBAGE, max_size=30))
def test_garbage_never_raises(records: list[Record]) -> None:
    """Whatever a trace holds, every event has a sentence of printable ASCII."""
    story = replay(Trace(HEADER, tuple(records)))
    for event in story.events:
        said = explain(story, event)
        assert said.isascii()
        assert said.isprintable()
        assert said.endswith(".")
