"""From a program counter to file, line and function: what the compiler's -g left (DWARF 5, 6.2).

Only the compilation units that are asked for are read. Where several rows of the line table are
possible the choice is gdb's, so that both name the same line.
"""

import os
import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from elftools.common.exceptions import DWARFError, ELFError
from elftools.dwarf.descriptions import describe_form_class

#: What pyelftools raises on debug information that it cannot read.
UNREADABLE = (
    *(DWARFError, ELFError, struct.error, zlib.error, AssertionError),
    *(AttributeError, TypeError, KeyError, IndexError, ValueError, OverflowError),
)

_FUNCTIONS = frozenset({"DW_TAG_subprogram", "DW_TAG_inlined_subroutine"})
_SCOPES = _FUNCTIONS | {"DW_TAG_lexical_block", "DW_TAG_namespace", "DW_TAG_module"}
_ORIGINS = ("DW_AT_abstract_origin", "DW_AT_specification")


class Line(NamedTuple):
    """A line of a source file, by its whole path, and the function that it stands in."""

    path: str
    line: int
    function: str | None


class _Row(NamedTuple):
    """From `address` on the code is that of a line; None where no line is known."""

    address: int
    where: tuple[str, int] | None


class Lines:
    """The source lines of one file's code; `is_code` says which addresses are in it."""

    def __init__(self, dwarf: Any, is_code: Callable[[int], bool]) -> None:  # noqa: ANN401 -- untyped
        self._dwarf = dwarf
        self._is_code = is_code
        self._rows: dict[int, list[_Row]] = {}

    def find(self, pc: int) -> Line | None:
        """The line whose code holds `pc`."""
        try:
            for unit in self._units_at(pc):
                rows = self._rows_of(unit)
                index = bisect_right(rows, pc, key=lambda row: row.address) - 1
                where = rows[index].where if index >= 0 else None
                if where:
                    return Line(*where, self._function(unit, pc))
        except UNREADABLE:
            pass  # broken debug information: nothing is known
        return None

    @cached_property
    def _spans(self) -> list[tuple[int, int, Any]]:
        """First and last address of code and its unit."""
        found = []
        for unit in self._dwarf.iter_CUs():
            spans = list(self._ranges(unit.get_top_DIE())) or self._sequences(unit)
            found += [(start, end, unit) for start, end in spans if self._is_code(start)]
        return found

    def _units_at(self, pc: int) -> list[Any]:
        return [unit for start, end, unit in self._spans if start <= pc < end]

    def _sequences(self, unit: Any) -> list[tuple[int, int]]:  # noqa: ANN401 -- untyped
        """The code of a unit that does not tell its ranges, such as an assembler's."""
        rows = self._rows_of(unit)
        return [(rows[0].address, rows[-1].address)] if rows else []

    def _rows_of(self, unit: Any) -> list[_Row]:  # noqa: ANN401 -- untyped
        if unit.cu_offset not in self._rows:
            self._rows[unit.cu_offset] = sorted(
                self._read_rows(unit), key=lambda row: (row.address, row.where is not None)
            )
        return self._rows[unit.cu_offset]

    def _read_rows(self, unit: Any) -> Iterator[_Row]:  # noqa: ANN401 -- untyped
        program = self._dwarf.line_program_for_CU(unit)
        if program is None:
            return
        names = _Names(program.header, _text(unit.get_top_DIE(), "DW_AT_comp_dir") or "")
        sequence: list[Any] = []
        for entry in program.get_entries():
            if entry.state is None:
                continue
            sequence.append(entry.state)
            if entry.state.end_sequence:
                if self._is_code(sequence[0].address):  # else its function was left out
                    yield from _choose(sequence, names)
                sequence = []

    def _function(self, unit: Any, pc: int) -> str | None:  # noqa: ANN401 -- untyped
        """The innermost function, inlined ones too."""
        name, scopes = None, [unit.get_top_DIE()]
        while scopes:
            for die in scopes.pop().iter_children():
                if die.tag not in _SCOPES:
                    continue
                inside = any(start <= pc < end for start, end in self._ranges(die))
                if inside or die.tag in ("DW_TAG_namespace", "DW_TAG_module"):
                    scopes.append(die)
                if inside and die.tag in _FUNCTIONS:
                    name = _name(die)
        return name

    def _ranges(self, die: Any) -> Iterator[tuple[int, int]]:  # noqa: ANN401 -- untyped
        attributes = die.attributes
        low, high = attributes.get("DW_AT_low_pc"), attributes.get("DW_AT_high_pc")
        if low is not None and high is not None:
            absolute = describe_form_class(high.form) == "address"
            yield low.value, high.value if absolute else low.value + high.value
        elif "DW_AT_ranges" in attributes:
            base = die.cu.get_top_DIE().attributes.get("DW_AT_low_pc")
            offset = base.value if base is not None else 0
            lists = self._dwarf.range_lists()
            where = attributes["DW_AT_ranges"].value
            for entry in lists.get_range_list_at_offset(where, cu=die.cu):
                if hasattr(entry, "base_address"):
                    offset = entry.base_address
                else:
                    more = 0 if getattr(entry, "is_absolute", False) else offset
                    yield entry.begin_offset + more, entry.end_offset + more


class _Names:
    """The files of a line program, by whole path."""

    def __init__(self, header: Any, folder: str) -> None:  # noqa: ANN401 -- untyped
        #: Before version 5 files count from 1, and folder 0 is that of the compilation.
        self._first = 0 if header["version"] >= 5 else 1
        folders = [_decoded(name) for name in header["include_directory"]]
        self._folders = folders if self._first == 0 else [folder, *folders]
        self._folder = folder
        self._files = header["file_entry"]
        self._known: dict[int, str] = {}

    def path(self, number: int) -> str | None:
        """The whole path of a file, or None where the table does not have it."""
        index = number - self._first
        if not 0 <= index < len(self._files):
            return None
        if number not in self._known:
            entry = self._files[index]
            folder = self._folders[entry.dir_index] if entry.dir_index < len(self._folders) else ""
            path = os.path.join(self._folder, folder, _decoded(entry.name))  # noqa: PTH118 -- text
            self._known[number] = os.path.normpath(path)
        return self._known[number]


def _choose(sequence: list[Any], names: _Names) -> Iterator[_Row]:
    """One row an address: the last that begins a statement, else the last (as gdb does)."""
    best: dict[int, Any] = {}
    for state in sequence:
        former = best.get(state.address)
        if former is None or state.is_stmt or state.end_sequence or not former.is_stmt:
            best[state.address] = state
    for address, state in best.items():
        path = names.path(state.file)
        known = path is not None and state.line and not state.end_sequence
        yield _Row(address, (path, state.line) if path is not None and known else None)


def _name(die: Any) -> str | None:  # noqa: ANN401 -- untyped
    for _ in range(8):  # an origin can have an origin
        name = _text(die, "DW_AT_name")
        if name:
            return name
        origin = next((o for o in _ORIGINS if o in die.attributes), None)
        if origin is None:
            return None
        die = die.get_DIE_from_attribute(origin)
    return None


def _text(die: Any, attribute: str) -> str | None:  # noqa: ANN401 -- untyped
    attributes: Mapping[str, Any] = die.attributes
    return _decoded(attributes[attribute].value) if attribute in attributes else None


def _decoded(name: Any) -> str:  # noqa: ANN401 -- untyped
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
