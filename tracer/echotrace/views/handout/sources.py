"""The sources of the sides, with a number at each line that made a call."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from msgspec import structs

from echotrace.story.essentials import is_essential
from echotrace.story.nouns import Story
from echotrace.trace import Syscall
from echotrace.views import words
from echotrace.views.document.nouns import Source, SourceLine, Sources
from echotrace.views.handout.excerpt import chosen, regions
from echotrace.views.handout.markers import markers
from echotrace.views.handout.nouns import Making
from echotrace.views.texts import Texts

#: So many lines of a region stand once where several sources have them.
_WORTH_SHARING = 3


def sources(making: Making) -> Sources:
    """The sources of all sides; of a side without one, why there is none. Equal ones stand once."""
    sides: dict[Source, list[str]] = {}
    for side in making.stories:
        numbers = making.annotations.markers.get(side, {})
        for each in _of_side(side, making.stories[side], numbers, making.texts):
            sides.setdefault(structs.replace(each, side=""), []).append(words.safe(side))
    found = [structs.replace(each, side=", ".join(names)) for each, names in sides.items()]
    return Sources(tuple(_each_region_once(found, making.texts)))


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
            silent = _silent(story, file)
            yield Source(side, words.path(file), tuple(_lines(lines, own, silent, texts)))


def _silent(story: Story, file: str) -> Collection[int]:
    """The lines that made calls which no view shows, as those that write to standard output."""
    sites = [
        event.record.site
        for event in story.events
        if isinstance(event.record, Syscall) and not is_essential(event)
    ]
    return {site.line for site in sites if site is not None and site.file == file}


def _lines(
    lines: Sequence[str], numbers: Mapping[int, int], silent: Collection[int], texts: Texts
) -> Iterator[SourceLine]:
    marked = regions(lines)
    shown = chosen(lines, marked, numbers, silent)
    for is_shown, group in groupby(range(1, len(lines) + 1), lambda number: number in shown):
        run = [number for number in group if number not in marked.marks]
        if is_shown or len(run) == 1:
            yield from (
                SourceLine(
                    number, _narrow(words.safe(lines[number - 1])), numbers.get(number),
                    marked.of.get(number, ""),
                )
                for number in run
                if lines[number - 1] or number in marked.of
            )  # fmt: skip
        elif any(lines[number - 1] for number in run):
            yield SourceLine(None, texts.say("source.left_out", count=str(len(run))))


def _narrow(line: str) -> str:
    """A line that is indented half as far, so that more of it stands beside another source."""
    return line[(len(line) - len(line.lstrip())) // 2 :]


def _each_region_once(sources: Sequence[Source], texts: Texts) -> Iterator[Source]:
    """What several sources have in common: where it stands first; of what all have, what matters.

    That is its numbered lines: it answers no question about what differs.
    """
    first: dict[_Region, Source] = {}
    of_all = set.intersection(*(set(map(_region, _parts(each))) for each in sources))
    for source in sources:
        told: list[SourceLine] = []
        for part in _parts(source):
            region = _region(part)
            name, content = region
            before = first.setdefault(region, source) if name else source
            if not name or len(content) < _WORTH_SHARING or len(sources) == 1:
                told += part
            elif before is not source:
                said = texts.say("source.as_in", side=before.side)
                told.append(SourceLine(None, said, region=name))
            elif region in of_all:
                said = texts.say("source.shared", region=name)
                told += [structs.replace(each, region=said) for each in part if each.marker]
            else:
                told += part
        yield structs.replace(source, lines=tuple(told))


#: The name of a region, and what stands in it: texts and markers.
_Region = tuple[str, tuple[tuple[str, int | None], ...]]


def _parts(source: Source) -> Iterator[list[SourceLine]]:
    """The lines of each region, and those between."""
    for _, lines in groupby(source.lines, lambda line: line.region):
        yield list(lines)


def _region(part: Sequence[SourceLine]) -> _Region:
    return part[0].region, tuple((line.text, line.marker) for line in part)
