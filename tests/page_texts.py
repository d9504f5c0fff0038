"""Texts of the page's data unpacked: what the script does, in Python."""

from echotrace.views.page.texts import HOLE, Texts


def unpacked(texts: Texts, number: int) -> str:
    """The text of a number."""
    pattern, *numbers = texts.packed[number]
    first, *pieces = texts.patterns[pattern].split(HOLE)
    return first + "".join(f"{n}{piece}" for n, piece in zip(numbers, pieces, strict=True))
