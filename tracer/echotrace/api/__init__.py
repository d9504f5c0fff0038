"""The public Python API: traces, what they mean, and how they differ.

    from echotrace import compare, load

    trace = load("fork.jsonl")
    expected = "accept fork close:parent (recv send)* recv=0 shutdown close exit"
    assert trace.connections[0].matches(expected)
    compare(trace, load("thread.jsonl"), only="spawn,close,exit")

A trace, a story and a comparison show themselves in a notebook, and print as text. Units are the
same everywhere: bytes, and nanoseconds since the start of the trace; `seq` is the number of an
event, the one that every view shows. What a user can mend raises `UserError`, what the system
refuses `SystemRefused`; both are `EchotraceError`.
"""

from echotrace.api.comparison import Comparison, compare
from echotrace.api.nouns import Connection, Story, Trace
from echotrace.api.traces import load, record_server, replay
from echotrace.story.compare.nouns import Alignment, Difference, Mark, Row, Step
from echotrace.story.costs.costs import Costs
from echotrace.story.events import StoryEvent
from echotrace.story.expect.nouns import Match
from echotrace.trace import Header

__all__ = [
    "Alignment", "Comparison", "Connection", "Costs", "Difference", "Header", "Mark", "Match",
    "Row", "Step", "Story", "StoryEvent", "Trace", "compare", "load", "record_server", "replay",
]  # fmt: skip
