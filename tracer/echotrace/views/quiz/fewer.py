"""Says why there are fewer questions than were wanted."""

from collections.abc import Iterator, Mapping

from echotrace.story.nouns import Story
from echotrace.story.quiz.quiz import shortage
from echotrace.views.texts import Texts


def fewer(stories: Mapping[str, Story], texts: Texts) -> Iterator[str]:
    """A sentence for each side: what keeps it from giving more."""
    names = list(stories)
    for side, reason in shortage(list(stories.values())):
        yield texts.say(f"quiz.short.{reason}", side=names[side])
