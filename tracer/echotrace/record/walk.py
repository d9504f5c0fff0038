"""From frame to frame up the stack of a task that stands still, by the unwind tables of its files.

Registers go by DWARF's numbers, and are saved as the psABI says (x86-64 psABI, 3.2.1 and 3.6.2).
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from echotrace.record.modules import Module
from echotrace.record.ptrace import Memory
from echotrace.record.spaces import Space, Spaces
from echotrace.record.unwind import Rule

RSP, _RETURN = 7, 16
#: The places of DWARF's registers in struct user_regs_struct (sys/user.h).
_PLACES: Mapping[int, int] = {
    0: 10, 1: 12, 2: 11, 3: 5, 4: 13, 5: 14, 6: 4,
    8: 9, 9: 8, 10: 7, 11: 6, 12: 3, 13: 2, 14: 1, 15: 0,
}  # fmt: skip
_KEPT_BY_CALLEES = frozenset({3, 6, 12, 13, 14, 15})
_MOST_FRAMES = 64
_WORD = struct.Struct("<Q")
_PIECE = 256  # bytes that are read at once: a piece never crosses a page


class Frame(NamedTuple):
    """A function on the way to the caller.

    `pc` is where it will go on; `module` and `address` are its code there, or that of the call it
    waits for; None where no file is mapped, or one that cannot be read. `offset` is how far above
    the first stack pointer `pc` was found, if that is the same for each call that came this way.
    """

    pc: int
    module: Module | None
    address: int
    is_mapped: bool
    offset: int | None


@dataclass
class _State:
    """The registers in a frame, and how far its stack pointer is from the first one's."""

    pc: int
    registers: dict[int, int]
    depth: int | None
    offset: int | None


class Walker:
    """Walks up stacks. It reads as little as it can: callers stop when they know enough."""

    def __init__(self, spaces: Spaces, memory: Memory) -> None:
        self._spaces = spaces
        self._memory = memory

    def walk(
        self, tid: int, space: Space, instruction: int, registers: dict[int, int]
    ) -> Iterator[Frame]:
        """The frames from the one of `instruction` on; the last is the last that can be known."""
        stack = _Stack(self._memory, tid)
        state: _State | None = _State(instruction, registers, 0, 0)
        for number in range(_MOST_FRAMES):
            assert state is not None
            frame = self._frame(tid, space, state, is_caller=number > 0)
            yield frame
            if frame.module is None:
                return
            rule = frame.module.rule(frame.address)
            if rule is not None:
                state = _caller(state, rule, stack)
            elif number == 0 and frame.module.is_bare(frame.address):
                state = self._caller_of_bare(tid, space, state, frame, stack)
            else:
                return
            if state is None:
                return

    def _frame(self, tid: int, space: Space, state: _State, *, is_caller: bool) -> Frame:
        """Behind a call may already be the next function: one byte less is inside the call."""
        pc = state.pc - 1 if is_caller else state.pc
        mapping = space.find(pc)
        module = self._spaces.module(tid, mapping) if mapping else None
        if mapping is None or module is None:
            return Frame(state.pc, None, 0, mapping is not None, state.offset)
        address = module.address(pc - mapping.start + mapping.offset)
        if address is None:
            return Frame(state.pc, None, 0, True, state.offset)
        return Frame(state.pc, module, address, True, state.offset)

    def _caller_of_bare(
        self, tid: int, space: Space, state: _State, frame: Frame, stack: "_Stack"
    ) -> _State | None:
        """The caller of assembler code without rules that has pushed nothing.

        Believed only where a call to just before this place ends at what lies on the stack.
        """
        caller = _caller(state, _BARE, stack)
        if caller is None:
            return None
        above = self._frame(tid, space, caller, is_caller=True)
        if above.module is None:
            return None
        callee = frame.address if above.module is frame.module else None
        return caller if above.module.calls(above.address + 1, callee) else None


_BARE = Rule(RSP, 8, {_RETURN: -8}, {}, frozenset())


def registers_of(words: memoryview) -> dict[int, int]:
    """The registers in the words of a struct user_regs_struct, but for the stack pointer."""
    return {number: words[place] for number, place in _PLACES.items()}


def _caller(state: _State, rule: Rule, stack: "_Stack") -> _State | None:
    """One frame up; None where its place or its return address cannot be had."""
    base = state.registers.get(rule.register)
    if base is None:
        return None
    frame = base + rule.offset
    registers = _restored(state.registers, rule, frame, stack)
    pc = registers.pop(_RETURN, None)
    if not pc:
        return None
    registers[RSP] = frame
    depth = place = None
    if rule.register == RSP and state.depth is not None:
        depth = state.depth + rule.offset
        if _RETURN in rule.saved:
            place = depth + rule.saved[_RETURN]
    return _State(pc, registers, depth, place)


def _restored(
    registers: Mapping[int, int], rule: Rule, frame: int, stack: "_Stack"
) -> dict[int, int]:
    """The registers as they are in the caller, as far as they are known."""
    kept = {n: value for n, value in registers.items() if n in _KEPT_BY_CALLEES}
    saved = {n: stack.word(frame + offset) for n, offset in rule.saved.items()}
    moved = {n: registers.get(other) for n, other in rule.moved.items()}
    lost = dict.fromkeys(rule.lost)
    everything: dict[int, int | None] = {**kept, **saved, **moved, **lost}
    return {n: value for n, value in everything.items() if value is not None}


class _Stack:
    """The stack of one task, read once for each walk."""

    def __init__(self, memory: Memory, tid: int) -> None:
        self._memory = memory
        self._tid = tid
        self._pieces: dict[int, bytes | None] = {}

    def word(self, address: int) -> int | None:
        """Eight bytes; None where they cannot be read, or are not aligned as stacks are."""
        start = address // _PIECE * _PIECE
        if address % _WORD.size or not 0 < address < 1 << 63:
            return None
        if start not in self._pieces:
            self._pieces[start] = self._memory.read(self._tid, start, _PIECE)
        piece = self._pieces[start]
        return None if piece is None else int(_WORD.unpack_from(piece, address - start)[0])
