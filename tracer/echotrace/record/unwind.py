"""How to get from a place in a function back to its caller: the table `.eh_frame` of a file.

It has a small program for each function (Linux Standard Base, "Exception Frames"). One quick pass
finds the entries; only the programs that are asked for are run. Bytes in, rules out: nothing here
reads a process. What needs a machine for expressions (PLT stubs, signal frames) has no rule.
"""

import contextlib
import struct
from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from echotrace.record import cfa
from echotrace.record.cfa import Malformed, Reader, State


class Rule(NamedTuple):
    """Where the caller's frame and registers are; registers by DWARF's numbers (psABI, 3.6.2).

    The frame begins at `register` plus `offset` bytes. `saved` tells which registers lie in
    memory, and how far from there; `moved` which are in another register; `lost` which are gone.
    The return address counts as a register.
    """

    register: int
    offset: int
    saved: Mapping[int, int]
    moved: Mapping[int, int]
    lost: frozenset[int]


class _Common(NamedTuple):
    """What several entries share (a CIE): where its program is, and how the entries are written."""

    code_unit: int
    data_unit: int
    encoding: int
    augmented: bool
    for_signals: bool
    program: int
    end: int


class Entry(NamedTuple):
    """A function (an FDE): its code, and where its program and what it shares are."""

    start: int
    length: int
    program: int
    end: int
    common: int


class UnwindTable:
    """The unwind rules of one file; program counters are those of its own tables."""

    def __init__(self, section: bytes, address: int) -> None:
        self._data = section
        self._address = address
        self._commons: dict[int, _Common] = {}
        self._rules: dict[int, Rule | None] = {}

    def rule(self, pc: int) -> Rule | None:
        """How to leave the function at `pc`; None where the table does not tell."""
        if pc not in self._rules:
            entry = self.entry(pc)
            try:
                self._rules[pc] = self._run(entry, pc) if entry else None
            except (Malformed, struct.error):
                self._rules[pc] = None
        return self._rules[pc]

    def entry(self, pc: int) -> Entry | None:
        """The function that holds `pc`."""
        index = bisect_right(self._starts, pc) - 1
        if index < 0:
            return None
        entry = self._entries[index]
        return entry if pc < entry.start + entry.length else None

    @cached_property
    def _entries(self) -> list[Entry]:
        found = []
        at = 0
        while at + 8 <= len(self._data):
            size, back = struct.unpack_from("<II", self._data, at)
            if size and back:  # neither a terminator nor a common part
                with contextlib.suppress(Malformed, struct.error, ValueError):
                    found.append(self._entry(at, at + 4 + size, at + 4 - back))
            at += 4 + size
        return sorted(found)

    @cached_property
    def _starts(self) -> list[int]:
        return [entry.start for entry in self._entries]

    def _entry(self, at: int, end: int, common_at: int) -> Entry:
        common = self._common(common_at)
        reader = Reader(self._data, at + 8, self._address)
        start = reader.pointer(common.encoding)
        length = reader.pointer(common.encoding & 0x0F)
        if common.augmented:
            reader.block()
        return Entry(start, length, reader.at, end, common_at)

    def _common(self, at: int) -> _Common:
        if at not in self._commons:
            self._commons[at] = self._read_common(at)
        return self._commons[at]

    def _read_common(self, at: int) -> _Common:
        if at < 0:
            raise Malformed
        reader = Reader(self._data, at, self._address)
        end = at + 4 + reader.number("I")
        reader.at += 4
        version = reader.number("B")
        letters = reader.text().decode("latin-1")
        code_unit, data_unit = reader.unsigned(), reader.signed()
        if version == 1:
            reader.number("B")
        else:
            reader.unsigned()
        encoding, program = 0, reader.at
        if letters.startswith("z"):
            program = reader.unsigned() + reader.at
            encoding = _augmentation(letters[1:], reader)
        elif letters:
            raise Malformed
        return _Common(code_unit, data_unit, encoding, "z" in letters, "S" in letters, program, end)

    def _run(self, entry: Entry, pc: int) -> Rule | None:
        common = self._common(entry.common)
        if common.for_signals:
            return None
        state = State(common.data_unit)
        cfa.run(Reader(self._data, common.program), common.end, state, 0, common.code_unit)
        state.first = state.copy()
        place = pc - entry.start
        cfa.run(Reader(self._data, entry.program), entry.end, state, place, common.code_unit)
        if state.cfa is None:
            return None
        return Rule(*state.cfa, state.saved, state.moved, frozenset(state.lost))


def _augmentation(letters: str, reader: Reader) -> int:
    """How the entries store addresses."""
    encoding = 0
    for letter in letters:
        if letter == "R":
            encoding = reader.number("B")
        elif letter == "P":
            reader.pointer(reader.number("B") & 0x7F)
        elif letter == "L":
            reader.number("B")
        elif letter not in "SB":
            raise Malformed
    return encoding
