"""The trail from a document to the traces that it was made from."""

from collections.abc import Mapping

from echotrace.story.nouns import Story
from echotrace.tracefile import HASH_DIGITS, fingerprint
from echotrace.views import words


def trail(stories: Mapping[str, Story]) -> str:
    """Each side, and how the fingerprint of its trace begins: `fork 0df3a1c2, thread 87ab01ff`."""
    return ", ".join(
        f"{words.safe(name)} {fingerprint(story.trace)[:HASH_DIGITS]}"
        for name, story in stories.items()
    )
