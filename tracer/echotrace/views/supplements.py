"""What stands below the differences of a comparison: tables, and pictures made of characters."""

from dataclasses import dataclass

from echotrace.story.compare.nouns import Comparison
from echotrace.views.blocked import blocked_strip
from echotrace.views.cells import fit
from echotrace.views.costs import LEGEND, cost_rows


@dataclass(frozen=True)
class Supplement:
    """A table of words, or a picture: `lines` are drawn as they are, and fit the width asked for.

    The first cell of each row says what the row is about.
    """

    title: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    lines: tuple[str, ...] = ()


def supplements(compared: Comparison, width: int) -> tuple[Supplement, ...]:
    """The supplements of a comparison, in order, each for lines of at most `width`."""
    return tuple(each for each in (_costs(compared, width), _blocked(compared, width)) if each)


def _costs(compared: Comparison, width: int) -> Supplement | None:
    rows = tuple(cost_rows(compared.stories))
    if not rows:
        return None
    return Supplement("What it costs", ("", *compared.names), rows, tuple(fit(LEGEND, width)))


def _blocked(compared: Comparison, width: int) -> Supplement | None:
    lines = tuple(blocked_strip(compared.stories, compared.names, width))
    return Supplement("Who keeps whom waiting", lines=lines) if lines else None
