"""The sources of the sides, with a number at each line that made a call.

Of a source that marks its regions (`/* region: accept */ … /* end */`, in Python `# region: accept`
… `# end`) these are shown; of another one that is long, what surrounds the numbered lines.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from msgspec import structs

from echotrace.story.nouns import Story
from echotrace.views import words
from echotrace.views.document.nouns import Source, SourceLine, Sources
from echotrace.views.handout.markers import markers
from echotrace.views.handout.nouns import Making
from echotrace.views.texts import Texts

_REGION = re.compile(r"\s*(?:/\*|#|//)\s*region:\s*([\w-]+)\s*(?:\*/)?\s*")
_END = re.compile(r"\s*(?:/\*\s*end\s*\*/|(?:#|//)\s*end)\s*")
_LONG = 110  # lines of a source without regions that is shown whole
_AROUND = 2  # lines before and after a numbered one


def sources(making: Making) -> Sources:
    """The sources of all sides; of a side without one, why there is none. Equal ones stand once."""
    sides: dict[Source, list[str]] = {}
    for side in making.stories:
        numbers = making.annotations.markers.get(side, {})
        for each in _of_side(side, making.stories[side], numbers, making.texts):
            sides.setdefault(structs.replace(each, side=""), []).append(words.safe(side))
    found = [structs.replace(each, side=", ".join(names)) for each, names in sides.items()]
    return Sources(tuple(_without_what_is_shared(found, making.texts)))


def problems(stories: Mapping[str, Story], texts: Texts) -> Iterator[str]:
    """What is the matter with sources, one sentence each, with the side's name."""
    for side, story in stories.items():
        for each in _of_side(side, story, markers(story), texts):
            if each.problem:
                yield f"{words.safe(side)}: {each.problem}"


def _of_side(
    side: str, story: Story, numbers: Mapping[tuple[str, int], int], texts: Texts
) -> Iterator[Source]:
    if not story.sources:
        yield Source(side, "", problem=texts.say("source.none"))
    called = {file for file, _ in numbers} or story.sources.keys()
    for file, source in story.sources.items():
        if file not in called:
            continue
        own = {line: number for (name, line), number in numbers.items() if name == file}
        if source.text is None:
            problem = words.safe(source.problem or texts.say("source.none"))
            yield Source(side, words.path(file), problem=problem)
        else:
            lines = [line.rstrip() for line in source.text.expandtabs(4).splitlines()]
            shown = _outdented(list(_lines(lines, own, texts)))
            yield Source(side, words.path(file), tuple(shown))


def _lines(lines: Sequence[str], numbers: Mapping[int, int], texts: Texts) -> Iterator[SourceLine]:
    regions, marks = _regions(lines)
    chosen = _chosen(len(lines), regions, marks, numbers)
    for is_chosen, group in groupby(range(1, len(lines) + 1), lambda number: number in chosen):
        run = [number for number in group if number not in marks]
        if is_chosen:
            yield from (
                SourceLine(
                    number, words.safe(lines[number - 1]), numbers.get(number),
                    regions.get(number, ""),
                )
                for number in run
            )  # fmt: skip
        elif any(lines[number - 1] for number in run):
            yield SourceLine(None, texts.say("source.left_out", count=str(len(run))))


def _outdented(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Each region, and what is between two, without the margin that its lines have in common."""
    for _, group in groupby(lines, lambda line: line.region):
        part = list(group)
        margin = min(
            (len(line.text) - len(line.text.lstrip()) for line in part if line.text), default=0
        )
        yield from (structs.replace(line, text=line.text[margin:]) for line in part)


def _without_what_is_shared(sources: Sequence[Source], texts: Texts) -> Iterator[Source]:
    """Of a region that is the same in all sources only the lines that made calls."""
    by_region = [_texts_of_regions(source) for source in sources]
    shared = {
        region
        for region, text in by_region[0].items()
        if len(sources) > 1 and all(each.get(region) == text for each in by_region)
    }
    for source in sources:
        lines = [
            structs.replace(line, region=texts.say("source.shared", region=line.region))
            if line.region in shared
            else line
            for line in source.lines
            if line.region not in shared or line.marker is not None
        ]
        yield structs.replace(source, lines=tuple(lines))


def _texts_of_regions(source: Source) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for line in source.lines:
        if line.region:
            found.setdefault(line.region, []).append(line.text)
    return found


def _regions(lines: Sequence[str]) -> tuple[Mapping[int, str], Collection[int]]:
    """The region of each line that is in one, and the lines that only mark regions."""
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
    return found, marks


def _chosen(
    count: int, regions: Mapping[int, str], marks: Collection[int], numbers: Mapping[int, int]
) -> Collection[int]:
    """The lines to show; those of regions, and all that are numbered."""
    if regions:
        return {*regions, *marks, *numbers}
    if count <= _LONG:
        return range(1, count + 1)
    return {near for line in numbers for near in range(line - _AROUND, line + _AROUND + 1)}
