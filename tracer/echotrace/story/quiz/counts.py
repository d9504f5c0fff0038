"""How many descriptors refer to a connection's open file description when an event has happened."""

from collections.abc import Iterator

from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.story.quiz.fields import said_of, tables_holding
from echotrace.story.quiz.ground import Ground, connections
from echotrace.story.quiz.nouns import Asked, Field
from echotrace.story.quiz.settled import is_settled, made_by, proof, turns

_MOST = 4


def candidates(ground: Ground) -> Iterator[Asked]:
    """One for each event that makes or gives up a reference, unless its row tells who is left."""
    for side, story in ground.sides:
        for connection in connections(story):
            for event, case in turns(story, connection):
                if is_settled(story, event) and not _row_tells(event):
                    yield _asked(ground, side, connection, event, case)


def _asked(
    ground: Ground, side: int, connection: Connection, event: StoryEvent, case: str
) -> Asked:
    story = ground.stories[side]
    answer = said_of(story, event.seq, Field.COUNT) or ""
    likely = {str(number) for number in range(_MOST)}
    return Asked(
        "count", side, event.seq, _narrowed(story, event, case, answer), answer,
        facts={
            "connection": event.place.name,
            "tables": " + ".join(tables_holding(story, event)) or "none",
        },
        choices=tuple(sorted(likely | {answer}, key=int)),
        hidden=ground.hidden(side, event.seq, Field.COUNT),
        evidence=proof(story, connection, event),
    )  # fmt: skip


def _narrowed(story: Story, event: StoryEvent, case: str, answer: str) -> str:
    """The case that a misconception has to fit: what was made, or that this close is the last."""
    if case == "spawn":
        return f"spawn.{made_by(story, event)}"
    return "close.last" if (case, answer) == ("close", "0") else case


def _row_tells(event: StoryEvent) -> bool:
    """Whether the row of a close says who holds it still."""
    return any(freed.left for freed in (event.touch.freed if event.touch else ()))
