"""What is told of a trace that is cut off: not that what is missing did not happen."""

from functools import cache

import pytest

from echotrace.servers import traces_dir
from echotrace.story.compare.compare import compare
from echotrace.story.compare.nouns import Comparison
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import Trace
from echotrace.tracefile import load

#: What says that something was not done on the side that is cut off.
_LACKS = (
    "cut makes no such call",
    "no task of cut",
    "in cut nobody closes",
    "cut has had no",
    ", cut 1",
    "cut calls recv only once",
)
_CUTS = range(0, 60, 4)  # of records: each trace has more


@cache
def _trace(server: str) -> Trace:
    return load(traces_dir() / f"{server}-interleaved.jsonl")


def _cut(server: str, after: int) -> Story:
    trace = _trace(server)
    return replay(Trace(trace.header, trace.records[:after]))


def _compared(server: str, after: int) -> Comparison:
    return compare([_cut(server, after), replay(_trace("fork"))], names=("cut", "whole"))


@pytest.mark.parametrize("after", _CUTS)
@pytest.mark.parametrize("server", ["fork", "thread", "epoll", "prefork"])
def test_nothing_is_said_not_to_happen(server: str, after: int) -> None:
    """Wherever a trace is cut off, what it lacks is told as what the trace can tell."""
    found = _compared(server, after)
    for difference in found.differences[0]:
        told = difference.sentence
        assert "as far as the trace goes" in told or not any(lacks in told for lacks in _LACKS)
        assert difference.kind != "left-waiting"


@pytest.mark.parametrize("after", _CUTS)
def test_sentence_on_what_one_side_lacks_is_of_one_task(after: int) -> None:
    """The parent's close and the child's are told apart: they come to something else."""
    story = replay(_trace("fork"))
    for difference in _compared("fork", after).differences[0]:
        if difference.kind == "extra-call" and difference.events[1]:
            assert len({story.event(seq).actor for seq in difference.events[1]}) == 1


def test_no_connection_before_the_cut() -> None:
    """A trace that is cut off before the first accept is not said to accept nothing."""
    found = _compared("fork", 10)
    assert "cut accepts no connection, as far as its trace goes." in found.notes
    (served,) = (each for each in found.differences[0] if each.kind == "connection")
    assert served.sentence.endswith(
        "; as far as the trace goes, cut has had no connection of those clients"
    )


def test_whole_traces_say_no_more_than_before() -> None:
    """Of a trace that has its end, what it lacks did not happen, and is told so."""
    whole = compare([replay(_trace(server)) for server in ("iterative", "fork")])
    assert not any("as far as" in each.sentence for each in whole.differences[0])
