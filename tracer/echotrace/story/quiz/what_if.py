"""What would be just after a call if it had not been made: the state as it was before it.

Nothing is said of what the program would have done next: that is not in the trace.
"""

from collections.abc import Iterator

from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.story.quiz.fields import said_of
from echotrace.story.quiz.ground import Ground, connections
from echotrace.story.quiz.nouns import Asked, Field
from echotrace.story.quiz.sending import given_up
from echotrace.story.quiz.settled import is_settled, proof, turns

_COUNTS = ("0", "1", "2", "3")


def candidates(ground: Ground) -> Iterator[Asked]:
    """One for each close that gives up a reference, while nothing else changes references."""
    for side, story in ground.sides:
        for connection in connections(story):
            for event, case in turns(story, connection):
                freed = given_up(story, event) if case == "close" else None
                if freed is not None and is_settled(story, event):
                    yield _asked(side, story, connection, event, bool(freed.left))


def _asked(side: int, story: Story, connection: Connection, event: StoryEvent, held: bool) -> Asked:
    """Asks how many references there would be: those before the call."""
    was = said_of(story, event.seq, Field.COUNT) or "0"
    answer = str(int(was) + 1)
    return Asked(
        "what_if", side, event.seq, "held" if held else "last", answer,
        facts={"connection": event.place.name, "was": was},
        choices=tuple(sorted({*_COUNTS, answer}, key=int)),
        evidence=proof(story, connection, event),
    )  # fmt: skip
