"""The states of a trace as what changes from one moment to the next, with a keyframe now and then.

A step costs what changed; a jump costs the changes since a keyframe, and these lie as far apart as
they are large, so that they take no more room than the changes between them.
"""

from collections.abc import Iterable, Sequence

from echotrace.kernel.state import State
from echotrace.story.nouns import Story
from echotrace.views.moment import Line
from echotrace.views.names import Names
from echotrace.views.page.nouns import Moments
from echotrace.views.page.texts import INNER, Texts
from echotrace.views.state_lines import OPENS, TABLES, TREE, sections

_SECTIONS = (TREE, TABLES, OPENS)
#: Moments between two keyframes, at least.
_LEAST = 64


def moments(story: Story, times: Iterable[int], texts: Texts) -> tuple[Moments, dict[int, int]]:
    """The moments at these times (ns, ascending), and which one each time is.

    Times between which nothing changed are one moment; the first time is moment 0.
    """
    names = Names.of(story)
    times = list(times)
    found = Moments(list(_SECTIONS), [], {})
    numbers: dict[int, int] = {}
    shown: list[list[int]] = [[] for _ in _SECTIONS]
    number = cost = 0
    for time, state in zip(times, story.history.walk(times), strict=True):
        lines = _lines(state, names, texts)
        splices = [
            splice
            for section, (before, after) in enumerate(zip(shown, lines, strict=True))
            for splice in _splices(section, before, after)
        ]
        if splices or not numbers:
            number = len(found.changes)
            found.changes.append(splices)
            cost += sum(map(len, splices))
            if number == 0 or cost > _LEAST + sum(map(len, lines)):
                found.keyframes[number] = lines
                cost = 0
        numbers[time] = number
        shown = lines
    return found, numbers


def _lines(state: State, names: Names, texts: Texts) -> list[list[int]]:
    return [[_line(line, texts) for line in each.lines] for each in sections(state, names)]


def _line(line: Line, texts: Texts) -> int:
    facts = (INNER.join((fact.name, fact.label, fact.text)) for fact in line.facts)
    return texts.fields(str(line.depth), line.key, line.head, *facts)


def _splices(section: int, before: Sequence[int], after: Sequence[int]) -> list[list[int]]:
    """What makes one list of lines the other: one splice around all that differs, or none."""
    if before == after:
        return []
    least = min(len(before), len(after))
    head = next((n for n in range(least) if before[n] != after[n]), least)
    least -= head
    tail = next((n for n in range(least) if before[-1 - n] != after[-1 - n]), least)
    return [[section, head, len(before) - head - tail, *after[head : len(after) - tail]]]
