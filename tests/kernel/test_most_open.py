"""The most descriptors open at one time are those of the fullest of all moments."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from socket_machine import SocketMachine

from echotrace.kernel.gauge import MostOpen
from echotrace.kernel.history import History
from echotrace.kernel.model import Kernel
from echotrace.kernel.moments import moments
from echotrace.servers import NAMES, traces_dir
from echotrace.trace import Record
from echotrace.tracefile import load


def _looked_for(records: Iterable[Record]) -> MostOpen:
    """The most of all moments, each looked at."""
    kernel = Kernel()
    in_one = in_all = reached = 0
    for moment in moments(records):
        kernel.apply(moment)
        sizes = [len(table.descriptors) for table in kernel.state(moment[0]).tables]
        if max([0, *sizes]) > in_one:
            in_one, reached = max(sizes), moment[0]
        in_all = max(in_all, sum(sizes))
    return MostOpen(in_one, in_all, reached)


@settings(max_examples=60)
@given(st.data())
def test_random_calls(data: st.DataObject) -> None:
    """After random valid calls, forks and ends the gauge has the most of all moments."""
    machine = SocketMachine(data.draw)
    for _ in range(data.draw(st.integers(1, 40))):
        machine.step()
    records = machine.trace.records
    assert History(records).most_open == _looked_for(records)


@pytest.mark.parametrize("name", NAMES)
def test_stored_traces(name: str) -> None:
    """So it has for each server's stored trace, keyframes or not."""
    records = load(traces_dir() / f"{name}-interleaved.jsonl").records
    assert History(records).most_open == _looked_for(records)
