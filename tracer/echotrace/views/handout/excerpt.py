"""Which lines of a source are shown.

Of a source that marks its regions (`/* region: accept */ … /* end */`, in Python `# region: accept`
… `# end`) these and what stands between them; of another one that is long, what surrounds the
numbered lines.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

_REGION = re.compile(r"\s*(?:/\*|#|//)\s*region:\s*([\w-]+)\s*(?:\*/)?\s*")
_END = re.compile(r"\s*(?:/\*\s*end\s*\*/|(?:#|//)\s*end)\s*")
_LONG = 110  # lines of a source without regions that is shown whole
_AROUND = 2  # lines before and after a numbered one
#: What is longer between two regions, and made no call, serves nobody.
_MOST_BETWEEN = 8
#: So many lines are worth a sentence that they are left out.
_WORTH_LEAVING_OUT = 3


@dataclass(frozen=True)
class Regions:
    """The region of each line that is in one, and the lines that only mark regions."""

    of: Mapping[int, str]
    marks: Collection[int]

    @property
    def span(self) -> range:
        """The lines from the first mark to the last."""
        return range(min(self.marks, default=1), max(self.marks, default=0) + 1)


def regions(lines: Sequence[str]) -> Regions:
    """The regions as the source marks them."""
    found: dict[int, str] = {}
    marks = set()
    name = ""
    for number, line in enumerate(lines, start=1):
        if match := _REGION.fullmatch(line):
            name = match[1]
            marks.add(number)
        elif name and _END.fullmatch(line):
            name = ""
            marks.add(number)
        elif name:
            found[number] = name
    return Regions(found, marks)


def chosen(
    lines: Sequence[str], marked: Regions, numbered: Collection[int], silent: Collection[int]
) -> Collection[int]:
    """The lines to show; `silent` are those whose calls no view shows."""
    if marked.marks:
        untold = {line for gap in _gaps(marked) for line in _untold(lines, gap, numbered, silent)}
        return {*marked.span} - untold | {*numbered}
    if len(lines) <= _LONG:
        return range(1, len(lines) + 1)
    return {near for line in numbered for near in range(line - _AROUND, line + _AROUND + 1)}


def _gaps(marked: Regions) -> Iterator[list[int]]:
    """The runs of lines between two regions."""
    told = marked.of.keys() | set(marked.marks)
    for is_told, run in groupby(marked.span, lambda line: line in told):
        if not is_told:
            yield list(run)


def _untold(
    lines: Sequence[str], gap: Sequence[int], numbered: Collection[int], silent: Collection[int]
) -> Sequence[int]:  # fmt: skip
    """What leads to the last statement of a gap whose calls no view shows: it says something."""
    if len(gap) > _MOST_BETWEEN and not any(line in numbered for line in gap):
        return gap
    last = max((line for line in gap if line in silent), default=None)
    if last is None:
        return ()
    further = iter(gap[gap.index(last) + 1 :])
    margin = _margin(lines[last - 1])
    while (follows := next(further, None)) and _margin(lines[follows - 1]) > margin:
        last = follows
    left_out = gap[: gap.index(last) + 1]
    return left_out if len(left_out) >= _WORTH_LEAVING_OUT else ()


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())
