"""A document of tables and sentences, of which Markdown and HTML are made; no markup in it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Kind(StrEnum):
    """What stands in a place of a table."""

    CALL = "call"  # a call, or what else happened
    MARK = "mark"
    TEXT = "text"  # words of our own
    NUMBER = "number"
    EVENT = "event"  # the number of the event that the line is about
    GAP = "gap"
    WAIT = "wait"


@dataclass(frozen=True)
class Item:
    """One place of a table; `event` is the number of the event that it tells of."""

    text: str
    kind: Kind = Kind.TEXT
    event: int | None = None


@dataclass(frozen=True)
class Line:
    """One line of a table."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Group:
    """Lines on end that have a label in common; without a label the table has no labels at all."""

    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Table:
    """A table: `head` has a word for each place of its lines, and first one for the labels.

    One of so many `sides` has a place for each, with marks between them; such tables stand one
    below the other.
    """

    caption: str
    head: tuple[str, ...]
    groups: tuple[Group, ...]
    sides: int = 0

    @property
    def marks(self) -> range:
        """Which of the words in the head stand above marks."""
        return range(2, 2 * self.sides, 2)

    @property
    def labelled(self) -> bool:
        """Whether its lines have labels."""
        return any(group.label for group in self.groups)


@dataclass(frozen=True)
class Paragraph:
    """A sentence; a warning is what a reader has to know first."""

    text: str
    warning: bool = False


@dataclass(frozen=True)
class Listing:
    """Numbered sentences below a heading."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """Lines to be drawn as they are, each character as wide as another, below a caption if any."""

    caption: str
    lines: tuple[str, ...]


Block: TypeAlias = Table | Paragraph | Listing | Picture


@dataclass(frozen=True)
class Document:
    """All of it; `kind` is `comparison` or `timeline`."""

    kind: str
    title: str
    blocks: tuple[Block, ...]
