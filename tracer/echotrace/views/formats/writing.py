"""Documents as files: what each format writes, and what stands beside the file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from echotrace.views.document.nouns import Document
from echotrace.views.formats import latex, markdown, page, pdf


@dataclass(frozen=True)
class Written:
    """A file, and those beside it that it names, by their names."""

    content: bytes
    beside: Mapping[str, bytes] = field(default_factory=dict)


#: A writer takes the document, and the stem for the names of files beside it.
Writer = Callable[[Document, str], Written]


def _text(
    document: Document, stem: str, write: Callable[..., tuple[str, dict[str, bytes]]]
) -> Written:
    content, beside = write(document, stem)
    return Written(content.encode(), beside)


WRITERS: Mapping[str, Writer] = {
    "pdf": lambda document, _stem: Written(pdf.pdf(document)),
    "slides": lambda document, _stem: Written(pdf.slides(document)),
    "html": lambda document, _stem: Written(page.page(document).encode()),
    "markdown": lambda document, stem: _text(document, stem, markdown.page),
    "latex": lambda document, stem: _text(document, stem, latex.latex),
}
