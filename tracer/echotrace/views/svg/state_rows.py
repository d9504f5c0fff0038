"""What the rows of a picture say, in how many lines, when not all that they name is drawn."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from echotrace.views.boxes import Row
from echotrace.views.svg.canvas import Canvas

#: A row has at most so many lines.
_MOST_LINES = 5
#: Behind these a long word is broken.
_JOINT = re.compile(r"(?<=[_(,.:/-])")


@dataclass(frozen=True)
class Kept:
    """Which boxes are drawn, by key; of descriptors whose description is not, all or none.

    `crowd` are the rows of tasks that are not, by their keys.
    """

    tables: frozenset[str]
    opens: frozenset[str]
    others: bool = True
    crowd: frozenset[str] = frozenset()

    def draws(self, row: Row) -> bool:
        """Whether a row is drawn at all."""
        if row.key in self.crowd:
            return False
        return self.others or row.target is None or f"open {row.target}" in self.opens

    def text(self, row: Row) -> str:
        """What a row says: of a description that is not drawn its name."""
        if row.target is None or f"open {row.target}" in self.opens:
            return row.text
        return f"{row.text} {row.name}"


def lines_of(row: Row, kept: Kept, columns: int) -> list[str]:
    """The text of a row in lines; an empty one for a blank that has no room behind them."""
    found = _folded(kept.text(row), max(columns, 4))
    if len(found) > _MOST_LINES:
        found = [*found[: _MOST_LINES - 1], f"{found[_MOST_LINES - 1][: columns - 1]}…"]
    if row.blank is not None and not blank_fits(row, found, columns):
        found.append("")
    return found


def _folded(text: str, columns: int) -> list[str]:
    """A text in lines; words that are too long for one are broken where a name has a joint."""
    lines = [""]
    for word in text.split():
        whole = len(word) <= columns
        for number, part in enumerate([word] if whole else _JOINT.split(word)):
            space = " " if lines[-1] and not number else ""
            if len(lines[-1]) + len(space) + len(part) <= columns:
                lines[-1] += space + part
            else:
                pieces = [part[at : at + columns] for at in range(0, len(part), columns)]
                lines = [*lines, *pieces] if lines[-1] else pieces
    return lines


def blank_fits(row: Row, lines: Sequence[str], columns: int) -> bool:
    """Whether the blank of a row stands on its last line of text."""
    assert row.blank is not None
    return len(lines[-1]) + 1 + Canvas.blank_columns(row.blank) <= columns
