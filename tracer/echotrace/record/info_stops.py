"""The stops of calls by the kernel's own descriptions of entry and exit: every machine."""

import errno
from collections.abc import Callable

from echotrace.record import machine, ptrace
from echotrace.record.inspect import Inspector
from echotrace.record.machine import Call
from echotrace.record.origins import Origins
from echotrace.record.ptrace import CONT, SYSCALL
from echotrace.record.restarting import Restarter
from echotrace.record.stops import BaseStops, Raw

_RAW_EINTR = -errno.EINTR


class InfoStops(BaseStops):
    """Any architecture, with or without the filter: PTRACE_GET_SYSCALL_INFO at entry and exit.

    The kernel says which of the two a stop is; nothing here counts or toggles.
    """

    def __init__(
        self,
        inspector: Inspector,
        pids: dict[int, int],
        origins: Origins,
        *,
        wanted: Callable[[Call], bool],
        changed: Callable[[int], bool],
        filtered: bool,
        restarter: Restarter | None = None,
    ) -> None:
        super().__init__(inspector, pids, origins)
        self._restarter = restarter or Restarter()
        self.resume = CONT if filtered else SYSCALL
        self._wanted = wanted
        self._changed = changed
        self._info = machine.InfoBuffer()
        self._entries: dict[int, bytes] = {}

    def replaced(self, former: int, tid: int) -> None:
        """Move what is known of the call in progress to the new id."""
        super().replaced(former, tid)
        if former in self._entries:
            self._entries[tid] = self._entries.pop(former)

    def forget(self, tid: int) -> None:
        """A task is gone."""
        super().forget(tid)
        self._entries.pop(tid, None)

    def entry(self, tid: int, now: int) -> None:
        """A stop at the entry or, without the filter, at either end of a call."""
        info = self._info.read(tid)
        if info is None:
            return
        if info[0] == ptrace.INFO_EXIT:
            self._left(tid, now, info)
            return
        call = machine.call_of_info(info, None)
        if self._wanted(call):
            if self._changed(call.number):
                self._before[tid] = self._inspector.before(tid, call)
            self._note_origin(tid, call)
            self._entries[tid] = info
            if call.number & machine.FOREIGN_BIT:
                self._foreign.add(tid)
            self.waiting[tid] = now
            self._enters(tid, call, now)
        ptrace.ptrace(SYSCALL, tid, 0, 0)

    leave = entry

    def _enters(self, tid: int, call: Call, now: int) -> None:
        """For subclasses: a task is about to make a call, and still stands still."""

    def _leaves(self, tid: int, entry: bytes, info: bytes) -> bytes:  # noqa: ARG002 -- see above
        """For subclasses: a task has made a call, and still stands still; what to book of it."""
        return info

    def unfinished(self, tid: int) -> tuple[Call, Raw] | None:
        """The call a stopped task is in the middle of."""
        entry = self._entries.get(tid)
        return (machine.call_of_info(entry, None), (entry, None)) if entry else None

    def _left(self, tid: int, now: int, info: bytes) -> None:
        entry = self._entries.pop(tid, None)
        if entry is None:
            ptrace.ptrace(self.resume, tid, 0, 0)
            return
        self._foreign.discard(tid)
        if machine.result_of_info(info) == _RAW_EINTR and self._restarter.undo_unseen(tid):
            info = self._info.read(tid) or info
        info = self._leaves(tid, entry, info)
        call = machine.call_of_info(entry, info)
        origin = self._came_from.pop(tid, None)
        if origin is None:
            origin = self.origin(tid, call)
        extra = self._look(tid, call)
        ptrace.ptrace(self.resume, tid, 0, 0)
        start = self.waiting.pop(tid, now)
        self.items.append((self._former.pop(tid, tid), start, now, (entry, info), extra, origin))
