"""The second page: what happened, side by side."""

from collections.abc import Iterator

from echotrace.views.document.nouns import Block, Heading, Paragraph
from echotrace.views.handout.nouns import Making


def blocks(making: Making) -> Iterator[Block]:
    """The page."""
    yield Heading(making.texts.say("heading.timeline"))
    yield Paragraph(making.texts.say("timeline.scale"))
