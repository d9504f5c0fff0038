"""The trail from a document to the traces that it was made from."""

from collections.abc import Mapping

from echotrace.story.nouns import Story
from echotrace.tracefile import fingerprint
from echotrace.views import words

#: So many digits of a trace's fingerprint tell it from others.
_DIGITS = 8


def trail(stories: Mapping[str, Story]) -> str:
    """Each side, and how the fingerprint of its trace begins: `fork 0df3a1c2, thread 87ab01ff`."""
    return ", ".join(
        f"{words.safe(name)} {fingerprint(story.trace)[:_DIGITS]}"
        for name, story in stories.items()
    )
