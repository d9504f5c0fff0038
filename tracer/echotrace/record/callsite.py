"""From a stopped call back to the source: which line of the program made it, by which function.

A system call is made inside the C library. From there the unwind tables lead from return address
to return address, until one is in code with line numbers: there the call was made. This takes some
reading; but nearly always the return addresses lie at a constant distance from the stack pointer,
so what was found is learnt, and the next call from the same instruction needs a few words of the
stack and as many look-ups. Where frames hang on another register, the whole way is gone each time.

A way that is not known, or that leads to no line, has no origin: better none than a wrong one.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from echotrace.record.machine import RIP, RegisterBuffer
from echotrace.record.machine import RSP as RSP_PLACE
from echotrace.record.origins import UNKNOWN, Origin
from echotrace.record.ptrace import STACK, Memory
from echotrace.record.spaces import Learnt, Space, Spaces
from echotrace.record.walk import RSP, Frame, Walker, registers_of

_MOST_LEARNT = 50_000  # return addresses of a space


class CallSites:
    """The origins of the calls of native programs on x86-64 (origins.Origins)."""

    def __init__(
        self, pids: Mapping[int, int], memory: Memory, stand_ins: Collection[Path] = ()
    ) -> None:
        self.found: list[Origin] = []
        self._stand_ins = {str(path) for path in stand_ins}
        self._numbers: dict[Origin, int] = {}
        self._pids = pids
        self._memory = memory
        self._spaces = Spaces()
        self._walker = Walker(self._spaces, memory)
        self._by_pid: dict[int, Space] = {}
        self._registers = RegisterBuffer()
        self._running = False
        # what we run with is nearly always the program's too: better read before it starts
        self._spaces.prepare_library()

    def reach(self, tid: int, instruction: int) -> int:
        """How many bytes above the stack pointer were of use for calls from there."""
        space = self._by_pid.get(self._pids.get(tid, tid))
        return space.reach.get(instruction, 0) if space else 0

    def find(self, tid: int, instruction: int, stack: int, words: memoryview | None) -> int:
        """The origin of a call, by what was learnt; else the whole way is gone."""
        space = self._by_pid.get(self._pids.get(tid, tid))
        if space is None:
            return self._go(tid, instruction, stack)
        if words is None:
            depth = space.reach.get(instruction, 0)
            if self._memory.read(tid, stack, depth) is None:
                return self._go(tid, instruction, stack)
            words = self._memory.words
        learnt = space.learnt.get(instruction)
        while isinstance(learnt, tuple):
            learnt = learnt[1].get(words[learnt[0]])
        return self._go(tid, instruction, stack) if learnt is None else learnt

    def born(self, child: int, parent: int, *, thread: bool) -> None:
        """A new process has the mappings of its maker; they are read when it makes a call."""

    def replaced(self, pid: int) -> None:
        """A process has a new program."""
        self._running = True
        self._by_pid[pid] = space = self._spaces.read(pid)
        self._spaces.prepare(pid, space.mappings)

    def forget(self, pid: int) -> None:
        """A process has ended."""
        self._by_pid.pop(pid, None)

    def close(self) -> None:
        """Close the files that were read."""
        self._spaces.close()

    def _go(self, tid: int, instruction: int, stack: int) -> int:
        if not self._running:
            return UNKNOWN
        pid = self._pids.get(tid, tid)
        space = self._by_pid.get(pid)
        if space is None or space.is_loader(instruction):
            # the loader maps libraries: what was known before its call may have changed
            space = self._by_pid[pid] = self._spaces.read(tid)
        registers = self._read_registers(tid, instruction, stack)
        frames, origin = self._way(tid, space, instruction, registers)
        if frames and not frames[-1].is_mapped:
            again = self._spaces.read(tid)  # it may have been mapped since
            if again is not space:
                space = self._by_pid[pid] = again
                frames, origin = self._way(tid, space, instruction, registers)
        number = self._number(origin) if origin else UNKNOWN
        if len(registers) > 1 and not space.is_loader(instruction):
            _learn(space, instruction, frames[1:], number)
        return number

    def _way(
        self, tid: int, space: Space, instruction: int, registers: dict[int, int]
    ) -> tuple[list[Frame], Origin | None]:
        """The frames up to the first with a line, and that line."""
        frames: list[Frame] = []
        if not self._spaces.has_lines(tid, space):
            return frames, None
        for frame in self._walker.walk(tid, space, instruction, registers):
            frames.append(frame)
            line = frame.module.line(frame.address) if frame.module else None
            if line and frame.module and line.path not in self._stand_ins:
                name = line.function or frame.module.function(frame.address)
                called = _called(frames)
                return frames, Origin(line.path, line.line, name, called, frame.module.built)
        return frames, None

    def _read_registers(self, tid: int, instruction: int, stack: int) -> dict[int, int]:
        """All registers of a task that is stopped in this call; of others the stack pointer."""
        words = self._registers.words
        if self._registers.read(tid) is None or (words[RIP], words[RSP_PLACE]) != (
            instruction,
            stack,
        ):
            return {RSP: stack}
        return registers_of(words) | {RSP: stack}

    def _number(self, origin: Origin) -> int:
        if origin not in self._numbers:
            self._numbers[origin] = len(self.found)
            self.found.append(origin)
        return self._numbers[origin]


def _called(frames: Sequence[Frame]) -> str | None:
    """The public name of what the last frame called.

    Where its code does not say it, as with pointers to functions, that is the function below: which
    may be another, since one that ends with a call gives up its place on the stack.
    """
    if len(frames) < 2:
        return None
    below, caller = frames[-2:]
    name = caller.module.callee(caller.address + 1) if caller.module else None
    return name or (below.module.function(below.address) if below.module else None)


def _learn(space: Space, instruction: int, callers: Sequence[Frame], number: int) -> None:
    """Remember where a way led, if each of its return addresses has a place of its own."""
    if any(f.offset is None or f.offset % 8 or f.offset >= STACK for f in callers):
        return
    if space.size > _MOST_LEARNT:
        space.learnt.clear()
        space.reach.clear()
        space.size = 0
    table: dict[int, Learnt] = space.learnt
    pc = instruction
    for frame in callers:
        assert frame.offset is not None
        step = table.get(pc)
        if not isinstance(step, tuple):
            step = table[pc] = (frame.offset // 8, {})
        table, pc = step[1], frame.pc
        space.reach[instruction] = max(space.reach.get(instruction, 0), frame.offset + 8)
    table[pc] = number
    space.size += 1
