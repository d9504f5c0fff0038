"""The two frequent stops: a task enters a system call, a task leaves one.

`register_stops` and `info_stops` do the same with different means; `means` says which is for when.
They run for every call of every tracee while it stands still, so they keep raw facts and leave
names and decoding for later, and they resume the task before they book the call.
"""

from typing import Any, Protocol, TypeAlias

from echotrace.record import machine, procfs
from echotrace.record.inspect import Inspector
from echotrace.record.machine import Call
from echotrace.record.origins import Origins

#: Registers on x86-64, or the kernel's descriptions of entry and exit.
Raw: TypeAlias = bytes | tuple[bytes, bytes | None]
#: tid, start, end (None: did not return), raw facts, what was read while the task stood still (a
#: payload, or what `Inspector.look` found), and where the call comes from, as origins.Origins says
#: it. Times are those of the clock, in nanoseconds.
Item: TypeAlias = tuple[int, int, int | None, Raw, Any, int]
#: Calls after which the registers are not those of the caller.
_MISLEADING = frozenset({"execve", "execveat", "rt_sigreturn"})


class Stops(Protocol):
    """Handles entry and exit stops; `waiting` holds when each task entered its current call."""

    waiting: dict[int, int]
    items: list[Item]
    resume: int
    origins: Origins

    def entry(self, tid: int, now: int) -> None:
        """A task is about to make a call."""

    def leave(self, tid: int, now: int) -> None:
        """A task has made a call."""

    def unfinished(self, tid: int) -> tuple[Call, Raw] | None:
        """The call a stopped task is in the middle of."""

    def in_progress(self, tid: int) -> Call | None:
        """The call in which a task waits that is not stopped."""

    def origin(self, tid: int, call: Call) -> int:
        """Where the call comes from that a task is in the middle of."""

    def replaced(self, former: int, tid: int) -> None:
        """A task has a new program, and another id if it was not the leader (execve)."""

    def forget(self, tid: int) -> None:
        """A task is gone."""


def call_of(raw: Raw, *, returned: bool) -> Call:
    """The call that raw facts describe."""
    if isinstance(raw, bytes):
        return machine.call_of_registers(raw, returned=returned)
    return machine.call_of_info(*raw)


class BaseStops:
    """What both ways to read calls have in common: the tables, and what is asked of /proc."""

    def __init__(self, inspector: Inspector, pids: dict[int, int], origins: Origins) -> None:
        self.waiting: dict[int, int] = {}
        self.items: list[Item] = []
        self.origins = origins
        self._inspector = inspector
        self._pids = pids
        self._before: dict[int, dict[str, Any]] = {}
        #: Where calls come from whose registers are others when they return.
        self._came_from: dict[int, int] = {}
        self._misleading = {n for n, name in inspector.names.items() if name in _MISLEADING}
        #: The id a task had when it entered the call it is in, where that has changed.
        self._former: dict[int, int] = {}
        #: Tasks in a call that came through the entry of another architecture.
        self._foreign: set[int] = set()

    def origin(self, tid: int, call: Call) -> int:
        """Where the call comes from that a task is in the middle of."""
        return self.origins.find(tid, call.instruction, call.stack, None)

    def replaced(self, former: int, tid: int) -> None:
        """Move what is known of the call in progress to the new id."""
        self.origins.replaced(self._pids.get(tid, tid))
        if former == tid:
            return
        for table in (self.waiting, self._before, self._came_from):
            if former in table:
                table[tid] = table.pop(former)  # type: ignore[assignment]
        self._former[tid] = former

    def forget(self, tid: int) -> None:
        """A task is gone."""
        for table in (self.waiting, self._before, self._came_from, self._former):
            table.pop(tid, None)
        self._foreign.discard(tid)
        self.origins.forget(tid)

    def _note_origin(self, tid: int, call: Call) -> None:
        """Before a call: where it comes from, if nobody can tell when it returns."""
        if call.number in self._misleading:
            self._came_from[tid] = self.origin(tid, call)

    def in_progress(self, tid: int) -> Call | None:
        """The call in which a task waits that is not stopped."""
        call = procfs.call_in_progress(tid)
        if call is None or tid not in self._foreign:
            return call
        return call._replace(number=call.number | machine.FOREIGN_BIT)

    def _look(self, tid: int, call: Call) -> Any:  # noqa: ANN401 -- part of an Item
        pid = self._pids.get(tid, tid)
        return self._inspector.look(tid, pid, call, self._before.pop(tid, None))
