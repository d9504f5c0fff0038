"""The files beside a document that has no place for drawings of its own."""

from collections import Counter
from collections.abc import Mapping, Sequence

from echotrace.views.document.nouns import Document, Figure


def figure_files(document: Document, stem: str) -> Mapping[Figure, Sequence[str]]:
    """The names of each figure's files, without ending: `STEM-NAME-1`; no two are the same."""
    numbers: Counter[str] = Counter()
    found: dict[Figure, Sequence[str]] = {}
    for block in document.blocks:
        if isinstance(block, Figure) and block not in found:
            names = []
            for _ in block.drawings:
                numbers[block.name] += 1
                names.append(f"{stem}-{block.name}-{numbers[block.name]}")
            found[block] = names
    return found
