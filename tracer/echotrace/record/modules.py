"""What an executable file knows of its code: how to leave its functions, their names, their lines.

From its ELF header, `.eh_frame`, the symbol tables and DWARF, as far as they are there: a stripped
file, or one without -g, knows less. Program counters here are those of the file's own tables.
"""

import re
from bisect import bisect_right
from functools import cached_property
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile

from echotrace.record import symbols
from echotrace.record.lines import UNREADABLE, Line, Lines
from echotrace.record.symbols import Function
from echotrace.record.unwind import Rule, UnwindTable

_EXECUTABLE = 1  # PF_X
#: The end of code that ends with a call: E8 and a distance, or FF with 2 in the middle of ModRM.
_DIRECT_CALL = b"\xe8"
#: Calls and jumps to the address in a slot, given by its distance.
_CALL_SLOT, _JUMP_SLOT = b"\xff\x15", b"\xff\x25"
_INDIRECT_CALLS = tuple(
    re.compile(rb"\xff[%b].{%d}\Z" % (modes, size), re.DOTALL)
    for modes, size in (
        (rb"\x10-\x13\x16\x17\xd0-\xd7", 0),
        (rb"\x14\x50-\x53\x55-\x57", 1),
        (rb"\x54", 2),
        (rb"\x15\x90-\x93\x95-\x97", 4),
        (rb"\x94", 5),
    )
)
#: Bytes in which a function without unwind rules makes its system call.
_SHORT = 512


class Module:
    """One executable file or shared library. Raises OSError, or one of lines.UNREADABLE."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        try:
            self._elf: Any = ELFFile(self._file)
            #: When the file was made, in nanoseconds since 1970.
            self.built = path.stat().st_mtime_ns
            self._segments = [
                (s["p_vaddr"], s["p_offset"], s["p_filesz"], bool(s["p_flags"] & _EXECUTABLE))
                for s in self._elf.iter_segments("PT_LOAD")
            ]
            ours = self._elf["e_machine"] == "EM_X86_64" and self._elf.elfclass == 64
            self.has_lines = ours and self._section(".debug_line") is not None
        except BaseException:
            self._file.close()
            raise

    def prepare(self) -> None:
        """Read now what later questions need."""
        for ask in (self.line, self.function, self.rule):
            ask(0)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def address(self, offset: int) -> int | None:
        """The program counter of a byte of the file, by the segment that holds it."""
        for address, start, size, _ in self._segments:
            if start <= offset < start + size:
                return int(address + offset - start)
        return None

    def line(self, pc: int) -> Line | None:
        """The source line of `pc`."""
        return self._lines.find(pc) if self._lines else None

    def function(self, pc: int) -> str | None:
        """The public name of the function that holds `pc`; None where no symbol covers it."""
        index = bisect_right(self._functions, pc, key=lambda function: function.start) - 1
        if index < 0:
            return None
        function = self._functions[index]
        return function.name if pc < function.start + function.size else None

    def rule(self, pc: int) -> Rule | None:
        """How to leave the function at `pc`."""
        return self._unwinding.rule(pc) if self._unwinding else None

    def is_bare(self, pc: int) -> bool:
        """Whether the unwind table exists but leaves out the code at `pc`.

        So does the C library around the calls that make tasks: its rules would be wrong in them.
        """
        return self._unwinding is not None and self._unwinding.entry(pc) is None

    def calls(self, pc: int, callee: int | None) -> bool:
        """Whether a call ends at `pc`: of code shortly before `callee`, where that is known."""
        target = self.target(pc)
        if target is not None:
            return callee is None or 0 <= callee - target < _SHORT
        return any(form.search(self._code(pc - 7, 7)) for form in _INDIRECT_CALLS)

    def target(self, pc: int) -> int | None:
        """Where the call goes that ends at `pc`, if the code itself says it."""
        code = self._code(pc - 5, 5)
        return pc + _distance(code[1:]) if code[:1] == _DIRECT_CALL else None

    def callee(self, pc: int) -> str | None:
        """The name of what the call calls that ends at `pc`; None for a pointer to a function."""
        target = self.target(pc)
        if target is None:
            code = self._code(pc - 6, 6)
            return self._imports.get(pc + _distance(code[2:])) if code[:2] == _CALL_SLOT else None
        line = self.line(target)
        if line and line.function:
            return line.function
        stub = self._code(target, 16)
        jump = stub.find(_JUMP_SLOT, 0, 8)
        if jump < 0:
            return self.function(target)
        end = jump + 6
        return self._imports.get(target + end + _distance(stub[jump + 2 : end]))

    @cached_property
    def _lines(self) -> Lines | None:
        if not self.has_lines:
            return None
        try:
            return Lines(self._elf.get_dwarf_info(follow_links=False), self._is_code)
        except UNREADABLE:
            return None

    @cached_property
    def _unwinding(self) -> UnwindTable | None:
        section = self._section(".eh_frame")
        try:
            return UnwindTable(section.data(), section["sh_addr"]) if section else None
        except UNREADABLE:
            return None

    @cached_property
    def _functions(self) -> list[Function]:
        return symbols.functions(self._section)

    @cached_property
    def _imports(self) -> dict[int, str]:
        return symbols.imports(self._section)

    def _section(self, name: str) -> Any:  # noqa: ANN401 -- untyped
        section = self._elf.get_section_by_name(name)
        return None if section is None or section["sh_type"] == "SHT_NOBITS" else section

    def _is_code(self, pc: int) -> bool:
        return any(start <= pc < start + size for start, _, size, code in self._segments if code)

    def _code(self, pc: int, size: int) -> bytes:
        for address, start, length, _ in self._segments:
            if address <= pc and pc + size <= address + length:
                self._file.seek(start + pc - address)
                return self._file.read(size)
        return b""


def _distance(code: bytes) -> int:
    return int.from_bytes(code, "little", signed=True)
