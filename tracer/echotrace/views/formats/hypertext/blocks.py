"""The drawers of all kinds of blocks in HTML; each gives lines."""

from collections.abc import Callable, Iterator, Mapping

from echotrace.views.document import nouns
from echotrace.views.document.nouns import Block, Definitions, Heading, Listing, Paragraph, Picture
from echotrace.views.formats.hypertext.figures import figure
from echotrace.views.formats.hypertext.questions import box, question
from echotrace.views.formats.hypertext.setting import Setting, escaped
from echotrace.views.formats.hypertext.sources import sources
from echotrace.views.formats.hypertext.tables import table


def drawn(block: Block, setting: Setting) -> Iterator[str]:
    """The lines of a block."""
    return _DRAWERS[type(block)](block, setting)


def _heading(heading: Heading, setting: Setting) -> Iterator[str]:
    yield setting.heading(escaped(heading.text))


def _paragraph(paragraph: Paragraph, setting: Setting) -> Iterator[str]:
    kind = "warning" if paragraph.warning else "note"
    yield f'<p class="{kind}">{setting.inline(paragraph.text)}</p>'


def _listing(listing: Listing, setting: Setting) -> Iterator[str]:
    yield from _headed(listing.heading, setting)
    yield "<ol>"
    yield from (f"<li>{setting.inline(sentence)}</li>" for sentence in listing.sentences)
    yield "</ol>"


def _definitions(definitions: Definitions, setting: Setting) -> Iterator[str]:
    yield from _headed(definitions.heading, setting)
    yield "<dl>"
    for term, meaning in definitions.entries:
        yield f"<dt>{setting.inline(term)}</dt><dd>{setting.inline(meaning)}</dd>"
    yield "</dl>"


def _picture(picture: Picture, setting: Setting) -> Iterator[str]:
    yield from _headed(picture.caption, setting)
    lines = "\n".join(map(escaped, picture.lines))
    yield f'<pre tabindex="0">{lines}</pre>'


def _headed(words: str, setting: Setting) -> Iterator[str]:
    if words:
        yield setting.heading(escaped(words))


_DRAWERS: Mapping[type[Block], Callable[..., Iterator[str]]] = {
    nouns.Table: table,
    nouns.Heading: _heading,
    nouns.Paragraph: _paragraph,
    nouns.Listing: _listing,
    nouns.Definitions: _definitions,
    nouns.Picture: _picture,
    nouns.Figure: figure,
    nouns.Sources: sources,
    nouns.Box: box,
    nouns.Question: question,
}
