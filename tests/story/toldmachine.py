"""Random valid calls of any program, with what must be said of its processes and signals."""

from typing import Any

from hypothesis import strategies as st

from random_calls import Machine

FIRST = 770010


class ToldMachine(Machine):
    """`said` holds, by event number, what its explanation must and must not contain."""

    def __init__(self, draw: Any) -> None:
        super().__init__(draw, first=FIRST)
        self.said: dict[int, tuple[str, str]] = {}
        self.exits: dict[int, int] = {}  # by zombie, the event that made it

    def end(self, tid: int) -> None:
        """The last task of a process that ends leaves a zombie, if its parent lives."""
        if len(self.naive.tables) == 1:
            return
        pid = self.naive.pids[tid]
        self.naive.end(tid)
        seq = self.trace.exit(tid, call=False)
        if pid in self.naive.pids.values():
            return
        if pid in self.naive.zombies:
            self.exits[pid] = seq
            self.said[seq] = ("zombie", "")
        else:
            self.said[seq] = ("", "zombie")

    def wait(self, tid: int) -> None:
        """wait4, for a child that has ended, or in vain."""
        own = self.zombies_of(tid)
        if not own:
            self.trace.call(tid, "wait4", -1, None, "WNOHANG", None, result=0)
            return
        pid = self.draw(st.sampled_from(own))
        del self.naive.zombies[pid]
        seq = self.trace.call(tid, "wait4", pid, "killed SIGKILL", 0, None, result=pid)
        self.said[seq] = ("which SIGKILL ended", "")
        self.said[self.exits.pop(pid)] = (f"(event {seq})", "does not wait")

    def interrupted(self, tid: int) -> None:
        """A call that a signal interrupts."""
        begun = self.trace.begin(tid, "poll", [], 0, -1)
        self.trace.end(begun, -1, self.draw(st.sampled_from(["EINTR", "ERESTARTNOHAND"])))
        seq = self.trace.signal(tid, "SIGUSR1")
        self.said[begun.seq] = (f"SIGUSR1 comes (event {seq})", "")
        self.said[seq] = (f"interrupts poll (event {begun.seq})", "")
        self.unknown(tid)  # else the next poll would be this one, made again

    def unknown(self, tid: int) -> None:
        """A call that is in no table."""
        self.trace.call(tid, "munmap", result=0)
