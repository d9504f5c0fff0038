"""The states that the page has are those of the model, at every moment, at the cost of changes."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echotrace.kernel.model import Kernel
from echotrace.kernel.moments import moments as moments_of
from echotrace.kernel.state import State
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import Record
from echotrace.views.moment import Line
from echotrace.views.names import Names
from echotrace.views.page import states as module
from echotrace.views.page.nouns import Moments
from echotrace.views.page.states import moments
from echotrace.views.page.texts import INNER, SEP, Texts
from echotrace.views.state_lines import sections
from garbage import GARBAGE
from page_texts import unpacked
from random_calls import Machine
from random_stories import Plan, plans
from tracebuilder import TraceBuilder


def _times(story: Story) -> list[int]:
    """The moments of a story and one before them all."""
    times = sorted({time for time, *_ in moments_of(story.trace.records)})
    return [times[0] - 1, *times] if times else [0]


def _states(story: Story, times: Sequence[int]) -> Iterator[State]:
    kernel, left = Kernel(), moments_of(story.trace.records)[::-1]
    for time in times:
        while left and left[-1][0] <= time:
            kernel.apply(left.pop())
        yield kernel.state(time)


def _walked(found: Moments) -> Iterator[list[list[int]]]:
    """All states, each from the one before; each keyframe is what one comes to."""
    lines: list[list[int]] = [[] for _ in found.sections]
    for number, splices in enumerate(found.changes):
        for section, position, gone, *come in splices:
            assert position + gone <= len(lines[section])
            lines[section][position : position + gone] = come
        assert found.keyframes.get(number, lines) == lines
        yield lines


def _written(line: Line) -> str:
    """A line as its text is made of fields."""
    facts = (INNER.join((fact.name, fact.label, fact.text)) for fact in line.facts)
    return SEP.join((str(line.depth), line.key, line.head, *facts)).rstrip(SEP)


def _check(story: Story) -> None:
    texts, names, times = Texts(), Names.of(story), _times(story)
    found, numbers = moments(story, times, texts)
    walked = [[list(section) for section in lines] for lines in _walked(found)]
    assert len(walked) == numbers[times[-1]] + 1
    for time, state in zip(times, _states(story, times), strict=True):
        for lines, told in zip(walked[numbers[time]], sections(state, names), strict=True):
            expected = [_written(line) for line in told.lines]
            assert [unpacked(texts, line) for line in lines] == expected, time


def test_states_of_stored_traces(story: Story) -> None:
    """At every moment of every stored trace the lines are those of the whole state."""
    _check(story)


@settings(max_examples=40)
@given(plans)
def test_states_of_random_servers(plan: Plan) -> None:
    """So they are for any server."""
    _check(plan.story())


@settings(max_examples=40)
@given(st.data())
def test_states_of_random_calls(data: st.DataObject) -> None:
    """So they are whatever tasks and descriptors do."""
    machine = Machine(data.draw)
    for _ in range(data.draw(st.integers(1, 25))):
        machine.step()
    _check(replay(machine.trace.trace()))


@settings(max_examples=200)
@given(st.lists(GARBAGE, max_size=14))
def test_states_of_traces_that_make_no_sense(records: list[Record]) -> None:
    """So they are for records that make no sense."""
    b = TraceBuilder()
    b.records = records
    _check(replay(b.trace()))


def _crowd(clients: int) -> Story:
    """A server that forks for each client; none of its children is waited for."""
    b = TraceBuilder()
    b.server()
    for number in range(clients):
        b.accept(10, 4, port=50001 + number)
        b.fork(10, 100 + number)
        b.call(10, "close", 4)
        b.call(100 + number, "recvfrom", 4, None, 100, 0, None, None, result=5, data="hello")
        b.exit(100 + number)
    return replay(b.trace())


def _lines_written(monkeypatch: pytest.MonkeyPatch, story: Story) -> int:
    count = 0
    write: Callable[[Line, Texts], int] = module._text

    def counting(line: Line, texts: Texts) -> int:
        nonlocal count
        count += 1
        return write(line, texts)

    with monkeypatch.context() as patch:
        patch.setattr(module, "_text", counting)
        moments(story, _times(story), Texts())
    return count


def test_a_moment_costs_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as many events, and zombies, take twice as many lines to write and to keep."""
    few, many = _crowd(40), _crowd(80)
    assert _lines_written(monkeypatch, many) < 2.2 * _lines_written(monkeypatch, few)
    sizes = []
    for story in (few, many):
        found, _ = moments(story, _times(story), Texts())
        changed = sum(len(splice) for splices in found.changes for splice in splices)
        framed = sum(len(lines) for frame in found.keyframes.values() for lines in frame)
        assert framed < changed + module._LEAST
        sizes.append(changed)
    assert sizes[1] < 2.2 * sizes[0]
