"""Sections as drawings of a paper's size, and the bands that all views share."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from echotrace.views.cells import fit
from echotrace.views.drawing import Drawing
from echotrace.views.paper import Paper
from echotrace.views.svg.bands import Band, Page, Section, even_pages
from echotrace.views.svg.canvas import Canvas, Colour, Style
from echotrace.views.svg.inlaid import Inlaid, plain

#: Above and below the text of a row, in points.
PADDING = 0.8
#: Inside a drawing's left and right edge.
EDGE = 2.0


def height_of(lines: int, ruler: Canvas) -> float:
    """How high a row of so many lines is."""
    return lines * ruler.line_height + 2 * PADDING


def write(
    canvas: Canvas, x: float, top: float, cell: Inlaid, lines: Sequence[str],
    style: Style = Style.PLAIN,
) -> None:  # fmt: skip
    """The lines of a cell in a row that begins at `top`."""
    for number, line in enumerate(lines):
        cell.draw(canvas, x, top + PADDING + number * canvas.line_height, line, style)


def hair(canvas: Canvas, y: float) -> None:
    """A line that the eye follows from the margin to a far column."""
    canvas.line(EDGE, y, canvas.width - EDGE, y, stroke=Colour.PALE, thick=0.4)


@dataclass(frozen=True)
class Around:
    """Sentences above and below what is drawn; the first one above is its heading."""

    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


#: No sentences.
BARE = Around()


def sentence(text: str, ruler: Canvas, style: Style = Style.PLAIN) -> Band:
    """A sentence over the whole width."""
    told = plain(text)
    lines = fit(told.text, ruler.columns(ruler.width - 2 * EDGE))
    return Band(
        height_of(len(lines), ruler),
        lambda canvas, top: write(canvas, EDGE, top, told, lines, style),
    )


def between(sections: Iterable[Section], around: Around, ruler: Canvas) -> list[Section]:
    """The sections between the sentences around them."""
    heading, further = around.above[:1], around.above[1:]
    above = [sentence(each, ruler, Style.STRONG) for each in heading]
    above += [sentence(each, ruler) for each in further]
    below = [sentence(each, ruler) for each in around.below]
    return [*_section(above), *sections, *_section(below)]


def _section(bands: Sequence[Band]) -> Iterator[Section]:
    if bands:
        yield Section(Band(0, lambda _canvas, _top: None), bands)


def sheets(
    sections: Sequence[Section], paper: Paper, title: str, description: str
) -> tuple[Drawing, ...]:
    """The sections on as many drawings as it takes; each says which of how many it is."""
    found = even_pages(sections, paper.height)
    return tuple(
        _sheet(page, paper, *_numbered(title, description, number, len(found), page))
        for number, page in enumerate(found, start=1)
    )


def _numbered(title: str, description: str, number: int, count: int, page: Page) -> tuple[str, str]:
    if count == 1:
        return title, description
    seqs = page.seqs
    here = f" Here: events {seqs[0]} to {seqs[-1]}." if seqs else ""
    return f"{title} ({number} of {count})", f"{description}{here}"


def _sheet(page: Page, paper: Paper, title: str, description: str) -> Drawing:
    canvas = Canvas(paper.width, paper.text)
    page.draw(canvas)
    return canvas.drawing(page.height, title, description)
