"""A document as a page of HTML: one file without script that asks for nothing, to read or print.

Its policy lets in nothing but its own style sheet, by hash (Content Security Policy, level 3).
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.resources import files
from itertools import chain
from string import Template

from echotrace.views.document.nouns import Document, Figure, Heading
from echotrace.views.document.outline import Levelled, sheets
from echotrace.views.formats.hypertext.blocks import drawn
from echotrace.views.formats.hypertext.setting import Setting, escaped
from echotrace.views.formats.style import style
from echotrace.views.paper import A4
from echotrace.views.words import safe

_TEMPLATES = files("echotrace.views.formats") / "templates"


def page(document: Document) -> str:
    """The page, ended by a newline."""
    scope = f"echotrace-{document.kind}"
    rules = f"\n{style(scope)}{_filled('page.css', scope=scope, **_margins(document))}"
    return _filled(
        "page.html",
        language=escaped(document.language),
        title=escaped(document.title),
        course=escaped(document.course),
        edition=escaped(document.edition),
        trail=escaped(document.trail),
        scope=scope,
        style=rules,
        hash=b64encode(sha256(rules.encode()).digest()).decode(),
        body="\n".join(_body(document)),
    )


def _filled(template: str, **facts: str) -> str:
    return Template((_TEMPLATES / template).read_text(encoding="utf-8")).substitute(facts)


def _body(document: Document) -> Iterator[str]:
    setting = Setting(document)
    for sheet in sheets(document.blocks):
        yield f'<section class="sheet{" lying" if _wide(sheet) else ""}">'
        for block, level in sheet:
            # The title is the first level of the page; what a block is headed with is below it.
            own = level + 1 if isinstance(block, Heading) else level + 2
            yield from drawn(block, setting.at(own))
        yield "</section>"


def _wide(sheet: Sequence[Levelled]) -> bool:
    figures = (block for block, _ in sheet if isinstance(block, Figure))
    drawings = chain.from_iterable(figure.drawings for figure in figures)
    return any(drawing.width > A4.width for drawing in drawings)


def _margins(document: Document) -> dict[str, str]:
    """What stands in the margins of each printed page, as values of CSS's `content`."""
    number, _, count = document.labels["page"].partition("{pages}")
    before, _, between = number.partition("{page}")
    pages = f"{_string(before)} counter(page) {_string(between)} counter(pages) {_string(count)}"
    return {
        "course": _string(document.course),
        "edition": _string(document.edition),
        "trail": _string(document.trail),
        "pages": pages,
    }


def _string(text: str) -> str:
    """A string of CSS, in which all but letters and digits is escaped (CSS Syntax 3, 4.3.7)."""
    plain = (c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in safe(text))
    return f'"{"".join(plain)}"'
