"""Documents as files: what each format writes, and what stands beside the file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from echotrace.views.document.nouns import Document
from echotrace.views.formats import markdown, page, pdf


@dataclass(frozen=True)
class Written:
    """A file, and those beside it that it names, by their names."""

    content: bytes
    beside: Mapping[str, bytes] = field(default_factory=dict)


#: A writer takes the document, and the stem for the names of files beside it.
Writer = Callable[[Document, str], Written]


def _markdown(document: Document, stem: str) -> Written:
    content, beside = markdown.page(document, stem)
    return Written(content.encode(), beside)


WRITERS: Mapping[str, Writer] = {
    "pdf": lambda document, _stem: Written(pdf.pdf(document)),
    "html": lambda document, _stem: Written(page.page(document).encode()),
    "markdown": _markdown,
    "slides": lambda document, _stem: Written(pdf.slides(document)),
}
