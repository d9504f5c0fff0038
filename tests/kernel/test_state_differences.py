"""Differences from moment to moment, laid one upon the other, are the states themselves."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from socket_machine import SocketMachine

from echotrace.kernel.history import History
from echotrace.kernel.model import Kernel
from echotrace.kernel.moments import moments
from echotrace.kernel.state import State
from echotrace.story.nouns import Story
from echotrace.trace import Record
from garbage import GARBAGE
from random_stories import Plan, plans
from tracebuilder import TraceBuilder

_Picture = Sequence[dict[Hashable, Any]]


def _picture(state: State) -> _Picture:
    """The records of a state as differences have them."""
    slots = [(table.number, slot) for table in state.tables for slot in table.descriptors]
    watched = [(entry.description.id, each) for entry in state.opens for each in entry.interest]
    return (
        {process.pid: process for process in state.processes},
        {task.tid: task for task in state.tasks},
        {table.number: table.tasks for table in state.tables},
        {(number, slot.fd): replace(slot, references=0) for number, slot in slots},
        {e.description.id: replace(e, held=(), interest=(), callers=()) for e in state.opens},
        {(number, each.fd, each.description.id): each for number, each in watched},
    )


def _states(records: Sequence[Record], times: Sequence[int]) -> Iterator[State]:
    """The states at some times, each a whole one."""
    kernel, left = Kernel(), moments(records)[::-1]
    for time in times:
        while left and left[-1][0] <= time:
            kernel.apply(left.pop())
        yield kernel.state(time)


def _pictures(records: Sequence[Record], times: Sequence[int]) -> Iterator[_Picture]:
    """The same from differences, each of which is in the order of its keys."""
    shown: _Picture = [{}, {}, {}, {}, {}, {}]
    for news in History(records).differences(times):
        parts: Sequence[Mapping[Any, Any]] = (
            news.processes, news.tasks, news.tables, news.slots, news.opens, news.interests,
        )  # fmt: skip
        for kept, changed in zip(shown, parts, strict=True):
            assert list(changed) == sorted(changed)
            for key, value in changed.items():
                if value is None:
                    del kept[key]
                else:
                    assert kept.get(key) != value, key
                    kept[key] = value
        yield shown


def _check(records: Sequence[Record], every: int = 1) -> None:
    times = sorted({time for time, *_ in moments(records)})[::every]
    for state, picture in zip(_states(records, times), _pictures(records, times), strict=True):
        for expected, found in zip(_picture(state), picture, strict=True):
            assert found == expected, state.time


def test_of_stored_traces(story: Story) -> None:
    """At every moment of every stored trace they lead to the state, and none tells nothing new."""
    _check(story.trace.records)


def test_of_orphans_and_zombies() -> None:
    """A process that ends leaves its children without a parent, and zombies of its own are gone."""
    b = TraceBuilder()
    b.server()
    for parent, child in ((10, 20), (20, 30), (20, 40), (20, 50), (10, 60)):
        b.fork(parent, child)
    for tid in (40, 50, 20, 60):
        b.exit(tid)
    b.call(10, "wait4", -1, None, 0, None, result=60)
    _check(b.records)
    told = list(History(b.records).differences(sorted({time for time, *_ in moments(b.records)})))
    assert dict.fromkeys((40, 50)).items() <= told[-4].processes.items()


@given(plans, st.integers(1, 4))
def test_of_random_servers(plan: Plan, every: int) -> None:
    """So they do for any server, also where some moments are passed over."""
    _check(plan.story().trace.records, every)


@settings(max_examples=300)
@given(st.lists(GARBAGE, max_size=14), st.integers(1, 3))
def test_of_traces_that_make_no_sense(records: list[Record], every: int) -> None:
    """Even of records that make no sense the differences are those of the states."""
    _check(records, every)


@settings(max_examples=100)
@given(st.data(), st.integers(1, 3))
def test_of_random_calls(data: st.DataObject, every: int) -> None:
    """So they do whatever tasks, descriptors and sockets do."""
    machine = SocketMachine(data.draw)
    for _ in range(data.draw(st.integers(1, 25))):
        machine.step()
    _check(machine.trace.records, every)
