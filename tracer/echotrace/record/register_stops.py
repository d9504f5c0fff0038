"""The stops of calls by registers, read at the exit only: x86-64 with the seccomp filter."""

import ctypes
from collections.abc import Callable

from echotrace.record import decode, machine, ptrace
from echotrace.record.inspect import Inspector
from echotrace.record.machine import Call
from echotrace.record.origins import UNKNOWN, Origins
from echotrace.record.ptrace import CONT, GETEVENTMSG, GETREGS, SYSCALL, Memory
from echotrace.record.restarting import EINTR, Restarter
from echotrace.record.seccomp import LOOK_AT_ENTRY, OTHER_ARCHITECTURE
from echotrace.record.stops import BaseStops, Raw


class RegisterStops(BaseStops):
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
