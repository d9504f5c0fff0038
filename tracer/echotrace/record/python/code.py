"""Reads code objects and the strings in them from a stopped task's memory."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from echotrace.record.python.library import FROZEN, Library
from echotrace.record.python.offsets import Offsets

#: `size` bytes at an address, or None.
Read: TypeAlias = Callable[[int, int], bytes | None]

_LONGEST_NAME = 4096  # characters: PATH_MAX
_LONGEST_TABLE = 1 << 20  # bytes
_PIECE = 1 << 15  # bytes a read
#: Bytes of the table of lines that are compared to tell whether a code object is still the same.
_SAMPLE = 256
_WORD = struct.Struct("<Q")
_NUMBER = struct.Struct("<i")
_TABLE_HEAD = 16  # ob_size and the hash of a bytes object
_ENCODINGS = {1: "latin-1", 2: "utf-16-le", 4: "utf-32-le"}
#: Where `kind` begins in the state of a string: behind `interned`, which has 2, 8 or 16 bits
#: (3.11 to 3.14 with the lock, 3.14 without it, 3.15). At the other places there are zeros then.
_KIND_AT = (2, 8, 16)


@dataclass(frozen=True)
class Code:
    """A code object: file and function it was compiled from, and its table of lines.

    `units` is the length of its bytecode in code units of 2 bytes; `bytecode` the address where it
    begins; `library` whether the file is not the program's own.
    `sample_at` and `sample` are a piece of memory that shows whether it is still the same object:
    a program that compiles as it goes frees code objects, and gets others at the same addresses.
    """

    file: str
    function: str
    first_line: int
    table: bytes
    units: int
    bytecode: int
    library: bool
    sample_at: tuple[int, int]
    sample: bytes

    @property
    def frozen(self) -> bool:
        """Whether it is a module that is built into the interpreter."""
        return self.file.startswith(FROZEN)


def identity_range(offsets: Offsets) -> tuple[int, int]:
    """Offset and size of the part of a code object that holds what it is made of."""
    fields = (offsets.first_line, offsets.filename, offsets.qualname, offsets.line_table)
    return min(fields), max(fields) + 8 - min(fields)


def read_code(
    read: Read, address: int, identity: bytes, offsets: Offsets, library: Library
) -> Code | None:
    """The code object at `address`, whose `identity_range` was read before; None if it is none."""
    begin, _ = identity_range(offsets)
    (table_at,) = _WORD.unpack_from(identity, offsets.line_table - begin)
    (file_at,) = _WORD.unpack_from(identity, offsets.filename - begin)
    (function_at,) = _WORD.unpack_from(identity, offsets.qualname - begin)
    units = _word(read, address + offsets.code_units)
    table = _bytes_at(read, table_at, offsets)
    file = text_at(read, file_at, offsets)
    function = text_at(read, function_at, offsets)
    if not units or units >= 1 << 30 or table is None or not file or function is None:
        return None
    sample_at = (table_at + offsets.bytes_size, _TABLE_HEAD + min(_SAMPLE, len(table)))
    sample = read(*sample_at)
    if sample is None:
        return None
    return Code(
        file=file,
        function=function,
        first_line=_NUMBER.unpack_from(identity, offsets.first_line - begin)[0],
        table=table,
        units=units,
        bytecode=address + offsets.bytecode,
        library=library.has(file),
        sample_at=sample_at,
        sample=sample,
    )


def text_at(read: Read, address: int, offsets: Offsets) -> str | None:
    """A str object (PEP 393): all that the compiler makes are compact, data behind the header."""
    length = _word(read, address + offsets.text_length)
    raw = read(address + offsets.text_state, 4)
    if length is None or raw is None or length > _LONGEST_NAME:
        return None
    state = int.from_bytes(raw, "little")
    kind_at = next((bit for bit in _KIND_AT if state >> bit & 7), 0)
    kind, compact, ascii_only = (
        state >> kind_at & 7, state >> kind_at + 3 & 1, state >> kind_at + 4 & 1
    )  # fmt: skip
    if kind not in _ENCODINGS or not compact:
        return None
    begin = address + (offsets.text_ascii_data if ascii_only else offsets.text_other_data)
    data = read(begin, length * kind)
    return None if data is None else data.decode(_ENCODINGS[kind], "replace")


def _bytes_at(read: Read, address: int, offsets: Offsets) -> bytes | None:
    size = _word(read, address + offsets.bytes_size)
    if size is None or size > _LONGEST_TABLE:
        return None
    begin = address + offsets.bytes_data
    pieces = [read(begin + at, min(_PIECE, size - at)) for at in range(0, size, _PIECE)]
    return None if None in pieces else b"".join(filter(None, pieces))


def _word(read: Read, address: int) -> int | None:
    raw = read(address, 8)
    return None if raw is None else int(_WORD.unpack(raw)[0])
