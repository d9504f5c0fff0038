"""A document as PDF, tagged (PDF/UA-1), and the same bytes for the same document: no time is in it.

The templates get the document as data (JSON): nothing in it is ever read as markup. What their
fonts lack is escaped, as PDF/UA-1 has no place for characters that nobody can see.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import msgspec

from echotrace.errors import EchotraceError
from echotrace.views.document.nouns import Document
from echotrace.views.formats.typesetting import compiler
from echotrace.views.svg.characters import drawable

_TEMPLATES = files("echotrace.views.formats") / "templates"
_PIXELS = 72  # an inch, of pictures
_MOST = 10_000  # characters of a text: typst takes minutes and gigabytes for a million


def pdf(document: Document) -> bytes:
    """The handout on A4; EchotraceError when typst cannot lay it out, for which we are to blame."""
    return laid_out("handout.typ", document)[0]


def slides(document: Document) -> bytes:
    """The same on slides of 16 to 9."""
    return laid_out("slides.typ", document)[0]


def pictures(document: Document, most: int) -> Sequence[bytes]:
    """The first pages of the handout as PNG, as big as on a screen."""
    made, _ = _compiled("handout.typ", document, format="png", ppi=_PIXELS)
    return (made if isinstance(made, list) else [made])[:most]


def laid_out(template: str, document: Document) -> tuple[bytes, Sequence[str]]:
    """The PDF that a template makes, and what typst warns of."""
    made, warnings = _compiled(template, document, format="pdf", pdf_standards=["ua-1"])
    return made, [warning.message for warning in warnings]


def _compiled(template: str, document: Document, **form: Any) -> Any:  # noqa: ANN401 -- typst's
    sources = {
        **{
            each.name: each.read_bytes()
            for each in _TEMPLATES.iterdir()
            if each.name.endswith(".typ")
        },
        "main.typ": (_TEMPLATES / template).read_bytes(),
        "document.json": msgspec.json.encode(_drawable(msgspec.to_builtins(document))),
    }
    typesetter = compiler(sources)
    import typst  # noqa: PLC0415 -- loaded by now

    try:
        return typesetter.compile_with_warnings(**form)
    except typst.TypstError as error:
        raise EchotraceError(
            f"cannot lay out the document: {error.message}; please report this"
        ) from error


def _drawable(data: Any) -> Any:  # noqa: ANN401 -- whatever JSON has
    """All text of the data, with what the fonts lack escaped; lines stay lines."""
    match data:
        case {"svg": _}:
            return data  # a drawing, which has nothing else
        case str():
            return "\n".join(map(drawable, _shortened(data).expandtabs().split("\n")))
        case Mapping():
            return {key: _drawable(value) for key, value in data.items()}
        case list() | tuple():
            return [_drawable(value) for value in data]
        case _:
            return data


def _shortened(text: str) -> str:
    """The text, or its beginning and how many characters follow, in no language's words."""
    left = len(text) - _MOST
    return f"{text[:_MOST]}… +{left:,}" if left > 0 else text
