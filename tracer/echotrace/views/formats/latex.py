"""A document as LaTeX, for pdfLaTeX with what every TeX Live has; drawings as PDF beside it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from string import Template

from echotrace.views.document.nouns import Document, Figure, Heading
from echotrace.views.document.outline import sheets
from echotrace.views.drawing import Drawing
from echotrace.views.formats.figure_files import figure_files
from echotrace.views.formats.latex_blocks import Setting, drawn
from echotrace.views.formats.latex_text import text
from echotrace.views.formats.typesetting import compiler
from echotrace.views.paper import A4

_TEMPLATE = files("echotrace.views.formats") / "templates" / "handout.tex"
_WIDTH, _HEIGHT = 510.0, 745.0  # points: A4 within the margins of the template
_CAPTION = 60.0  # points that a drawing leaves to its heading and its caption
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9.+-]+")


def latex(document: Document, stem: str) -> tuple[str, dict[str, bytes]]:
    """The text, and the drawings that stand beside it, by names that TeX takes."""
    names = figure_files(document, _NOT_IN_NAMES.sub("-", stem))
    upright = Setting(document, files=names, width=_WIDTH, height=_HEIGHT - _CAPTION)
    lying = replace(upright, width=_HEIGHT, height=_WIDTH - _CAPTION)
    page, of = "\\thepage{}", "\\pageref{last-page}"
    numbers = upright.say("page", page="\ue000", pages="\ue001")
    whole = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=text(document.title),
        course=text(document.course),
        edition=text(document.edition),
        trail=text(document.trail),
        page=numbers.replace(text("\ue000"), page).replace(text("\ue001"), of),
        body="\n".join(_body(document, upright, lying)),
    )
    beside = {
        f"{name}.pdf": pdf(drawing)
        for figure, some in names.items()
        for name, drawing in zip(some, figure.drawings, strict=True)
    }
    return whole, beside


def _body(document: Document, upright: Setting, lying: Setting) -> Iterator[str]:
    for number, sheet in enumerate(sheets(document.blocks)):
        figures = [block for block, _ in sheet if isinstance(block, Figure)]
        wide = any(drawing.width > A4.width for figure in figures for drawing in figure.drawings)
        if wide:
            yield "\\begin{landscape}"
        elif number and isinstance(sheet[0][0], Heading):
            yield "\\sheet"
        for block, level in sheet:
            yield from drawn(block, (lying if wide else upright).at(level))
            yield ""
        if wide:
            yield "\\end{landscape}"


def pdf(drawing: Drawing) -> bytes:
    """A drawing as PDF in its own size, the same bytes for the same drawing."""
    size = f"width: {drawing.width}pt, height: {drawing.height}pt"
    sources = {
        "main.typ": f'#set page({size}, margin: 0pt)\n#image("drawing.svg", {size})'.encode(),
        "drawing.svg": drawing.svg.encode(),
    }
    made = compiler(sources).compile(format="pdf", timestamp=0)
    assert isinstance(made, bytes)
    return made
