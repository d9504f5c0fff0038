"""A document as PDF, tagged (PDF/UA-1), and the same bytes for the same document.

The template gets the document as data (JSON): nothing in it is ever read as markup.
"""

from importlib.resources import files

import msgspec
import typst

from echotrace.views.document.nouns import Document

_TEMPLATES = files("echotrace.views.formats") / "templates"
_EPOCH = 0  # the time that the file says it was made at: a document has none


def pdf(document: Document) -> bytes:
    """The handout on A4."""
    return _compiled("handout.typ", document)


def slides(document: Document) -> bytes:
    """The same on slides of 16 to 9."""
    return _compiled("slides.typ", document)


def _compiled(template: str, document: Document) -> bytes:
    compiler = typst.Compiler(
        (_TEMPLATES / template).read_bytes(),
        ignore_system_fonts=True,
        sys_inputs={"document": msgspec.json.encode(document).decode()},
    )
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=_EPOCH)
    assert isinstance(made, bytes)
    return made
