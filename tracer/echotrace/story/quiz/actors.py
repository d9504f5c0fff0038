"""Who acts next, when a client has done something while all tasks of the server wait."""

from collections.abc import Iterator, Mapping
from itertools import islice

from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.fields import NOBODY
from echotrace.story.quiz.ground import Ground
from echotrace.story.quiz.nouns import Asked, Field
from echotrace.trace import ClientStep

#: So many steps of clients, from the first, are asked about.
_MOST_STEPS = 100
#: Steps by which a client makes itself felt.
_FELT = frozenset({"connect", "send", "shutdown", "close", "reset"})
_OF_ONE_TASK = 2  # choices: it, and nobody


def candidates(ground: Ground) -> Iterator[Asked]:
    """One for each step that ends the waiting of one task, or of none.

    A server's only task that goes on at every step of a client is no question.
    """
    for side, _ in ground.sides:
        found = list(_of_side(ground, side))
        if any(len(each.choices) > _OF_ONE_TASK or each.answer == NOBODY for each in found):
            yield from found


def _of_side(ground: Ground, side: int) -> Iterator[Asked]:
    story = ground.stories[side]
    all_steps = (event for event in story.events if isinstance(event.record, ClientStep))
    steps = list(islice(all_steps, _MOST_STEPS))
    for step, following in zip(steps, [*steps, None][1:], strict=True):
        waiting = _waiting(story, step)
        woken = story.links.woken.get(step.seq, ())
        if not waiting or getattr(step.record, "action", "") not in _FELT:
            continue
        if len(woken) == 1 and _comes_first(story, woken[0], waiting):
            yield _asked(ground, side, step, waiting, woken[0])
        elif not woken and following is not None and _waiting(story, following) == waiting:
            yield _asked(ground, side, step, waiting, None)


def _asked(
    ground: Ground,
    side: int,
    step: StoryEvent,
    waiting: Mapping[str, int],
    woken: StoryEvent | None,
) -> Asked:
    return Asked(
        "actor", side, step.seq,
        "woken" if woken else "nobody_datagram" if _is_datagram(ground.stories[side], step) else NOBODY,
        woken.actor if woken else NOBODY,
        facts={"waiting": ", ".join(f"{role} ({seq})" for role, seq in waiting.items())},
        choices=(*waiting, NOBODY),
        hidden=ground.hidden(side, woken.seq, Field.ACTOR) if woken else (),
        evidence=(step.seq, *waiting.values()),
    )  # fmt: skip


def _is_datagram(story: Story, step: StoryEvent) -> bool:
    number = step.place.connection
    return number is not None and story.connection(number).datagram


def _waiting(story: Story, step: StoryEvent) -> Mapping[str, int]:
    """Each task and the call that it waits in, when a step begins; nothing unless all wait."""
    state = story.before(step.seq)
    alive = [task for task in state.tasks if not task.ended]
    calls = {
        story.roles.of(task.tid, state.time) or "": story.by_seq[task.calling.seq].seq
        for task in alive
        if task.calling is not None and task.calling.seq in story.by_seq
    }
    return calls if len(calls) == len(alive) else {}


def _comes_first(story: Story, woken: StoryEvent, waiting: Mapping[str, int]) -> bool:
    """Whether no other task's call ends before that of the one that is woken."""
    ends = (story.event(seq).end for role, seq in waiting.items() if role != woken.actor)
    own = woken.end
    return waiting.get(woken.actor) == woken.seq and own is not None and not any(
        end is not None and end <= own for end in ends
    )  # fmt: skip
