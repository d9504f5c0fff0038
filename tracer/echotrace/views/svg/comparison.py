"""A comparison as drawings: a column a side, a row a logical event, and marks between them."""

from collections.abc import Collection, Hashable, Sequence

from echotrace.pauses import no_garbage_collection
from echotrace.story.compare.nouns import Comparison
from echotrace.story.explain.text import listed
from echotrace.views import comparison_words, words
from echotrace.views.abridging import abridged
from echotrace.views.annotations import PLAIN, Annotations
from echotrace.views.cells import WAIT
from echotrace.views.drawing import Drawing
from echotrace.views.folding import Fold, shown
from echotrace.views.layout import Row
from echotrace.views.paint import Surface
from echotrace.views.paper import Paper
from echotrace.views.parts import lay_out
from echotrace.views.side_by_side import Words
from echotrace.views.svg.canvas import Canvas
from echotrace.views.svg.inlaid import Composer
from echotrace.views.svg.sheets import Around, between, sheets
from echotrace.views.svg.side_frame import Frame, Left, Line
from echotrace.views.svg.sides import Sides


@no_garbage_collection()
def draw(
    compared: Comparison, paper: Paper, *, whole: bool = False, annotations: Annotations = PLAIN,
    max_rows: int | None = None, alone: bool = False,
) -> tuple[Drawing, ...]:  # fmt: skip
    """The comparison on as many drawings as it takes, each of which fits the paper.

    Unless the `whole` is wanted, what needs no reading is folded, as in the terminal; nothing is
    where that would hide what is to be filled in. Of more than `max_rows` lines some in the middle
    are left out, and a line says which. What stands `alone` says itself what it is, and what its
    marks mean.
    """
    laid = lay_out(compared)
    composers = tuple(Composer(annotations, name) for name in compared.names)
    parts, folded = shown(laid, whole=whole, needed=lambda row: _asked_in(compared, row, composers))
    ruler = Canvas(paper.width, paper.text)
    lines = [Line(part, line) for part in parts for line in part.lines]
    found, missing = _abridged(compared, lines, composers, max_rows)
    frame = Frame.of(parts, ruler)
    stories = dict(zip(compared.names, compared.stories, strict=True))
    groups = {
        sides: Words(stories, parts, frame.side(len(sides)), Surface())
        for sides in frame.groups(len(compared.names))
    }
    sections = [
        Sides(compared, found, sides, frame, composers, told, ruler).section()
        for sides, told in groups.items()
    ]
    around = Around(below=(folded,) if folded else ())
    if alone:
        above = (comparison_words.title(compared), *comparison_words.notes(compared))
        around = Around(above, (*around.below, _legend(compared, lines, groups.values())))
    title, description = _named(compared, len(lines), missing)
    return sheets(between(sections, around, ruler), paper, title, description)


def _legend(compared: Comparison, lines: Sequence[Line], told: Collection[Words]) -> str:
    """What the marks mean, and the names of system calls that some cells leave out."""
    rows = [each.line for each in lines if isinstance(each.line, Row)]
    names = {name: calls for each in told for name, calls in each.left_out.items()}
    waited = WAIT if any(each.waits for each in told) else ""
    return " · ".join(comparison_words.legend(compared, rows, names, waited=waited))


def _abridged(
    compared: Comparison, lines: Sequence[Line], composers: Sequence[Composer], most: int | None
) -> tuple[list[Line | Left], int]:
    """The lines, of very many only some; and how many are left out."""
    needed = {n for n, line in enumerate(lines) if _asked_in(compared, line.line, composers)}
    found = [
        lines[each]
        if isinstance(each, int)
        else Left(tuple(lines[position].line for position in each.rows))
        for each in abridged(range(len(lines)), most, needed)
    ]
    return found, len(lines) - sum(isinstance(each, Line) for each in found)


def _asked_in(
    compared: Comparison, line: Row | Fold, composers: Sequence[Composer]
) -> tuple[Hashable, ...]:
    """What is to be filled in in a line."""
    cells = line.cells if isinstance(line, Row) else ()
    of = dict(zip(compared.names, composers, strict=True))
    found = ((cell.column, of[cell.column].asks(cell.event.seq)) for cell in cells)
    return tuple((column, asked) for column, asked in found if asked)


def _named(compared: Comparison, lines: int, missing: int) -> tuple[str, str]:
    """What the drawing shows, in a title and in sentences."""
    left = f" {words.count(missing, 'line')} in between are left out." if missing else ""
    first = words.safe(compared.names[0])
    shown = (
        f"What each server does, in {words.count(lines, 'line')}, in order, not to scale, with a "
        f"column for each of {listed(list(map(words.safe, compared.names)))}; the numbers are "
        f"those of events. Marks say what differs from {first}.{left}"
    )
    return f"Comparison of {comparison_words.title(compared)}", shown
