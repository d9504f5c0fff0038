"""Which descriptor a wait for readiness reports, where it is one of several sockets."""

from collections.abc import Iterator

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.story.essentials import is_essential
from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.fields import said_of
from echotrace.story.quiz.ground import Ground
from echotrace.story.quiz.nouns import Asked, Field, Hidden
from echotrace.syscalls import logical_event
from echotrace.trace import ClientStep, Syscall

#: So many events, from the first, are looked at.
_MOST_EVENTS = 2_000


def candidates(ground: Ground) -> Iterator[Asked]:
    """One for each wait that a client's step ended, with one descriptor ready."""
    for side, story in ground.sides:
        for event in story.events[:_MOST_EVENTS]:
            choices = _sockets(story, event) if _reports_one(story, event) else ()
            if len(choices) > 1 and event.touch is not None:
                answer = said_of(story, event.seq, Field.RESULT) or ""
                place = story.places.get(event.touch.ready[0][1].id)
                yield Asked(
                    "ready", side, event.seq, "one", answer,
                    facts={"socket": place.name if place else ""},
                    accepted=(f"fd {answer}", f"[{answer}]"),
                    choices=choices,
                    hidden=(
                        *ground.hidden(side, event.seq, Field.RESULT),
                        *_worked_with(ground, side, event),
                    ),
                    evidence=(event.woken_by or 0, event.seq),
                    merit=1,
                )  # fmt: skip


def _worked_with(ground: Ground, side: int, wait: StoryEvent) -> tuple[Hidden, ...]:
    """The descriptor of the call that follows, which is the one that was ready."""
    story = ground.stories[side]
    following = next(
        (
            event
            for event in story.events
            if event.actor == wait.actor and event.start >= (wait.end or 0) and is_essential(event)
        ),
        None,
    )
    ready = said_of(story, wait.seq, Field.RESULT)
    if following is None or said_of(story, following.seq, Field.DESCRIPTOR) != ready:
        return ()
    return ground.hidden(side, following.seq, Field.DESCRIPTOR)


def _reports_one(story: Story, event: StoryEvent) -> bool:
    call, touch = event.record, event.touch
    if not isinstance(call, Syscall) or logical_event(call.name) not in WAITS_FOR_READINESS:
        return False
    if touch is None or len(touch.ready) != 1 or event.woken_by is None or call.injected:
        return False
    return isinstance(story.event(event.woken_by).record, ClientStep)


def _sockets(story: Story, event: StoryEvent) -> tuple[str, ...]:
    """The sockets of the task that waits, by number."""
    assert isinstance(event.record, Syscall)
    table = story.before(event.seq).table(event.record.tid)
    slots = table.descriptors if table else ()
    return tuple(str(slot.fd) for slot in slots if slot.description.kind == "socket")
