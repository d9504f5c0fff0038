"""Who holds a connection: the tasks in whose tables there are descriptors of it."""

from collections.abc import Iterator

from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.exits import end_of
from echotrace.story.quiz.fields import NOBODY, said_of
from echotrace.story.quiz.ground import Ground, connections
from echotrace.story.quiz.nouns import Asked, Field
from echotrace.story.quiz.settled import is_settled, made_by, proof, turns
from echotrace.trace import Syscall

_CHOICES = 4


def candidates(ground: Ground) -> Iterator[Asked]:
    """One for each event that makes or gives up a reference, where several tasks live."""
    for side, story in ground.sides:
        for connection in connections(story):
            for event, case in turns(story, connection):
                choices = _choices(story, event) if is_settled(story, event) else ()
                if choices:
                    yield Asked(
                        "holders", side, event.seq, _narrowed(story, event, case),
                        _answer(story, event),
                        facts={"connection": event.place.name},
                        choices=choices,
                        hidden=ground.hidden(side, event.seq, Field.HOLDERS),
                        evidence=proof(story, connection, event),
                    )  # fmt: skip


def _narrowed(story: Story, event: StoryEvent, case: str) -> str:
    """The case that a misconception has to fit: by whom it is served, what else there is."""
    if case == "spawn":
        return f"spawn.{made_by(story, event)}"
    if case == "close":
        table = story.before(event.seq).table(getattr(event.record, "tid", 0))
        return "close.shared" if table is not None and len(table.tasks) > 1 else "close.copy"
    number = event.place.connection
    own = number is not None and all(
        other.actor == event.actor
        for other in map(story.event, story.connection(number).events)
        if isinstance(other.record, Syscall)
    )
    return "accept.own" if case == "accept" and own else case


def _answer(story: Story, event: StoryEvent) -> str:
    return said_of(story, event.seq, Field.HOLDERS) or NOBODY


def _choices(story: Story, event: StoryEvent) -> tuple[str, ...]:
    """The answer among four: who made the call, another task, both, nobody; none of one task."""
    last = end_of(story, event) or event
    alive = (*story.before(event.seq).tasks, *story.at(last.seq).tasks)
    roles = dict.fromkeys(story.roles.of(task.tid, event.start) or "" for task in alive)
    answer = _answer(story, event)
    told = [role for role in answer.split(", ") if role in roles and role != event.actor]
    maker = story.makers.get(event.actor)
    others = [role for role in roles if role != event.actor]
    if not others:
        return ()
    other = told[-1] if told else maker if maker in others else others[-1]
    both = ", ".join(sorted((event.actor, other), key=_in_order))
    found = list(dict.fromkeys((answer, event.actor, other, both, NOBODY)))[:_CHOICES]
    return tuple(sorted(found, key=lambda choice: (choice == NOBODY, len(choice), choice)))


def _in_order(role: str) -> tuple[str, int, str]:
    return role[0], len(role), role
