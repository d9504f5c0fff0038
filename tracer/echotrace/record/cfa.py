"""The small programs of `.eh_frame` that say how to leave a function (DWARF 5, 6.4.2 and 7.24)."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

#: How a pointer is stored, by the low half of its encoding (Linux Standard Base, DW_EH_PE_*).
_SIZES = {0x00: "Q", 0x02: "H", 0x03: "I", 0x04: "Q", 0x0A: "h", 0x0B: "i", 0x0C: "q"}
_PC_RELATIVE, _OMITTED = 0x10, 0xFF


class Malformed(Exception):
    """The section holds what it must not, or a form that is not known here."""


@dataclass
class Reader:
    """Reads the encodings of DWARF one after the other; `address` is that of the first byte."""

    data: bytes
    at: int
    address: int = 0

    def number(self, form: str) -> int:
        """An integer, as the struct module names its form."""
        (value,) = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize(form)
        return int(value)

    def unsigned(self) -> int:
        """ULEB128."""
        value = shift = 0
        while True:
            byte = self.number("B")
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def signed(self) -> int:
        """SLEB128."""
        start = self.at
        value = self.unsigned()
        bits = 7 * (self.at - start)
        return value - (1 << bits) if value >> (bits - 1) else value

    def block(self) -> int:
        """Pass over an expression."""
        size = self.unsigned()
        self.at += size
        return size

    def text(self) -> bytes:
        """A string up to its NUL."""
        end = self.data.index(b"\0", self.at)
        start, self.at = self.at, end + 1
        return self.data[start:end]

    def pointer(self, encoding: int) -> int:
        """An address, or a length where nothing says from where it counts."""
        if encoding == _OMITTED:
            return 0
        if encoding & 0x0F not in _SIZES or encoding & 0xF0 not in (0, _PC_RELATIVE):
            raise Malformed
        base = self.address + self.at if encoding & _PC_RELATIVE else 0
        return base + self.number(_SIZES[encoding & 0x0F])


@dataclass
class State:
    """The row that a program has come to.

    `cfa` is a register and an offset; `saved` are offsets in bytes from there; `moved` registers
    that hold others. `unit` is that of offsets, `first` the row with which every function begins.
    """

    unit: int
    cfa: tuple[int, int] | None = None
    saved: dict[int, int] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)
    first: "State | None" = None
    _former: list["State"] = field(default_factory=list)

    def copy(self) -> "State":
        """The row as it is now."""
        saved, moved, lost = dict(self.saved), dict(self.moved), set(self.lost)
        return replace(self, saved=saved, moved=moved, lost=lost)

    def _save(self, register: int, units: int) -> None:
        self._keep(register)
        self.saved[register] = units * self.unit

    def _move(self, register: int, other: int) -> None:
        self._keep(register)
        self.moved[register] = other

    def _lose(self, register: int, _how: int = 0) -> None:
        self._keep(register)
        self.lost.add(register)

    def _keep(self, register: int) -> None:
        self.saved.pop(register, None)
        self.moved.pop(register, None)
        self.lost.discard(register)

    def _restore(self, register: int) -> None:
        self._keep(register)
        if self.first is not None:
            if register in self.first.saved:
                self.saved[register] = self.first.saved[register]
            if register in self.first.moved:
                self.moved[register] = self.first.moved[register]

    def _remember(self) -> None:
        self._former.append(self.copy())

    def _recall(self) -> None:
        if not self._former:
            raise Malformed
        row = self._former.pop()
        self.cfa, self.saved, self.moved, self.lost = row.cfa, row.saved, row.moved, row.lost

    def _frame(self, register: int, offset: int) -> None:
        self.cfa = (register, offset)

    def _frame_units(self, register: int, units: int) -> None:
        self.cfa = (register, units * self.unit)

    def _frame_register(self, register: int) -> None:
        self.cfa = (register, self.cfa[1]) if self.cfa else None

    def _frame_offset(self, offset: int) -> None:
        self.cfa = (self.cfa[0], offset) if self.cfa else None

    def _frame_offset_units(self, units: int) -> None:
        self._frame_offset(units * self.unit)

    def _frame_lost(self, _how: int) -> None:
        self.cfa = None

    def _nothing(self, *_operands: int) -> None:
        pass

    #: Code to operands (u ULEB128, s SLEB128, b a block) and effect.
    INSTRUCTIONS: ClassVar[Mapping[int, tuple[str, Callable[..., None]]]] = {
        0x00: ("", _nothing),
        0x05: ("uu", _save),
        0x06: ("u", _restore),
        0x07: ("u", _lose),
        0x08: ("u", _keep),
        0x09: ("uu", _move),
        0x0A: ("", _remember),
        0x0B: ("", _recall),
        0x0C: ("uu", _frame),
        0x0D: ("u", _frame_register),
        0x0E: ("u", _frame_offset),
        0x0F: ("b", _frame_lost),
        0x10: ("ub", _lose),
        0x11: ("us", _save),
        0x12: ("us", _frame_units),
        0x13: ("s", _frame_offset_units),
        0x14: ("uu", _lose),
        0x15: ("us", _lose),
        0x16: ("ub", _lose),
        0x2E: ("u", _nothing),  # DW_CFA_GNU_args_size
    }


_ADVANCES = {0x02: "B", 0x03: "H", 0x04: "I"}


def run(reader: Reader, end: int, state: State, pc: int, code_unit: int) -> None:
    """Run a program up to its end or to the row that holds for `pc`, counted from its function."""
    operands = {"u": reader.unsigned, "s": reader.signed, "b": reader.block}
    here = 0
    while reader.at < end:
        code = reader.number("B")
        kind, low = code & 0xC0, code & 0x3F
        if kind == 0x40 or code in _ADVANCES:
            here += code_unit * (low if kind else reader.number(_ADVANCES[code]))
            if here > pc:
                return
            continue
        # the two short forms hold their register in the code
        long = {0x80: 0x05, 0xC0: 0x06}.get(kind, code)
        if long not in State.INSTRUCTIONS:
            raise Malformed
        forms, effect = State.INSTRUCTIONS[long]
        values = [low] if kind else []
        effect(state, *values, *(operands[form]() for form in forms[len(values) :]))
