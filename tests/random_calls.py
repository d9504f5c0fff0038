"""Random valid calls that a naive kernel answers, and their trace."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from naive import Naive, Object
from tracebuilder import TraceBuilder


class Machine:
    """Draws valid calls, lets the naive kernel answer them, and writes the trace."""

    def __init__(self, draw: Any, first: int = 10) -> None:
        self.draw = draw
        self.naive = Naive(first)
        self.trace = TraceBuilder(first=first)

    def step(self) -> None:
        """One more call, or step of a client."""
        tid = self.draw(st.sampled_from(sorted(self.naive.tables)))
        self.draw(st.sampled_from(self.actions()))(tid)

    def actions(self) -> list[Callable[[int], None]]:
        """What may happen next; what stands twice is likelier."""
        return [
            self.use, self.make, self.pair, self.dup, self.dup2, self.control, self.close,
            self.range, self.fork, self.thread, self.unshare, self.execute, self.end, self.wait,
        ]  # fmt: skip

    def some(self, tid: int) -> int:
        """A number of the table, or one that may not be open."""
        open_ones = sorted(self.naive.tables[tid]) or [0]
        return int(self.draw(st.sampled_from(open_ones) | st.integers(0, 8)))

    def zombies_of(self, tid: int) -> list[int]:
        """The children of a task's process that have ended and not been waited for."""
        pid = self.naive.pids[tid]
        return [child for child, parent in self.naive.zombies.items() if parent == pid]

    def use(self, tid: int) -> None:
        """A call that changes nothing."""
        fd = self.some(tid)
        bad = fd not in self.naive.tables[tid]
        self.trace.call(tid, "fstat", fd, None, result=0, errno="EBADF" if bad else None)

    def make(self, tid: int) -> None:
        """A socket."""
        fd, flag = self.naive.lowest(tid), self.draw(st.booleans())
        kind = "SOCK_STREAM|SOCK_CLOEXEC" if flag else "SOCK_STREAM"
        self.trace.call(tid, "socket", "AF_INET", kind, 0, result=fd)
        self.naive.tables[tid][fd] = [Object(), flag]

    def pair(self, tid: int) -> None:
        """A pipe."""
        pair = []
        for _ in range(2):
            pair.append(self.naive.lowest(tid))
            self.naive.tables[tid][pair[-1]] = [Object(), False]
        self.trace.call(tid, "pipe", pair)

    def dup(self, tid: int) -> None:
        """fcntl with F_DUPFD, or dup of a number that is not open."""
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
        """dup2, which closes what stood there."""
        source, fd = self.some(tid), self.some(tid)
        if source not in self.naive.tables[tid]:
            self.trace.call(tid, "dup2", source, fd, errno="EBADF")
            return
        self.trace.call(tid, "dup2", source, fd, result=fd)
        if source != fd:
            self.naive.tables[tid][fd] = [self.naive.tables[tid][source][0], False]

    def control(self, tid: int) -> None:
        """FD_CLOEXEC set or cleared."""
        fd, flag = self.some(tid), self.draw(st.booleans())
        if fd in self.naive.tables[tid]:
            self.trace.call(tid, "fcntl", fd, "F_SETFD", "FD_CLOEXEC" if flag else 0)
            self.naive.tables[tid][fd][1] = flag

    def close(self, tid: int) -> None:
        """close, also of a number that is not open."""
        fd = self.some(tid)
        found = self.naive.tables[tid].pop(fd, None)
        self.trace.call(tid, "close", fd, errno=None if found else "EBADF")

    def range(self, tid: int) -> None:
        """close_range with any flags."""
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
        """A process with a copy of the table."""
        child, self.naive.next = self.naive.next, self.naive.next + 1
        self.naive.tables[child] = self.naive.copy_of(tid)
        self.naive.pids[child] = child
        self.naive.parents[child] = self.naive.pids[tid]
        self.trace.fork(tid, child)

    def thread(self, tid: int) -> None:
        """A thread that shares the table."""
        child, self.naive.next = self.naive.next, self.naive.next + 1
        self.naive.tables[child] = self.naive.tables[tid]
        self.naive.pids[child] = self.naive.pids[tid]
        self.trace.thread(tid, child, self.naive.pids[tid])

    def unshare(self, tid: int) -> None:
        """A table of its own."""
        self.naive.tables[tid] = self.naive.copy_of(tid)
        self.trace.call(tid, "unshare", "CLONE_FILES")

    def execute(self, tid: int) -> None:
        """Another program: one task, and FD_CLOEXEC closes."""
        pid = self.naive.pids[tid]
        table = self.naive.copy_of(tid)
        for other in [other for other, group in self.naive.pids.items() if group == pid]:
            self.naive.tables.pop(other, None)
            self.naive.pids.pop(other)
        self.naive.tables[pid] = {fd: slot for fd, slot in table.items() if not slot[1]}
        self.naive.pids[pid] = pid
        self.trace.execute(pid, former=tid)

    def end(self, tid: int) -> None:
        """A task is killed, unless it is the last."""
        if len(self.naive.tables) > 1:
            self.naive.end(tid)
            self.trace.exit(tid, call=False)

    def wait(self, tid: int) -> None:
        """wait4 or waitid, for a child that has ended, or in vain."""
        own = self.zombies_of(tid)
        if not own:
            self.trace.call(tid, "wait4", -1, None, "WNOHANG", None, result=0)
            return
        child = self.draw(st.sampled_from(own))
        del self.naive.zombies[child]
        if self.draw(st.booleans()):
            self.trace.call(tid, "wait4", -1, "exited 0", "0", None, result=child)
        else:
            info = {"pid": child, "code": "CLD_EXITED", "status": 0}
            self.trace.call(tid, "waitid", 0, 0, info, "WEXITED")
