"""The fourth page: questions, the legend and the glossary."""

from collections.abc import Iterator

from echotrace.views.document.nouns import Block, Heading
from echotrace.views.handout.nouns import Making


def blocks(making: Making) -> Iterator[Block]:
    """The page."""
    yield Heading(making.texts.say("heading.questions"))
