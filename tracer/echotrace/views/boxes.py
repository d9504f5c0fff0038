"""What a picture of a state is made of: boxes of rows, with blanks where something is asked.

Boxes and rows have keys that are the same at every moment, so that two states can be laid over each
other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from echotrace.story.quiz.nouns import Field
from echotrace.views.document.runs import Blank


@dataclass(frozen=True)
class Row:
    """A row of a box; `target` is the id of the description that a descriptor refers to.

    `name` is what that, or the row's task, is called where there is no room to draw it. `blank`
    stands behind the text and is to be filled in. What is `passing` is other at most moments, and
    no change.
    """

    key: str
    text: str
    target: int | None = None
    name: str = ""
    blank: Blank | None = None
    passing: bool = False


@dataclass(frozen=True)
class Box:
    """Rows in a frame; the rows of `inner` are in one of their own below it.

    These are tasks and their table, a description and its socket.

    `parent` is the key of the box that this one hangs from in the tree of processes, `depth` how
    deep it does. `name` is what it is called where there is no room to draw it.
    """

    key: str
    name: str
    rows: tuple[Row, ...]
    inner: tuple[Row, ...] = ()
    depth: int = 0
    parent: str | None = None


@dataclass(frozen=True)
class Hidden:
    """The blanks in place of facts on one description, by what they leave out."""

    description: int | None = None
    blanks: Mapping[Field, Blank] = field(default_factory=dict)

    def of(self, description: int, what: Field) -> Blank | None:
        """The blank in place of a fact on a description."""
        return self.blanks.get(what) if description == self.description else None


@dataclass(frozen=True)
class Boxes:
    """All boxes of a state: tables (of processes without one, a box all the same), descriptions.

    `unheld` is the description whose descriptors are left out, for who holds it is asked.
    """

    tables: tuple[Box, ...]
    opens: tuple[Box, ...]
    unheld: int | None = None

    @property
    def rows(self) -> Mapping[tuple[str, str], Row]:
        """All rows, by the key of their box and their own."""
        both = (*self.tables, *self.opens)
        return {(box.key, row.key): row for box in both for row in (*box.rows, *box.inner)}
