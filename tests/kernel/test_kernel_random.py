"""The kernel model against an independent naive one, on random call sequences."""

from hypothesis import given, settings
from hypothesis import strategies as st

from echotrace.kernel.model import Kernel, run
from machine import Machine, Naive, Object


def compare(naive: Naive, kernel: Kernel) -> None:
    """Same tasks, same numbers, same sharing, same flags, same counts."""
    assert sorted(kernel.tasks()) == sorted(naive.tables)
    same: dict[int, Object] = {}
    for tid, table in naive.tables.items():
        slots = kernel.descriptors(tid)
        assert [slot.fd for slot in slots] == sorted(table)
        for slot in slots:
            wanted, cloexec = table[slot.fd]
            assert same.setdefault(slot.description.id, wanted) is wanted
            assert slot.cloexec == bool(cloexec)
            assert slot.references == naive.references(wanted)
    assert len({id(wanted) for wanted in same.values()}) == len(same)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_agrees_with_a_naive_kernel(data: st.DataObject) -> None:
    """After random valid calls the model and a naive kernel hold the same tables and counts."""
    machine = Machine(data.draw)
    for _ in range(data.draw(st.integers(1, 40))):
        machine.step()
    kernel = run(machine.trace.records)
    assert kernel.ledger.doubts == []
    compare(machine.naive, kernel)
