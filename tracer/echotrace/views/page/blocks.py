"""A section of a state as blocks of lines in an order of their own: a change costs one block."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, TypeAlias

#: Where a block stands; all keys of a section can be compared.
Key: TypeAlias = tuple[Any, ...]


class Blocks:
    """The lines of section number `section`, by the keys of their blocks; `size` counts them."""

    def __init__(self, section: int) -> None:
        self._section = section
        self.size = 0
        self._keys: list[Key] = []
        self._sizes: list[int] = []
        self._blocks: dict[Key, list[int]] = {}
        self._splices: list[list[int]] = []

    def put(self, key: Key, lines: list[int]) -> None:
        """Let a block have these lines; without any it is gone."""
        before = self._blocks.get(key, [])
        if before == lines:
            return
        self.size += len(lines) - len(before)
        at = bisect_left(self._keys, key)
        start = sum(self._sizes[:at])
        if not before:
            self._keys.insert(at, key)
            self._sizes.insert(at, len(lines))
        elif not lines:
            del self._keys[at], self._sizes[at], self._blocks[key]
        else:
            self._sizes[at] = len(lines)
        if lines:
            self._blocks[key] = lines
        self._splices.append([self._section, *_splice(start, before, lines)])

    def spliced(self) -> list[list[int]]:
        """The changes since one asked: section, position, how many lines go, those that come.

        Each is to be done where those before it are done.
        """
        splices, self._splices = self._splices, []
        return splices

    @property
    def lines(self) -> list[int]:
        """All lines."""
        return [line for key in self._keys for line in self._blocks[key]]


def _splice(start: int, before: Sequence[int], after: Sequence[int]) -> list[int]:
    """One splice around all that differs between two blocks."""
    least = min(len(before), len(after))
    head = next((n for n in range(least) if before[n] != after[n]), least)
    least -= head
    tail = next((n for n in range(least) if before[-1 - n] != after[-1 - n]), least)
    return [start + head, len(before) - head - tail, *after[head : len(after) - tail]]
