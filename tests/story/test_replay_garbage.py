"""The model and the story against records that make no sense."""

from hypothesis import given, settings
from hypothesis import strategies as st

from echotrace.kernel.model import run
from echotrace.story.replay import replay
from echotrace.story.sequence import canonical
from echotrace.trace import Record, Trace
from garbage import GARBAGE
from tracebuilder import HEADER


@settings(max_examples=500)
@given(st.lists(GARBAGE, max_size=30))
def test_garbage_never_raises(records: list[Record]) -> None:
    """Whatever a trace holds, it has a story, and each reference belongs to a living task."""
    kernel = run(records)
    for tid in kernel.tasks():
        for slot in kernel.descriptors(tid):
            assert slot.references > 0
    canonical(replay(Trace(HEADER, tuple(records))), everything=True)
