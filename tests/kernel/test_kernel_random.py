"""The kernel model against an independent naive one, on random call sequences."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from echotrace.kernel.model import Kernel, run
from tracebuilder import TraceBuilder


class _Object:
    """An open file description; nothing but its identity."""


class _Naive:
    """What Linux does, told as simply as possible: dicts of dicts, with objects by identity.

    A table is a dict of number to [object, close-on-exec]; tasks that share have the same dict.
    """

    def __init__(self) -> None:
        self.tables: dict[int, dict[int, list[Any]]] = {10: {fd: [_Object(), 0] for fd in range(3)}}
        self.pids = {10: 10}
        self.next = 11

    def lowest(self, tid: int, minimum: int = 0) -> int:
        fd = minimum
        while fd in self.tables[tid]:
            fd += 1
        return fd

    def references(self, wanted: _Object) -> int:
        distinct = {id(table): table for table in self.tables.values()}
        return sum(slot[0] is wanted for table in distinct.values() for slot in table.values())

    def copy_of(self, tid: int) -> dict[int, list[Any]]:
        return {fd: copy.copy(slot) for fd, slot in self.tables[tid].items()}


class _Machine:
    """Draws valid calls, lets the naive kernel answer them, and writes the trace."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.naive = _Naive()
        self.trace = TraceBuilder()

    def step(self) -> None:
        if not self.naive.tables:
            return
        tid = self.draw(st.sampled_from(sorted(self.naive.tables)))
        actions = [
            self.use, self.make, self.pair, self.dup, self.dup2, self.control, self.close,
            self.range, self.fork, self.thread, self.unshare, self.execute, self.end,
        ]  # fmt: skip
        self.draw(st.sampled_from(actions))(tid)

    def some(self, tid: int) -> int:
        """A number of the table, or one that may not be open."""
        open_ones = sorted(self.naive.tables[tid]) or [0]
        return int(self.draw(st.sampled_from(open_ones) | st.integers(0, 8)))

    def use(self, tid: int) -> None:
        fd = self.some(tid)
        bad = fd not in self.naive.tables[tid]
        self.trace.call(tid, "fstat", fd, None, result=0, errno="EBADF" if bad else None)

    def make(self, tid: int) -> None:
        fd, flag = self.naive.lowest(tid), self.draw(st.booleans())
        kind = "SOCK_STREAM|SOCK_CLOEXEC" if flag else "SOCK_STREAM"
        self.trace.call(tid, "socket", "AF_INET", kind, 0, result=fd)
        self.naive.tables[tid][fd] = [_Object(), flag]

    def pair(self, tid: int) -> None:
        pair = []
        for _ in range(2):
            pair.append(self.naive.lowest(tid))
            self.naive.tables[tid][pair[-1]] = [_Object(), False]
        self.trace.call(tid, "pipe", pair)

    def dup(self, tid: int) -> None:
        source, minimum = self.some(tid), self.draw(st.integers(0, 6))
        command = self.draw(st.sampled_from(["F_DUPFD", "F_DUPFD_CLOEXEC"]))
        if source not in self.naive.tables[tid]:
            self.trace.call(tid, "dup", source, errno="EBADF")
            return
        fd = self.naive.lowest(tid, minimum)
        self.trace.call(tid, "fcntl", source, command, minimum, result=fd)
        slot = self.naive.tables[tid][source]
        self.naive.tables[tid][fd] = [slot[0], command == "F_DUPFD_CLOEXEC"]

    def dup2(self, tid: int) -> None:
        source, fd = self.some(tid), self.some(tid)
        if source not in self.naive.tables[tid]:
            self.trace.call(tid, "dup2", source, fd, errno="EBADF")
            return
        self.trace.call(tid, "dup2", source, fd, result=fd)
        if source != fd:
            self.naive.tables[tid][fd] = [self.naive.tables[tid][source][0], False]

    def control(self, tid: int) -> None:
        fd, flag = self.some(tid), self.draw(st.booleans())
        if fd in self.naive.tables[tid]:
            self.trace.call(tid, "fcntl", fd, "F_SETFD", "FD_CLOEXEC" if flag else 0)
            self.naive.tables[tid][fd][1] = flag

    def close(self, tid: int) -> None:
        fd = self.some(tid)
        found = self.naive.tables[tid].pop(fd, None)
        self.trace.call(tid, "close", fd, errno=None if found else "EBADF")

    def range(self, tid: int) -> None:
        first = self.draw(st.integers(0, 8))
        last = self.draw(st.sampled_from([first, first + 2, 0xFFFFFFFF]))
        flags = self.draw(st.sampled_from(["0", "CLOSE_RANGE_UNSHARE", "CLOSE_RANGE_CLOEXEC",
                                           "CLOSE_RANGE_UNSHARE|CLOSE_RANGE_CLOEXEC"]))  # fmt: skip
        self.trace.call(tid, "close_range", first, last, flags)
        if "UNSHARE" in flags:
            self.naive.tables[tid] = self.naive.copy_of(tid)
        for fd in [fd for fd in self.naive.tables[tid] if first <= fd <= last]:
            if "CLOEXEC" in flags:
                self.naive.tables[tid][fd][1] = True
            else:
                del self.naive.tables[tid][fd]

    def fork(self, tid: int) -> None:
        child, self.naive.next = self.naive.next, self.naive.next + 1
        self.naive.tables[child] = self.naive.copy_of(tid)
        self.naive.pids[child] = child
        self.trace.fork(tid, child)

    def thread(self, tid: int) -> None:
        child, self.naive.next = self.naive.next, self.naive.next + 1
        self.naive.tables[child] = self.naive.tables[tid]
        self.naive.pids[child] = self.naive.pids[tid]
        self.trace.thread(tid, child, self.naive.pids[tid])

    def unshare(self, tid: int) -> None:
        self.naive.tables[tid] = self.naive.copy_of(tid)
        self.trace.call(tid, "unshare", "CLONE_FILES")

    def execute(self, tid: int) -> None:
        pid = self.naive.pids[tid]
        table = self.naive.copy_of(tid)
        for other in [other for other, group in self.naive.pids.items() if group == pid]:
            self.naive.tables.pop(other, None)
            self.naive.pids.pop(other)
        self.naive.tables[pid] = {fd: slot for fd, slot in table.items() if not slot[1]}
        self.naive.pids[pid] = pid
        self.trace.execute(pid, former=tid)

    def end(self, tid: int) -> None:
        if len(self.naive.tables) > 1:
            del self.naive.tables[tid]
            del self.naive.pids[tid]
            self.trace.exit(tid, call=False)


def compare(naive: _Naive, kernel: Kernel) -> None:
    """Same tasks, same numbers, same sharing, same flags, same counts."""
    assert sorted(kernel.tasks()) == sorted(naive.tables)
    same: dict[int, _Object] = {}
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
    machine = _Machine(data.draw)
    for _ in range(data.draw(st.integers(1, 40))):
        machine.step()
    kernel = run(machine.trace.records)
    assert kernel.ledger.doubts == []
    compare(machine.naive, kernel)
