"""Decodes a code object's table of lines (`co_linetable`, PEP 626; since Python 3.11).

The table is a row of entries, each for 1 to 8 code units (of 2 bytes) of the bytecode. An entry is
a byte with the highest bit set, and bytes without it (CPython, Objects/locations.md):

    bit 7      1
    bits 3-6   kind: how the rest is written, and by how much the line moves first
    bits 0-2   code units that the entry covers, less one

    kind 0-9   short: the same line; one byte of columns follows
    kind 10-12 one line: kind - 10 lines further; two bytes of columns follow
    kind 13    no columns: a signed number of lines follows
    kind 14    long: a signed number of lines, then the end line and two columns
    kind 15    no location

Columns are skipped: the next entry begins at the next byte with the highest bit set.
"""

import functools
from collections.abc import Iterator

_ONE_LINE = range(10, 13)
_WITH_DELTA = (13, 14)
_NO_LOCATION = 15


@functools.lru_cache(4096)
def line_at(table: bytes, first: int, units: int, unit: int) -> int | None:
    """The line of one of a code object's `units` code units; `first` is `co_firstlineno`.

    None where it has no line, and when the table does not cover just so many code units: then it is
    none, or it is not this code's.
    """
    covered, found = 0, None
    for length, line in _entries(table, first):
        if covered <= unit < covered + length:
            found = line
        covered += length
    return found if covered == units else None


def _entries(table: bytes, line: int) -> Iterator[tuple[int, int | None]]:
    """How many code units each entry covers, and their line."""
    for at, byte in enumerate(table):
        if not byte & 0x80:
            continue
        kind = byte >> 3 & 0xF
        if kind in _ONE_LINE:
            line += kind - _ONE_LINE.start
        elif kind in _WITH_DELTA:
            line += _signed(table, at + 1)
        yield (byte & 7) + 1, None if kind == _NO_LOCATION else line


def _signed(table: bytes, at: int) -> int:
    """A signed number: six bits a byte, the lowest first; bit 6: more follow. Bit 0 is the sign."""
    value = shift = 0
    for byte in table[at : at + 6]:
        value |= (byte & 0x3F) << shift
        shift += 6
        if not byte & 0x40:
            break
    return -(value >> 1) if value & 1 else value >> 1
