"""Sources in LaTeX, two beside each other: lines with their markers, numbers and regions."""

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest

from echotrace.views.document.nouns import Source, SourceLine, Sources
from echotrace.views.formats.latex_text import code, text

_BETWEEN = 12.0  # points between two sources
_GUTTER, _ADVANCE, _LINE = 46.0, 4.3, 9.6  # points: beside the lines, a character, a line
_MOST = 0.4  # of a page's height: what is beside each other stays together


def sources(block: Sources, width: float, height: float) -> Iterator[str]:
    """The sources, in a width (points); long ones go on below in parts that a page has room for."""
    for begin in range(0, len(block.sources), 2):
        some = block.sources[begin : begin + 2]
        each = (width - _BETWEEN) / 2 if len(some) > 1 else width
        columns, most = int((each - _GUTTER) / _ADVANCE), int(_MOST * height / _LINE)
        yield "\\par\\addvspace{6pt}"
        for row in zip_longest(*(_parts(source.lines, columns, most) for source in some)):
            yield "\\noindent"
            for source, lines in zip(some, row, strict=True):
                yield f"\\begin{{minipage}}[t]{{{each:.1f}bp}}\\layout"
                yield from _source(source, lines or ())
                yield "\\end{minipage}\\hfill"
            yield "\\par"


def _parts(lines: Sequence[SourceLine], columns: int, most: int) -> Iterator[Sequence[SourceLine]]:
    """Parts that take at most about so many lines on paper, and about as many as each other."""
    needed = [-(-max(len(line.text), 1) // columns) for line in lines]
    even = -(-sum(needed) // max(1, -(-sum(needed) // most)))
    part: list[SourceLine] = []
    taken = 0
    for line, each in zip(lines, needed, strict=True):
        if taken >= even:
            yield part
            part, taken = [], 0
        part.append(line)
        taken += each
    yield part


def _source(source: Source, lines: Sequence[SourceLine]) -> Iterator[str]:
    file = f" {code(source.file)}" if source.file else ""
    yield f"\\sourcename{{{text(source.side)}{file}}}"
    if source.problem:
        yield f"\\warning{{{text(source.problem)}}}"
    for region, group in groupby(lines, lambda line: line.region):
        if region:
            yield f"\\region{{{text(region)}}}"
        bar = "\\bound" if region else ""
        yield from (_line(line, bar) for line in group)


def _line(line: SourceLine, bar: str) -> str:
    marker = f"\\marker{{{line.marker}}}" if line.marker is not None else ""
    number = "" if line.number is None else line.number
    return f"\\sourceline{{{marker}}}{{{number}}}{{{bar}}}{{{code(line.text)}}}"
