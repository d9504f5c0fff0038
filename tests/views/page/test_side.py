"""The page's script reads in the data what the model says: cells, sentences, places and states."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from echotrace.servers import NAMES, traces_dir
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import Record
from echotrace.tracefile import load
from echotrace.views import words
from echotrace.views.cells import actor, cell_phrase
from echotrace.views.layout import Row
from echotrace.views.listing import Sources
from echotrace.views.moment import Section
from echotrace.views.names import Names
from echotrace.views.narration import narrate
from echotrace.views.page.side import side
from echotrace.views.page.texts import HOLE, INNER, MARK, SEP
from echotrace.views.side_cells import wait
from echotrace.views.state_lines import sections
from echotrace.views.steps import Filter, Steps
from echotrace.views.words import safe
from garbage import GARBAGE
from random_stories import Plan, plans
from read_page import read
from sample_document import HOSTILE
from tracebuilder import TraceBuilder

#: A node reads several stories; without shrinking, which starts many.
_AT_ONCE = 6
_FEW = settings(max_examples=4, phases=[Phase.reuse, Phase.generate])
_STEERS = HOSTILE + "\ud800\x1c\x1d\x1e\x1f\0\n\u2028"
_SHOWN = r"\\ud800\\x1c\\x1d\\x1e\\x1f\\0\\n\\u2028"  # as JSON has it
_FROM_OUTSIDE = {"data", "path", "pathname", "link", "file", "function", "text", "argv", "problem",
                 "server", "script", "version", "kernel", "source", "command", "machine", "error",
                 "signal", "exe"}  # fmt: skip


def _cell(story: Story, row: Row) -> dict[str, str]:
    said = cell_phrase(story, row.cell)
    data = "" if said.data is None else words.quoted(said.data, said.size, 120)
    told = {
        "actor": actor(row.cell, "connection"), "head": said.head, "kernel": said.kernel or "",
        "outcome": said.outcome, "data": data, "note": said.note,
    }  # fmt: skip
    return {name: safe(text) for name, text in told.items()}


def _place(sources: Sources, row: Row) -> tuple[object, ...]:
    told = sources.listing(row.event)
    return (told.title, list(told.lines), told.ran, told.upcoming, told.elsewhere, told.problem)


def _lines(told: tuple[Section, ...]) -> list[list[dict[str, Any]]]:
    return [
        [
            {
                "key": line.key, "depth": line.depth, "head": line.head, "mark": " ",
                "facts": [{"name": f.name, "label": f.label, "text": f.text} for f in line.facts],
            }
            for line in section.lines
        ]
        for section in told
    ]  # fmt: skip


def _check(*stories: Story) -> None:
    for story, found in zip(stories, read(stories), strict=True):
        _check_one(story, found)


def _check_one(story: Story, found: Mapping[str, Any]) -> None:
    steps, names, sources = Steps(story), Names.of(story), Sources(story)
    forward, backward, leaps = found["states"]
    assert forward == backward == leaps
    checked = set()
    for filter_, read_steps in zip(
        (Filter(), Filter(everything=True)), found["steps"], strict=True
    ):
        rows = steps.layout(filter_).rows
        assert [(row.event.seq, row.time) for row in rows] == [
            (step["seq"], step["time"]) for step in read_steps
        ]
        for number, (row, step) in enumerate(zip(rows, read_steps, strict=True)):
            descriptor = step["cell"].pop("descriptor")
            waited = wait(story, row.event) if row.cell.part == "return" else None
            assert step["cell"].pop("wait") == safe(waited or "")
            asked = getattr(row.event.record, "args", {}).get("fd")
            assert descriptor in {"", str(asked)}
            assert step["cell"] == _cell(story, row)
            assert step["told"] == narrate(story, row)
            place = step["place"]
            assert _place(sources, row) == (
                place["title"], step["lines"], place["ran"], place["upcoming"],
                place["elsewhere"], place["problem"],
            )  # fmt: skip
            assert (step["column"], step["actor"]) == (row.column, row.event.actor)
            assert ("whole", "begin", "return")[step["part"]] == row.cell.part
            assert step["connection"] == (row.event.place.connection or 0)
            assert step["woken"] == (row.event.woken_by or 0)
            if step["state"] not in checked:
                checked.add(step["state"])
                lines = forward[step["state"]]
                shown = [[found["lines"][str(line)] for line in section] for section in lines]
                assert shown == _lines(sections(steps.state(filter_, number), names))


@pytest.mark.parametrize("server", NAMES)
def test_of_stored_traces(server: str) -> None:
    """At every step of every stored trace, forward, backward and in leaps."""
    paths = traces_dir().glob(f"{server}-*.jsonl")
    _check(*(replay(load(path)) for path in paths))


@_FEW
@given(st.lists(plans, min_size=_AT_ONCE, max_size=_AT_ONCE))
def test_of_random_servers(each: list[Plan]) -> None:
    """So it does of any server."""
    _check(*(plan.story() for plan in each))


@_FEW
@given(st.lists(st.lists(GARBAGE, max_size=14), min_size=_AT_ONCE, max_size=_AT_ONCE))
def test_of_traces_that_make_no_sense(each: list[list[Record]]) -> None:
    """So it does of records that make no sense."""
    _check(*map(_of_records, each))


def _of_records(records: list[Record]) -> Story:
    b = TraceBuilder()
    b.records = records
    return replay(b.trace())


def _hostile(told: Any, seen: str = "") -> Any:
    """The same, where each text from outside is what steers, ends and separates."""
    if isinstance(told, dict):
        return {key: _hostile(value, key) for key, value in told.items()}
    if isinstance(told, list):
        return [_hostile(value, seen) for value in told]
    return f"{told}{_STEERS}" if isinstance(told, str) and seen in _FROM_OUTSIDE else told


def test_of_hostile_words(stored: Mapping[str, Story]) -> None:
    """Words that steer, end and separate come to the script escaped, and nothing is mixed up."""
    trace = stored["thread"].trace
    told = msgspec.to_builtins([trace.header, *trace.records])
    header, *records = (
        msgspec.convert(_hostile(each), type(record))
        for each, record in zip(told, [trace.header, *trace.records], strict=True)
    )
    story = replay(replace(trace, header=header, records=tuple(records)))
    _check(story)
    data = side(_STEERS, story, "connection")
    assert data.trace == ""
    plain = msgspec.to_builtins(data)
    patterns = plain.pop("patterns")
    assert set(_unprintable(patterns)) == {HOLE, SEP, INNER, MARK}
    assert set(_unprintable(plain)) == set()
    assert _SHOWN in msgspec.json.encode(data).decode()


def _unprintable(told: Any) -> Iterator[str]:
    """The characters that `safe` escapes, wherever there is a text."""
    if isinstance(told, str):
        yield from (each for each in told if safe(each) != each)
    elif isinstance(told, list | dict):
        for each in told.values() if isinstance(told, dict) else told:
            yield from _unprintable(each)
