"""A document of tables, pictures and sentences, of which every format is made; no markup in it.

The records are msgspec Structs, so that a format may take the whole document as data, as JSON.
"""

from collections.abc import Mapping
from enum import StrEnum
from itertools import zip_longest
from typing import TypeAlias

from msgspec import Struct, field

from echotrace.views.document.runs import Text
from echotrace.views.drawing import Drawing


class Kind(StrEnum):
    """What stands in a place of a table."""

    CALL = "call"  # a call, or what else happened
    MARK = "mark"
    TEXT = "text"  # words of our own
    NUMBER = "number"
    EVENT = "event"  # the number of the event that the line is about
    GAP = "gap"
    WAIT = "wait"


class Item(Struct, frozen=True):
    """One place of a table; `event` is the number of the event that it tells of."""

    text: Text
    kind: Kind = Kind.TEXT
    event: int | None = None


class Line(Struct, frozen=True):
    """One line of a table."""

    items: tuple[Item, ...]


class Group(Struct, frozen=True):
    """Lines on end that have a label in common; without a label the table has no labels at all."""

    label: str
    lines: tuple[Line, ...]


class Table(Struct, frozen=True, tag_field="type", tag="table"):
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


class Heading(Struct, frozen=True, tag_field="type", tag="heading"):
    """What the blocks up to the next heading are about; `level` 1 begins a page, or a slide."""

    text: str
    level: int = 1


class Paragraph(Struct, frozen=True, tag_field="type", tag="paragraph"):
    """A sentence; a warning is what a reader has to know first."""

    text: Text
    warning: bool = False


class Listing(Struct, frozen=True, tag_field="type", tag="listing"):
    """Numbered sentences below a heading."""

    heading: str
    sentences: tuple[Text, ...]


class Definitions(Struct, frozen=True, tag_field="type", tag="definitions"):
    """Terms, each with what it means: a legend, a glossary."""

    heading: str
    entries: tuple[tuple[Text, Text], ...]


class Picture(Struct, frozen=True, tag_field="type", tag="picture"):
    """Lines to be drawn as they are, each character as wide as another, below a caption if any."""

    caption: str
    lines: tuple[str, ...]


class Figure(Struct, frozen=True, tag_field="type", tag="figure"):
    """Drawings that go on from one to the next, each small enough for a page.

    `name` is short and plain, for a file beside the document; each drawing says what it shows, for
    those who cannot see it.
    """

    name: str
    caption: str
    drawings: tuple[Drawing, ...]


class SourceLine(Struct, frozen=True):
    """A line of a source; `marker` numbers those that made calls, `region` is as marked there.

    Without a number it says what of the source is not shown here.
    """

    number: int | None
    text: str
    marker: int | None = None
    region: str = ""


class Source(Struct, frozen=True):
    """The source of a side, or the `problem` that there is with it, in a sentence."""

    side: str
    file: str
    lines: tuple[SourceLine, ...] = ()
    problem: str = ""


class Sources(Struct, frozen=True, tag_field="type", tag="sources"):
    """Sources that are read against each other: beside each other where there is room."""

    sources: tuple[Source, ...]


class Box(Struct, frozen=True, tag_field="type", tag="box"):
    """A frame with a title and sentences, each with room for so many lines of handwriting.

    For teachers each has its answer instead.
    """

    title: str
    sentences: tuple[Text, ...]
    lines: int = 0
    answers: tuple[Text, ...] = ()

    @property
    def answered(self) -> tuple[tuple[Text, Text | None], ...]:
        """Each sentence, with its answer if there is one."""
        return tuple(zip_longest(self.sentences, self.answers))


class Answer(Struct, frozen=True):
    """What the edition for teachers says to a question: `why`, and who errs how."""

    text: Text
    why: Text
    misconception: Text = ""

    @property
    def parts(self) -> tuple[tuple[str, Text], ...]:
        """What is said, each with the name of its label."""
        parts = (("answer", self.text), ("why", self.why), ("misconception", self.misconception))
        return tuple((name, text) for name, text in parts if text)


class Question(Struct, frozen=True, tag_field="type", tag="question"):
    """A question: its kind in a word or two, choices if any, room for so many lines of answer.

    `excerpt` is what it is about, to be drawn as it is. There is no answer for students.
    """

    number: int
    kind: str
    stem: Text
    choices: tuple[Text, ...] = ()
    excerpt: tuple[str, ...] = ()
    lines: int = 0
    answer: Answer | None = None


Block: TypeAlias = (
    Table
    | Heading
    | Paragraph
    | Listing
    | Definitions
    | Picture
    | Figure
    | Sources
    | Box
    | Question
)


class Document(Struct, frozen=True):
    """All of it; `kind` is `comparison`, `timeline`, `handout` or `quiz`.

    What stands on every page: the `course`, the `edition` (empty where there are none), and the
    `trail` from the document to what it was made from: hashes of traces. `labels` are the words
    that formats add, in the document's language, by the names that they have in `views.texts`.
    """

    kind: str
    title: str
    blocks: tuple[Block, ...]
    course: str = ""
    edition: str = ""
    trail: str = ""
    language: str = "en"
    labels: Mapping[str, str] = field(default_factory=dict)
