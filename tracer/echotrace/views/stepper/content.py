"""What stands in the panes of the stepper, as lines of styled pieces; knows no terminal."""

import textwrap
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from echotrace.story.nouns import Story
from echotrace.views import heading
from echotrace.views.cells import fit
from echotrace.views.layout import Row
from echotrace.views.listing import Listing
from echotrace.views.moment import Section
from echotrace.views.narration import narrate
from echotrace.views.paint import Piece, Surface, glyphs
from echotrace.views.stepper.folding import state_line
from echotrace.views.steps import Filter

_TWO_COLUMNS_FROM = 76


def source_line(listing: Listing, index: int, surface: Surface) -> list[Piece]:
    """Line `index` (from 0) of a source file with its number and marks."""
    number = index + 1
    ran, upcoming = number == listing.ran, number == listing.upcoming
    marks = glyphs(f"{'▶' if ran else ''}{'▷' if upcoming else ''}", surface)[:2]
    margin = f"{number:>{len(str(len(listing.lines)))}} "
    style = "current" if ran else "bold" if upcoming else "plain"
    text = glyphs(listing.lines[index], surface)
    return [Piece(marks.ljust(2), "ran"), Piece(margin, "dim"), Piece(text, style)]


def source_notes(listing: Listing, width: int, surface: Surface) -> list[list[Piece]]:
    """What stands in place of the source, or above it."""
    told = listing.problem
    if listing.elsewhere:
        told = f"next: {listing.elsewhere}"
    return [[Piece(line)] for line in fit(glyphs(told, surface), max(width, 8))] if told else []


def state_lines(sections: Sequence[Section], width: int, surface: Surface) -> list[Sequence[Piece]]:
    """The picture of a moment; where there is room, the descriptions stand beside the rest."""
    if width < _TWO_COLUMNS_FROM or len(sections) < 2:
        return list(_stacked(sections, width, surface))
    half = (width - 3) // 2
    left = list(_stacked(sections[:-1], half, surface))
    right = list(_stacked(sections[-1:], width - 3 - half, surface))
    bar = Piece(glyphs(" │ ", surface), "dim")
    return [
        [*_padded(one or [], half), bar, *(other or [])] for one, other in zip_longest(left, right)
    ]


def _padded(pieces: Sequence[Piece], width: int) -> list[Piece]:
    used = sum(len(piece.text) for piece in pieces)
    return [*pieces, Piece(" " * max(0, width - used))]


def _stacked(
    sections: Iterable[Section], width: int, surface: Surface
) -> Iterable[Sequence[Piece]]:
    for section in sections:
        yield [Piece(glyphs(section.title, surface)[:width], "bold")]
        if not section.lines:
            yield [Piece("  none", "dim")]
        for line in section.lines:
            yield from state_line(line, width, surface)


def where(
    row: Row | None, index: int, count: int, filter_: Filter, surface: Surface
) -> list[Piece]:
    """`Step n of N · event 17 · 0.52 ms`, and which filters are on."""
    if row is None:
        parts = [f"Step 0 of {count}"]
    else:
        parts = [f"Step {index + 1:,} of {count:,}", f"event {row.event.seq}",
                 f"{row.milliseconds} ms"]  # fmt: skip
    only = [f"#{filter_.connection}"] if filter_.connection is not None else []
    only += [filter_.actor] if filter_.actor is not None else []
    parts += [f"only {' and '.join(only)}"] if only else []
    parts += ["all events"] if filter_.everything else []
    return [Piece(glyphs(" · ".join(parts), surface), "bold")]


def explanation(
    story: Story, row: Row | None, said: str, size: tuple[int, int], surface: Surface
) -> list[list[Piece]]:
    """The step in words: the row's whole text, and the sentence that explains it."""
    width, height = size
    if row is None:
        empty = "No step passes this filter; Esc shows all connections and tasks."
        reason = empty if story.events else "There is no event in this trace."
        return [[Piece(line)] for line in fit(glyphs(reason, surface), width)[:height]]
    head = _short(fit(said, width), 2, width, surface)
    rest = textwrap.wrap(glyphs(narrate(story, row), surface), width)
    told = _short(rest, max(0, height - len(head)), width, surface)
    return [*([Piece(line, "bold")] for line in head), *([Piece(line)] for line in told)]


def _short(lines: Sequence[str], most: int, width: int, surface: Surface) -> list[str]:
    """At most so many lines; the last one says that there is more."""
    if len(lines) <= most:
        return list(lines)
    kept = list(lines[:most])
    if kept:
        kept[-1] = kept[-1][: width - 2] + glyphs(" …", surface)
    return kept


def title(story: Story, surface: Surface) -> str:
    """Which trace this is."""
    return glyphs(" · ".join(heading.recorded(story.trace.header)), surface)
