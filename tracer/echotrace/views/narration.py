"""The sentence that explains a step: the one place where the stepper asks for it."""

from echotrace.story.explain import explain, waiting
from echotrace.story.nouns import Story
from echotrace.views import words
from echotrace.views.layout import Row


def narrate(story: Story, row: Row) -> str:
    """What a step means, in one sentence.

    A call that only begins is told without its outcome, which is not known yet at that step.
    """
    tell = waiting if row.cell.part == "begin" else explain
    return words.safe(tell(story, row.event))
