"""Two to six stories as text: side by side, or where that is too narrow, unified."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from echotrace.story.compare.nouns import Comparison
from echotrace.views import comparison_words as told
from echotrace.views.cells import TIE, fit
from echotrace.views.folding import Shown, shown
from echotrace.views.layout import Row
from echotrace.views.paint import Piece, Surface, glyphs, paint
from echotrace.views.parts import lay_out
from echotrace.views.side_by_side import LEAST_SIDE, Frame, SideBySide, Words
from echotrace.views.side_cells import waited
from echotrace.views.supplement_lines import supplement_lines
from echotrace.views.supplements import supplements
from echotrace.views.timeline import LEAST_WIDTH
from echotrace.views.unified import Unified, Widths

_Lines = Iterator[list[Piece]]


def comparison(compared: Comparison, surface: Surface, *, whole: bool = False) -> str:
    """The whole view; unless `whole` is wanted, what needs no reading is folded."""
    surface = replace(surface, compared=True)
    width = max(surface.width, LEAST_WIDTH)
    parts, left_out = shown(lay_out(compared), whole=whole)
    drawer = _drawer(compared, parts, width, surface)
    rows = (line for part in parts for line in part.lines if isinstance(line, Row))
    sign = waited("", surface) if drawer.words.waits else ""
    unified = isinstance(drawer, Unified)
    legend = told.legend(compared, rows, drawer.words.left_out, waited=sign, unified=unified)
    sections = [
        [
            *_folded([told.title(compared)], "bold", width, surface),
            *_folded(told.notes(compared), "differs", width, surface),
        ],
        *_table(compared, parts, drawer),
        [*_folded(filter(None, [left_out]), "bold", width, surface)],
        [
            *_items(legend, width, surface),
            *_differences(compared, width, surface),
        ],
        *([*supplement_lines(each, width, surface)] for each in supplements(compared, width)),
    ]
    return "\n".join(paint(section, surface) for section in sections if section)


def _drawer(
    compared: Comparison, parts: Sequence[Shown], width: int, surface: Surface
) -> SideBySide | Unified:
    """What draws the parts: side by side where each side has room enough."""
    stories = dict(zip(compared.names, compared.stories, strict=True))
    frame = Frame.of(parts, len(stories), width)
    if frame.side >= LEAST_SIDE:
        return SideBySide(frame, Words(stories, parts, frame.side, surface), surface)
    widths = Widths.of(parts, len(stories), width)
    return Unified(widths, Words(stories, parts, widths.text, surface), surface)


def _table(
    compared: Comparison, parts: Sequence[Shown], drawer: SideBySide | Unified
) -> Iterator[list[list[Piece]]]:
    """The parts in sections: those of one line each have none of their own."""
    section = list(drawer.above(compared.names, parts))
    for position, part in enumerate(parts):
        if position > 1 and not part.folded:
            yield section
            section = []
        section += drawer.part(part)
    yield section


def _items(items: Iterable[str], width: int, surface: Surface) -> _Lines:
    """Items one after the other, each on one line if it fits."""
    separator = glyphs(" · ", surface)
    tied = separator.join(glyphs(item, surface).replace(" ", TIE) for item in items)
    for line in fit(tied, width) if tied else ():
        yield [Piece(line, "dim")]


def _folded(sentences: Iterable[str], style: str, width: int, surface: Surface) -> _Lines:
    for sentence in sentences:
        for line in fit(glyphs(sentence, surface), width):
            yield [Piece(line, style)]


def _differences(compared: Comparison, width: int, surface: Surface) -> _Lines:
    for answer in told.answers(compared):
        if answer.heading:
            yield from _folded([answer.heading], "bold", width, surface)
        if answer.sentence:
            yield from _folded([answer.sentence], "plain", width, surface)
        for number, difference in enumerate(answer.differences, start=1):
            text = glyphs(f"{number}. {difference.sentence}.", surface)
            yield from ([Piece(f"  {line}")] for line in fit(text, width - 2))
