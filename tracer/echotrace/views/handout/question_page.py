"""The first page: the question, what is run, the sources, and a box for predictions."""

from collections.abc import Iterator

from echotrace.views.document.nouns import Block, Heading, Source, SourceLine, Sources
from echotrace.views.handout.nouns import Making


def blocks(making: Making) -> Iterator[Block]:
    """The page."""
    yield Heading(making.texts.say("heading.question"))
    yield Sources(tuple(_source(making, side) for side in making.stories))


def _source(making: Making, side: str) -> Source:
    numbers = making.annotations.markers[side]
    for file, source in making.stories[side].sources.items():
        lines = (source.text or "").splitlines()
        return Source(
            side,
            file,
            tuple(
                SourceLine(number, text, numbers.get((file, number)))
                for number, text in enumerate(lines, start=1)
            ),
            source.problem or "",
        )
    return Source(side, "", problem="The trace has no source.")
