"""Texts packed as a pattern and its numbers: of 50,000 sentences few differ in more than these.

A pattern has HOLE in place of each number. A text that is made of several fields has SEP between
them, so that cells and lines of a state are texts like all others.
"""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

#: Stands for a number in a pattern. No text has it: what comes from outside is escaped before.
HOLE: Final = "\x1c"
#: Between the fields of a text, and between the parts of a field.
SEP: Final = "\x1f"
INNER: Final = "\x1e"
#: Around what a quiz may ask for.
MARK: Final = "\x1d"

#: Numbers that JavaScript writes as Python does: no leading zeros, at most 15 digits.
_NUMBER = re.compile(r"(?<![0-9])(?:0|[1-9][0-9]{0,14})(?![0-9])")


class Texts:
    """Texts by number, each kept once; the numbers count from 0."""

    def __init__(self) -> None:
        self.patterns: list[str] = []
        #: The number of a text's pattern, and the numbers that fill its holes.
        self.packed: list[list[int]] = []
        self._patterns: dict[str, int] = {}
        self._numbers: dict[str, int] = {}

    def add(self, text: str) -> int:
        """The number of a text, which is taken in if it is new."""
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self.packed)
            pattern = _NUMBER.sub(HOLE, text)
            index = self._patterns.setdefault(pattern, len(self.patterns))
            if index == len(self.patterns):
                self.patterns.append(pattern)
            self.packed.append([index, *map(int, _NUMBER.findall(text))])
        return number

    def fields(self, *fields: str) -> int:
        """The number of a text of several fields; empty ones at its end are left out."""
        return self.add(SEP.join(fields).rstrip(SEP))


def differences(numbers: Iterable[int]) -> list[int]:
    """Each number less the one before it: of numbers that grow step by step, short ones."""
    return [after - before for before, after in pairwise([0, *numbers])]
