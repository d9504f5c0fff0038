"""The third page: descriptor tables and processes at three moments, and figures."""

from collections.abc import Iterator

from echotrace.views.document.nouns import Block, Heading
from echotrace.views.handout.nouns import Making


def blocks(making: Making) -> Iterator[Block]:
    """The page."""
    yield Heading(making.texts.say("heading.moments"))
