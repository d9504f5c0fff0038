"""A way from a thread to a line, walked once: one read shows whether it still holds.

    thread state -> (C frame, before 3.13) -> innermost frame -> its caller -> ... -> code objects

A server makes the same calls from the same frames. So all the places that a walk depended on are
read together at the next call: if every byte is as it was, so is the line. If only the instruction
moved on, the line is computed anew; if anything else changed, the way has to be walked again.
"""

import itertools
import struct
from collections.abc import Sequence
from typing import NamedTuple

from echotrace.record.python.code import Code, identity_range
from echotrace.record.python.lines import line_at
from echotrace.record.python.offsets import Offsets
from echotrace.record.scatter import Ranges
from echotrace.trace import Site

#: FRAME_OWNED_BY_CSTACK; from 3.14 on _BY_INTERPRETER, and others above it: no Python code.
_OWNED_BY_C = 3
#: The tag bits of a _PyStackRef (3.14); objects lie at multiples of 16.
_TAG = 7
_WORD = struct.Struct("<Q")
_MOST_LINES = 1024


class Frame(NamedTuple):
    """A _PyInterpreterFrame: addresses of its code object, its caller's frame, its instruction."""

    code: int
    previous: int
    instruction: int
    runs_python: bool


class Step(NamedTuple):
    """A frame on the way; `code` is None for one that runs no Python."""

    address: int
    frame: Frame
    code: Code | None


class FrameLayout:
    """Which part of a frame is read, and what stands in it."""

    def __init__(self, offsets: Offsets) -> None:
        fields = (offsets.frame_code, offsets.frame_previous, offsets.frame_instruction)
        self.begin = min(fields)
        self.size = offsets.frame_owner + 1 - self.begin
        self.code, self.previous, self.instruction = (at - self.begin for at in fields)
        self.owner = offsets.frame_owner - self.begin

    def parse(self, part: bytes) -> Frame:
        """The frame in the part that was read."""
        return Frame(
            code=_WORD.unpack_from(part, self.code)[0] & ~_TAG,
            previous=_WORD.unpack_from(part, self.previous)[0],
            instruction=_WORD.unpack_from(part, self.instruction)[0],
            runs_python=part[self.owner] < _OWNED_BY_C,
        )


class _Piece(NamedTuple):
    """A piece of memory, and which (offset, size) in it must stay for the way to hold."""

    address: int
    size: int
    fixed: tuple[tuple[int, int], ...]


class Chain:
    """The pieces of memory that a way depends on, from the thread state to the code objects.

    `ranges` reads them; `lines` tells, for what was read before, the number of the site.
    """

    def __init__(
        self, state: int, pointers: Sequence[int], steps: Sequence[Step], offsets: Offsets
    ) -> None:
        self.lines: dict[bytes, int] = {}
        self._pointers = tuple(pointers)
        self._decides, self._call = _deciding(steps)
        self._code = steps[self._decides].code if self._decides is not None else None
        layout = FrameLayout(offsets)
        pieces = [_state_piece(state, offsets)]
        self._number = offsets.native_thread_id + state - pieces[0].address
        pieces += [_Piece(address, 8, ((0, 8),)) for address in pointers[1:]]
        pieces += [_frame_piece(step, layout) for step in steps]
        pieces += [_code_piece(step.frame.code, offsets) for step in steps if step.code]
        if self._code is not None:
            pieces.append(_Piece(*self._code.sample_at, ((0, len(self._code.sample)),)))
        self.ranges = Ranges([(piece.address, piece.size) for piece in pieces])
        starts = list(itertools.accumulate((piece.size for piece in pieces), initial=0))
        self._fixed = [
            slice(start + at, start + at + length)
            for start, piece in zip(starts, pieces, strict=False)
            for at, length in piece.fixed
        ]
        decides = len(pointers) + (self._decides or 0)
        self._instruction = starts[decides] + layout.instruction
        self._walked: bytes | None = None

    def number(self, found: bytes) -> bytes:
        """The thread's number in what was read."""
        return found[self._number : self._number + 8]

    def holds(self, found: bytes) -> bool:
        """Whether what was read says that the way is what it was. The first is what it is."""
        if self._walked is None:
            self._walked = found
        walked = self._walked
        return all(found[part] == walked[part] for part in self._fixed)

    def way(self, found: bytes) -> tuple[int, ...] | None:
        """The way to the innermost frame as it is now, as `ThreadStates.way_to_frame` gives it.

        None when a pointer on it has changed, so that the bytes behind it mean nothing.
        """
        walked, to_frame = self._walked, len(self._pointers) - 1
        if walked is None or any(found[p] != walked[p] for p in self._fixed[:to_frame]):
            return None
        frame = int.from_bytes(found[self._fixed[to_frame]], "little")
        return (*self._pointers, frame) if frame else None

    def remember(self, found: bytes, number: int) -> None:
        """Note the number of the site for what was read."""
        if len(self.lines) >= _MOST_LINES:
            self.lines.clear()
        self.lines[found] = number

    def site(self, found: bytes) -> Site | None:
        """The line that what was read means, given that the way holds."""
        code = self._code
        if code is None:
            return None
        (instruction,) = _WORD.unpack_from(found, self._instruction)
        unit, odd = divmod(instruction - code.bytecode, 2)
        if odd or not 0 <= unit < code.units:
            return None
        line = line_at(code.table, code.first_line, code.units, unit)
        return None if line is None else Site(code.file, line, code.function, self._call)


def _state_piece(state: int, offsets: Offsets) -> _Piece:
    """The number and the first pointer, and what little lies between: cheaper than two pieces."""
    number, pointer = offsets.native_thread_id, offsets.current_frame[0]
    begin = min(number, pointer)
    return _Piece(state + begin, max(number, pointer) + 8 - begin, ((pointer - begin, 8),))


def _code_piece(code: int, offsets: Offsets) -> _Piece:
    begin, size = identity_range(offsets)
    return _Piece(code + begin, size, ((0, size),))


def _frame_piece(step: Step, layout: FrameLayout) -> _Piece:
    fixed = ((layout.code, 8), (layout.previous, 8), (layout.owner, 1))
    return _Piece(step.address + layout.begin, layout.size, fixed)


def _deciding(steps: Sequence[Step]) -> tuple[int | None, str | None]:
    """Which frame's line is shown, and the library function that it called.

    The first frame outside of the library; without one (`python -m http.server`) the innermost that
    has a file. Modules without one, such as the machinery of `import`, are never shown.
    """
    codes = [(at, step.code) for at, step in enumerate(steps) if step.code is not None]
    for place, (at, code) in enumerate(codes):
        if not code.library:
            called = codes[place - 1][1] if place else None
            return at, called.function if called and not called.frozen else None
    return next((at for at, code in codes if not code.frozen), None), None
