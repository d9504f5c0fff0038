"""Text of a document in which something stands out: a call, a blank, a mark of the source."""

from typing import TypeAlias

from msgspec import Struct


class Code(Struct, frozen=True, tag_field="type", tag="code"):
    """A call, a path or a command: each character as wide as another."""

    text: str


class Strong(Struct, frozen=True, tag_field="type", tag="strong"):
    """Words to be seen first."""

    text: str


class Blank(Struct, frozen=True, tag_field="type", tag="blank"):
    """A place to write in, called `label` by its question, and so many characters wide.

    `answer` is what belongs there; None in the edition for students, which so cannot leak it.
    """

    label: str
    width: int
    answer: str | None = None


class Marker(Struct, frozen=True, tag_field="type", tag="marker"):
    """The number of a line of the source that made a call, as in the listing of `side`."""

    side: str
    number: int


Run: TypeAlias = str | Code | Strong | Blank | Marker
#: What a sentence or a place of a table says: plain words, or runs one after the other.
Text: TypeAlias = str | tuple[Run, ...]


def runs(text: Text) -> tuple[Run, ...]:
    """The runs of a text."""
    return (text,) if isinstance(text, str) else text


def plain(text: Text) -> str:
    """The words alone, as somebody would read them aloud; a blank is its answer or `(label)`."""
    return "".join(_plain(run) for run in runs(text))


def _plain(run: Run) -> str:
    match run:
        case str():
            return run
        case Blank(label=label, answer=answer):
            return f"({label})" if answer is None else answer
        case Marker(number=number):
            return f"({number})"
        case _:
            return run.text
