"""Comparisons of random traces: every view of them can be made, and keeps to its width."""

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from servermachine import ServerMachine

from echotrace.story.compare.choice import EVERYTHING, Choice, chosen
from echotrace.story.compare.compare import compare
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import Trace
from echotrace.views.paint import Surface
from echotrace.views.rendering import FORMATS, render
from garbage import GARBAGE
from tracebuilder import HEADER

_WIDTHS = (60, 137)
_HOSTILE = [
    "",
    "fork",
    "1,005",
    "a|b `c`",
    "\x1b[31m\n",
    "<script>",
    "\u202e",
    "x" * 300,
    "日本" * 40,
]
_names = st.sampled_from(_HOSTILE)
_headers = st.builds(
    lambda server, language, script, machine: replace(
        HEADER, server=server, language=language, script=script, machine=machine
    ),
    _names, _names, _names, _names,
)  # fmt: skip
_garbage = st.builds(
    lambda header, records: replay(Trace(header, tuple(records))),
    _headers, st.lists(GARBAGE, max_size=20),
)  # fmt: skip
_choices = st.builds(
    lambda only, ignore: Choice(only=chosen(only), ignore=chosen(ignore)),
    st.sampled_from([(), "accept", "recv,send", "setup,exit"]),
    st.sampled_from([(), "close", "setup"]),
)


@st.composite
def _servers(draw: st.DrawFn) -> Story:
    machine = ServerMachine(draw)
    for _ in range(draw(st.integers(0, 30))):
        machine.step()
    return replay(machine.trace.trace())


def _check(stories: Sequence[Story], choice: Choice = EVERYTHING) -> None:
    compared = compare(stories, choice)
    for form in FORMATS[1:]:
        assert _is_plain(render(compared, form, Surface(), whole=True))
    assert "<script>" not in render(compared, "html", Surface())
    for width, whole in product(_WIDTHS, (False, True)):
        text = render(compared, "text", Surface(width, unicode=whole), whole=whole)
        assert _is_plain(text)
        assert max(map(len, text.splitlines())) <= width


def _is_plain(text: str) -> bool:
    return text.replace("\n", "").isprintable()


@pytest.mark.parametrize("sides", [2, 3, 6])
@settings(max_examples=40)
@given(st.data(), _choices)
def test_garbage_against_garbage(sides: int, data: st.DataObject, choice: Choice) -> None:
    """Whatever traces and their headers hold, no view raises, is too wide or is steered."""
    _check([data.draw(_garbage) for _ in range(sides)], choice)


@settings(max_examples=40)
@given(_servers(), _servers())
def test_random_servers(one: Story, other: Story) -> None:
    """Any two servers are compared, either way round, and each with itself has no difference."""
    _check([one, other])
    _check([other, one])
    assert compare([one, one]).same
