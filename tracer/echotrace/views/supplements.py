"""What stands below the differences of a comparison: tables, and pictures made of characters."""

from dataclasses import dataclass

from echotrace.story.compare.nouns import Comparison


@dataclass(frozen=True)
class Supplement:
    """A table of words, or a picture: `lines` are drawn as they are, and fit the width asked for.

    The first cell of each row says what the row is about.
    """

    title: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    lines: tuple[str, ...] = ()


def supplements(_compared: Comparison, _width: int) -> tuple[Supplement, ...]:
    """The supplements of a comparison, in order, each for lines of at most `width`."""
    return ()
