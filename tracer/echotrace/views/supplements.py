"""What stands below the differences of a comparison: tables, and pictures made of characters."""

from dataclasses import dataclass, replace

from echotrace.story.compare.nouns import Comparison
from echotrace.views import blocked, costs

_OF_ALL = "Of the whole runs, not only of the rows above."
_WIDTH = 100  # of pictures, in formats that have no width of their own


@dataclass(frozen=True)
class Supplement:
    """A table of words, or a picture: `lines` are drawn as they are, and fit the width asked for.

    The first cell of each row says what the row is about; `note` what has to be known to read it.
    """

    title: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    lines: tuple[str, ...] = ()
    note: str = ""


def supplements(compared: Comparison, width: int = _WIDTH) -> tuple[Supplement, ...]:
    """The supplements of a comparison, in order, each for lines of at most `width`."""
    found = [each for each in (_costs(compared), _blocked(compared, width)) if each]
    if compared.partial:
        return tuple(replace(each, note=f"{_OF_ALL} {each.note}") for each in found)
    return tuple(found)


def _costs(compared: Comparison) -> Supplement | None:
    rows = tuple(costs.cost_rows(compared.stories))
    head = ("", *compared.names)
    return Supplement("What it costs", head, rows, note=costs.NOTE) if rows else None


def _blocked(compared: Comparison, width: int) -> Supplement | None:
    lines = tuple(blocked.blocked_strip(compared.stories, compared.names, width))
    return Supplement("Who keeps whom waiting", lines=lines, note=blocked.NOTE) if lines else None
