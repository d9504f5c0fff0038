"""Compares stories: their courses aligned, and what differs between the first and each other."""

from collections.abc import Sequence

from echotrace.pauses import no_garbage_collection
from echotrace.story.compare.alignment.align import align
from echotrace.story.compare.choice import EVERYTHING, Choice
from echotrace.story.compare.course import courses
from echotrace.story.compare.differences.rules import differences
from echotrace.story.compare.names import names_of
from echotrace.story.compare.notes import notes
from echotrace.story.compare.nouns import Comparison
from echotrace.story.nouns import Story

MOST_SIDES = 6


@no_garbage_collection()
def compare(
    stories: Sequence[Story], choice: Choice = EVERYTHING, names: Sequence[str] = ()
) -> Comparison:
    """Compare two to six stories, or what is chosen of them.

    `names` are what the sides are called, if not by their servers. ValueError for another number of
    stories, for names that are not one each or not all different; UserError when there is no such
    connection as is chosen. What is said of the sides is found before rows are left out: that a
    call is not shown does not mean that it was not made.
    """
    if not 2 <= len(stories) <= MOST_SIDES:
        raise ValueError(f"2 to {MOST_SIDES} sides can be compared, not {len(stories)}")
    names = tuple(names) or names_of(stories)
    if len(names) != len(stories) or len(set(filter(None, names))) != len(names):
        raise ValueError("each story needs a name of its own")
    whole = choice.among(align([courses(story) for story in stories], stories))
    shown = choice.rows(whole)
    told = tuple(
        choice.told(differences(stories, names, whole, side), shown, side)
        for side in range(1, len(stories))
    )
    said = [*notes(stories, names, whole), *choice.notes()]
    if whole and not shown:
        said.append("Nothing is left to compare: no side has a step of those that are chosen.")
    return Comparison(tuple(stories), names, shown, told, tuple(said), choice != EVERYTHING)
