"""The views of traces whose arguments make no sense: mutilated, or written by another tool."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echotrace.story.compare.compare import compare
from echotrace.story.expect.sections import Expectations
from echotrace.story.replay import replay
from echotrace.syscalls import ROWS
from echotrace.trace import Record, Trace
from echotrace.views import words
from echotrace.views.divergence import divergence
from echotrace.views.paint import Surface
from echotrace.views.rendering import FORMATS, render, render_story
from echotrace.views.timeline import timeline
from every_view import EXPECTED
from garbage import GARBAGE
from tracebuilder import HEADER, TraceBuilder

_ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=4,
)
#: Calls of which more is shown than their arguments.
_TOLD_APART = ["wait4", "getsockname", "select", "poll", "epoll_ctl", "rt_sigaction", "sendmsg"]


def _all_views(trace: Trace) -> None:
    story = replay(trace)
    timeline(story, Surface(80), explained=True)
    timeline(story, Surface(120), everything=True)
    timeline(story, Surface(100, unicode=False), by="task")
    found = Expectations.read(EXPECTED, "x").check(story)
    divergence(found, "x", "y", Surface(100))
    for form in FORMATS:
        render(compare([story, story]), form, Surface(100), whole=True)
        render_story(story, form, Surface(100))


@pytest.mark.parametrize("odd", [True, {"a": 1}, [1], 7])
@pytest.mark.parametrize("text", [words.safe, words.address])
def test_odd_text_is_told(text: Callable[[Any], str], odd: object) -> None:
    """What should be text and is not is shown as what it is."""
    assert text(odd) == str(odd)


@settings(max_examples=150)
@given(st.data())
def test_odd_arguments_never_raise(data: st.DataObject) -> None:
    """Whatever stands where an argument should, every view can be made."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local="127.0.0.1:50001")
    b.accept(10, 4)
    b.fork(10, 20)
    b.exit(20, call=False)
    names = st.sampled_from(_TOLD_APART) | st.sampled_from(sorted(ROWS))
    for name in data.draw(st.lists(names, min_size=1, max_size=6)):
        odd: dict[str, Any] = {argument.name: data.draw(_ODD) for argument in ROWS[name].arguments}
        told = {key: data.draw(_ODD) for key in ("readable", "wstatus", "addr")}
        b.end(b.begin(10, name), data.draw(st.sampled_from([0, 1, 4, 20])), **odd | told)
    _all_views(b.trace())


@settings(max_examples=100)
@given(st.lists(GARBAGE, max_size=30))
def test_garbage_never_raises(records: list[Record]) -> None:
    """Nor does any other record that makes no sense."""
    _all_views(Trace(HEADER, tuple(records)))
