"""Who holds a connection: the tasks in whose tables there are descriptors of it."""

from collections.abc import Iterator

from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.exits import end_of
from echotrace.story.quiz.fields import NOBODY, said_of
from echotrace.story.quiz.ground import Ground
from echotrace.story.quiz.nouns import Asked, Field
from echotrace.story.quiz.settled import is_settled, turns


def candidates(ground: Ground) -> Iterator[Asked]:
    """One for each event that makes or gives up a reference, where several tasks live."""
    for side, story in ground.sides:
        for connection in story.connections:
            for event, case in turns(story, connection):
                choices = _choices(story, event) if is_settled(story, event) else ()
                if choices:
                    yield Asked(
                        "holders", side, event.seq, case, _answer(story, event),
                        facts={"connection": event.place.name},
                        choices=choices,
                        hidden=ground.hidden(side, event.seq, Field.HOLDERS),
                        evidence=(event.seq,),
                    )  # fmt: skip


def _answer(story: Story, event: StoryEvent) -> str:
    return said_of(story, event.seq, Field.HOLDERS) or NOBODY


def _choices(story: Story, event: StoryEvent) -> tuple[str, ...]:
    """Each of the two tasks that matter most, both, nobody, and the answer; none of one task.

    They are who made the call and who else holds it, or lives longest.
    """
    last = end_of(story, event) or event
    tasks = (*story.before(event.seq).tasks, *story.at(last.seq).tasks)
    alive = dict.fromkeys(story.roles.of(task.tid, event.start) or "" for task in tasks)
    answer = _answer(story, event)
    first = [event.actor, *(role for role in answer.split(", ") if role in alive), *alive]
    pair = sorted(list(dict.fromkeys(first))[:2], key=lambda role: (role[0], len(role), role))
    if len(pair) < 2:
        return ()
    return tuple(dict.fromkeys((*pair, ", ".join(pair), NOBODY, answer)))
