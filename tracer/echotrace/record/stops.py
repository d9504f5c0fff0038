"""The two frequent stops: a task enters a system call, a task leaves one.

Both classes do the same with different means; `machine` says which is for when. They run for every
call of every tracee while it stands still, so they keep raw facts and leave names and decoding for
later, and they resume the task before they book the call.
"""

import ctypes
import errno
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from echotrace.record import decode, machine, procfs, ptrace
from echotrace.record.inspect import Inspector
from echotrace.record.machine import Call
from echotrace.record.origins import UNKNOWN, Origins
from echotrace.record.ptrace import CONT, GETEVENTMSG, GETREGS, SYSCALL, Memory
from echotrace.record.restarting import EINTR, Restarter
from echotrace.record.seccomp import LOOK_AT_ENTRY, OTHER_ARCHITECTURE

#: Registers on x86-64, or the kernel's descriptions of entry and exit.
Raw: TypeAlias = bytes | tuple[bytes, bytes | None]
#: tid, start, end (None: did not return), raw facts, what was read while the task stood still (a
#: payload, or what `Inspector.look` found), and where the call comes from, as origins.Origins says
#: it. Times are those of the clock, in nanoseconds.
Item: TypeAlias = tuple[int, int, int | None, Raw, Any, int]


#: Calls after which the registers are not those of the caller.
_RAW_EINTR = -errno.EINTR
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


class _Common:
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


class RegisterStops(_Common):
    """x86-64 with the seccomp filter: one PTRACE_GETREGS at the exit, none at the entry."""

    resume = CONT

    def __init__(
        self,
        inspector: Inspector,
        pids: dict[int, int],
        origins: Origins,
        memory: Memory,
        limit: int,
    ) -> None:
        super().__init__(inspector, pids, origins)
        self._registers = machine.RegisterBuffer()
        self.entry = self._make_entry()
        self.leave = self._make_leave(memory, limit)

    def unfinished(self, tid: int) -> tuple[Call, Raw] | None:
        """The call a stopped task is in the middle of."""
        raw = self._registers.read(tid)
        return (machine.call_of_registers(raw, returned=False), raw) if raw else None

    def _make_entry(self) -> Callable[[int, int], None]:
        trace, waiting = ptrace.ptrace, self.waiting
        message = ctypes.c_ulong()
        reference = ctypes.byref(message)

        def entry(tid: int, now: int) -> None:
            trace(GETEVENTMSG, tid, 0, reference)
            if message.value == LOOK_AT_ENTRY:
                self._look_before(tid)
            elif message.value == OTHER_ARCHITECTURE:
                self._foreign.add(tid)
            trace(SYSCALL, tid, 0, 0)
            waiting[tid] = now

        return entry

    def _look_before(self, tid: int) -> None:
        found = self.unfinished(tid)
        if found:
            self._before[tid] = self._inspector.before(tid, found[0])
            self._note_origin(tid, found[0])

    def _make_leave(self, memory: Memory, limit: int) -> Callable[[int, int], None]:
        """The exit stop, with everything it needs in local names: it runs once a call."""
        trace, read = ptrace.ptrace, ptrace.process_vm_readv
        words, registers, reference = (
            self._registers.words,
            self._registers.raw,
            self._registers.ref,
        )
        local, remote, buffer = memory.local_ref, memory.remote_ref, memory.buffer
        target, stack = memory.remote, memory.words
        numbers = self._inspector.rows
        looks = {number for number in numbers if self._inspector.must_look(number)}
        moves = {number for number, row in numbers.items() if decode.moves_bytes(row)}
        with_address = moves & looks
        kept = machine.KEPT
        number_at, result_at = machine.ORIG_RAX, machine.RAX
        buffer_at, length_at, address_at = machine.RSI, machine.RDX, machine.R8
        instruction_at, stack_at = machine.RIP, machine.RSP
        reach, find = self.origins.reach, self.origins.find
        misleading, came_from = self._misleading, self._came_from.pop
        waiting, add, former = self.waiting.pop, self.items.append, self._former
        foreign = self._foreign
        undo = Restarter().undo_unseen

        def leave(tid: int, now: int) -> None:
            if trace(GETREGS, tid, 0, reference):
                return  # the task was killed: its end will be reported
            if words[result_at] == EINTR and undo(tid):
                trace(GETREGS, tid, 0, reference)
            if foreign and tid in foreign:
                foreign.remove(tid)
                words[number_at] |= machine.FOREIGN_BIT
            number, instruction, top = words[number_at], words[instruction_at], words[stack_at]
            extra = None
            payload = number in moves and not (number in with_address and words[address_at])
            moved = payload and not words[result_at] >> 63
            # MSG_TRUNC returns what the buffer cannot hold
            size = min(words[result_at], limit, words[length_at]) if moved else 0
            # the stack first, since a read can break off in the payload
            depth = got = reach(tid, instruction)
            if depth or size:
                target[0], target[1], target[2], target[3] = top, depth, words[buffer_at], size
                got = read(tid, local, 1, remote, 2, 0)
            if moved and got == depth + size:
                extra = buffer[depth:got]
            if number in misleading:
                origin = came_from(tid, UNKNOWN)
            else:
                origin = find(tid, instruction, top, stack if got >= depth else None)
            if number in looks and not payload:
                extra = self._look(tid, machine.call_of_registers(registers[:kept], returned=True))
            raw = registers[:kept]
            trace(CONT, tid, 0, 0)
            if former:
                add((former.pop(tid, tid), waiting(tid, now), now, raw, extra, origin))
            else:
                add((tid, waiting(tid, now), now, raw, extra, origin))

        return leave


class InfoStops(_Common):
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
