"""The spool: what is put aside comes back as it was, in its order."""

import os
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echotrace.record.spool import Batch, Spool
from echotrace.record.stops import Item
from echotrace.trace import Attached, Exec, Exit, Record, Signal, Task

NUMBERS = st.integers(0, 2**63)
FOUND: st.SearchStrategy[Mapping[str, Any]] = st.fixed_dictionaries({
    "args": st.dictionaries(st.text(max_size=5), st.one_of(st.none(), NUMBERS, st.text())),
    "data": st.none() | st.text(),
    "endpoints": st.lists(st.dictionaries(st.text(max_size=5), st.text())),
})  # fmt: skip
RAW = st.one_of(st.binary(max_size=216), st.tuples(st.binary(), st.none() | st.binary()))
ITEMS: st.SearchStrategy[Item] = st.tuples(
    NUMBERS,
    NUMBERS,
    st.none() | NUMBERS,
    RAW,
    st.one_of(st.none(), st.binary(), FOUND),
    st.integers(-1, 2**31),
)
RECORDS: st.SearchStrategy[Record] = st.one_of(
    st.builds(
        Task,
        time=NUMBERS,
        tid=NUMBERS,
        pid=NUMBERS,
        parent=st.none() | NUMBERS,
        kind=st.sampled_from(["process", "thread"]),
        flags=st.lists(st.text()),
    ),
    st.builds(Attached, time=NUMBERS, pid=NUMBERS, handled=st.lists(st.text())),
    st.builds(Exec, time=NUMBERS, tid=NUMBERS, former=NUMBERS, argv=st.lists(st.text())),
    st.builds(Signal, seq=NUMBERS, time=NUMBERS, tid=NUMBERS, signal=st.text()),
    st.builds(
        Exit,
        seq=NUMBERS,
        time=NUMBERS,
        tid=NUMBERS,
        status=st.none() | NUMBERS,
        signal=st.none() | st.text(),
    ),
)
BATCHES: st.SearchStrategy[Batch] = st.tuples(
    st.lists(ITEMS, max_size=3),
    st.lists(RECORDS, max_size=3),
    st.dictionaries(NUMBERS, NUMBERS, max_size=3),
)


@given(st.lists(st.lists(BATCHES, max_size=3), max_size=3))
def test_batches_come_back(rounds: list[list[Batch]]) -> None:
    """Each time it is emptied, it gives the batches put in since the last time, oldest first."""
    spool = Spool()
    try:
        for batches in rounds:
            for batch in batches:
                spool.put(batch)
            assert list(spool.drain()) == batches
            assert spool.size == 0
        assert list(spool.drain()) == []
    finally:
        spool.close()


def test_size_counts_what_waits_on_disk() -> None:
    """The size grows with each batch, and the disk is given back when all were taken."""
    spool = Spool()
    item: Item = (1, 2, 3, b"x" * 1000, None, -1)
    sizes = []
    for _ in range(3):
        spool.put(([item], [], {}))
        sizes.append(spool.size)
    assert sizes[0] > 1000
    assert sizes == [sizes[0], 2 * sizes[0], 3 * sizes[0]]
    assert len(list(spool.drain())) == 3
    assert os.fstat(spool._file.fileno()).st_size == 0
    spool.close()


def test_one_batch_is_in_memory_at_a_time() -> None:
    """Batches are read one by one, when they are asked for."""
    spool = Spool()
    for number in range(3):
        spool.put(([(number, 0, 0, b"", None, -1)], [], {}))
    end = spool.size
    batches = spool.drain()
    next(batches)
    assert 0 < spool._file.tell() < end
    assert len(list(batches)) == 2
    spool.close()


def test_closed_spool_takes_nothing() -> None:
    """After it was given up it can neither take nor give."""
    spool = Spool()
    spool.close()
    with pytest.raises(ValueError, match="closed file"):
        spool.put(([], [], {}))
