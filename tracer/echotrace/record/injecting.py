"""Injects faults: changes a call as a task enters it, and puts the registers right as it leaves.

ptrace(2) and seccomp(2), x86-64: a task that stops on its way into a call may have its registers
changed. With the number -1 the kernel makes no call; what stands in rax at the exit is the result.
A system call keeps all registers but rax, rcx and r11, and C libraries rely on that, so an argument
that was changed is put back before the task goes on.
"""

import ctypes
import errno
from collections.abc import Callable, Mapping
from typing import NamedTuple

from echotrace.record import argument, machine, procfs, ptrace
from echotrace.record.info_stops import InfoStops
from echotrace.record.inject import Faults, Injection
from echotrace.record.inspect import Inspector
from echotrace.record.machine import Call
from echotrace.record.origins import Origins
from echotrace.syscalls import Effect, Row

#: ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND of linux/errno.h: the same call is made again.
_MADE_AGAIN = frozenset({-512, -513, -514})


class Change(NamedTuple):
    """Registers to write as a task enters a call and as it leaves it, by their places."""

    entering: Mapping[int, int]
    leaving: Mapping[int, int]


def change(injection: Injection, row: Row, call: Call) -> Change:
    """What an injection does to a call.

    close(2) is made all the same: Linux frees the descriptor early and always, EBADF excepted, and
    reports an error afterwards.
    """
    if injection.short is not None and row.length_at is not None:
        place = machine.ARGUMENTS[row.length_at]
        return Change({place: injection.short}, {place: call.arguments[row.length_at]})
    assert injection.error is not None
    failed = {machine.RAX: -injection.error}
    if row.effect is Effect.FREES and injection.error != errno.EBADF:
        return Change({}, failed)
    return Change({machine.ORIG_RAX: -1}, {machine.ORIG_RAX: call.number, **failed})


class _Decision(NamedTuple):
    number: int
    injection: Injection | None


class InjectingStops(InfoStops):
    """Entry and exit stops of a run with injections.

    A call is counted when it is let go, so that the order is that of the turns. What is booked are
    the arguments as the program gave them, with the result that it was told.
    """

    def __init__(
        self,
        inspector: Inspector,
        pids: dict[int, int],
        origins: Origins,
        *,
        faults: Faults,
        wanted: Callable[[Call], bool],
        changed: Callable[[int], bool],
        filtered: bool,
    ) -> None:
        super().__init__(
            inspector, pids, origins, wanted=wanted, changed=changed, filtered=filtered
        )
        self._faults = faults
        self._changes: dict[int, Change] = {}
        self._decided: dict[int, _Decision] = {}
        #: What was decided of calls that the kernel makes again.
        self._again: dict[int, _Decision] = {}
        self._running = False  # what comes before the first exec is our own preparation

    def replaced(self, former: int, tid: int) -> None:
        """A new program; where two tasks are one now, nobody has changed that call."""
        super().replaced(former, tid)
        if former != tid:
            self._drop(former)
            self._drop(tid)

    def forget(self, tid: int) -> None:
        """A task is gone."""
        super().forget(tid)
        self._drop(tid)

    def _drop(self, tid: int) -> None:
        for table in (self._changes, self._decided, self._again):
            table.pop(tid, None)

    def in_progress(self, tid: int) -> Call | None:
        """The call in which a task waits, as the program made it."""
        found = self.unfinished(tid) if tid in self._changes else None
        return found[0] if found else super().in_progress(tid)

    def _enters(self, tid: int, call: Call, now: int) -> None:
        row = self._inspector.rows.get(call.number)
        if row is None or not self._running:
            return
        again = self._again.pop(tid, None)
        if again is None or again.number != call.number:
            again = _Decision(call.number, self._choose(tid, row, call))
        self._decided[tid] = again
        if again.injection is not None:
            planned = change(again.injection, row, call)
            _write(tid, planned.entering)
            self._changes[tid] = planned
            self._faults.marks[now] = again.injection.fault

    def _choose(self, tid: int, row: Row, call: Call) -> Injection | None:
        def on_socket() -> bool:
            return procfs.is_socket(tid, argument.signed(call.arguments[0]))

        return self._faults.choose(row.name, call.arguments, on_socket)

    def _leaves(self, tid: int, entry: bytes, info: bytes) -> bytes:
        planned = self._changes.pop(tid, None)
        if planned is not None:
            _write(tid, planned.leaving)
            info = self._info.read(tid) or info
        call = machine.call_of_info(entry, info)
        row = self._inspector.rows.get(call.number)
        if row is not None and row.effect is Effect.EXECS and call.result == 0:
            self._running = True
        decided = self._decided.pop(tid, None)
        if decided is not None and _was_short_anyway(decided.injection, call):
            self._faults.marks.pop(self.waiting.get(tid, -1), None)
        if decided is not None and call.result in _MADE_AGAIN:
            self._again[tid] = decided
        return info


def _was_short_anyway(injection: Injection | None, call: Call) -> bool:
    """Whether a call moved fewer bytes than it was let: then the kernel made this result."""
    short = injection.short if injection is not None else None
    return short is not None and call.result is not None and 0 <= call.result < short


def _write(tid: int, registers: Mapping[int, int]) -> None:
    """Set registers of a stopped task; one that was killed meanwhile needs none."""
    for place, value in registers.items():
        ptrace.ptrace(ptrace.POKEUSER, tid, ctypes.c_long(8 * place), ctypes.c_ulong(value))
