"""A document as Markdown with tables (GitHub Flavored Markdown, sections 4.10 and 6.1)."""

from importlib.resources import files
from string import Template

from echotrace.views.document.nouns import Document, Heading
from echotrace.views.document.outline import levelled
from echotrace.views.formats.figure_files import figure_files
from echotrace.views.formats.markdown_blocks import drawn
from echotrace.views.formats.markdown_text import Setting, text

_TEMPLATE = files("echotrace.views.formats") / "templates" / "handout.md"


def markdown(document: Document) -> str:
    """The text of a document without drawings, ended by a newline; for other documents to hold."""
    setting = Setting(document)
    blocks = ("\n".join(drawn(block, setting)).strip("\n") for block in document.blocks)
    return "\n\n".join((f"**{text(document.title)}**", *blocks)) + "\n"


def page(document: Document, stem: str) -> tuple[str, dict[str, bytes]]:
    """The text with headings of its own, and the drawings that stand beside it, by file name."""
    names = figure_files(document, stem)
    svgs = {figure: [f"{name}.svg" for name in some] for figure, some in names.items()}
    setting = Setting(document, files=svgs)
    blocks = []
    for block, level in levelled(document.blocks):
        own = level + 1 if isinstance(block, Heading) else level + 2
        blocks.append("\n".join(drawn(block, setting.at(own))).strip("\n"))
    beside = {
        file: drawing.svg.encode()
        for figure, some in svgs.items()
        for file, drawing in zip(some, figure.drawings, strict=True)
    }
    standing = " · ".join(text(each) for each in (document.course, document.edition) if each)
    whole = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=text(document.title),
        standing=standing,
        body="\n\n".join(blocks),
        trail=text(document.trail),
    )
    return whole, beside
