"""Compares stories: their courses aligned, and what differs between the first and each other."""

from collections.abc import Sequence

from echotrace.story.compare.align import align
from echotrace.story.compare.choice import EVERYTHING, Choice
from echotrace.story.compare.course import courses
from echotrace.story.compare.differences import differences
from echotrace.story.compare.notes import notes
from echotrace.story.compare.nouns import Comparison, names_of
from echotrace.story.nouns import Story

MOST_SIDES = 6


def compare(stories: Sequence[Story], choice: Choice = EVERYTHING) -> Comparison:
    """Compare two to six stories (ValueError for another number), or what is chosen of them."""
    if not 2 <= len(stories) <= MOST_SIDES:
        raise ValueError(f"2 to {MOST_SIDES} stories can be compared, not {len(stories)}")
    names = names_of(stories)
    alignments = choice.among(align([choice.of(courses(story)) for story in stories], stories))
    told = tuple(differences(stories, names, alignments, side) for side in range(1, len(stories)))
    return Comparison(tuple(stories), names, alignments, told, notes(stories, names))
