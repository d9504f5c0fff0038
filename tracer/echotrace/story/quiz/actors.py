"""Who acts next, when a client has done something while all tasks of the server wait."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from echotrace.story.essentials import is_essential
from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.fields import NOBODY
from echotrace.story.quiz.ground import Ground
from echotrace.story.quiz.nouns import Asked, Field
from echotrace.trace import ClientStep

#: So many steps of clients, from the first, are asked about.
_MOST_STEPS = 100
#: Steps by which a client makes itself felt.
_FELT = frozenset({"connect", "send", "shutdown", "close", "reset"})
#: Choices: the right one, P0, nobody and two others.
_OTHERS = 2
_SEVERAL = 2  # of one task alone there is nothing to ask, unless some steps send nothing


def candidates(ground: Ground) -> Iterator[Asked]:
    """One for each step that ends the waiting of one of several tasks, or of none."""
    for side, _ in ground.sides:
        yield from _of_side(ground, side)


def _of_side(ground: Ground, side: int) -> Iterator[Asked]:
    story = ground.stories[side]
    all_steps = (event for event in story.events if isinstance(event.record, ClientStep))
    steps = list(islice(all_steps, _MOST_STEPS))
    for step, following in zip(steps, [*steps, None][1:], strict=True):
        waiting = _waiting(story, step)
        woken = story.links.woken.get(step.seq, ())
        enough = 1 if _is_datagram(step) else _SEVERAL
        if len(waiting) < enough or getattr(step.record, "action", "") not in _FELT:
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
    answer = woken.actor if woken else NOBODY
    choices = _choices(answer, list(waiting))
    shown = {role: seq for role, seq in waiting.items() if role in choices}
    return Asked(
        "actor", side, step.seq, _case(step, waiting, woken), answer,
        facts={"waiting": ", ".join(f"{role} ({seq})" for role, seq in shown.items())},
        choices=choices,
        hidden=ground.hidden(side, woken.seq, Field.ACTOR) if woken else (),
        evidence=(step.seq, *shown.values()),
        merit=int(woken is None or not _goes_on_at_once(ground.stories[side], woken)),
    )  # fmt: skip


def _goes_on_at_once(story: Story, woken: StoryEvent) -> bool:
    """Whether the next row is of the same task, and so tells who it is."""
    later = (event for event in story.events if event.start > (woken.end or woken.start))
    following = next(filter(is_essential, later), None)
    return following is not None and following.actor == woken.actor


def _case(step: StoryEvent, waiting: Mapping[str, int], woken: StoryEvent | None) -> str:
    """Who is woken: the first task of those that wait, another one, or nobody."""
    if woken is None:
        return f"{NOBODY}.datagram" if _is_datagram(step) else NOBODY
    return "first" if woken.actor == next(iter(waiting)) else "another"


def _is_datagram(step: StoryEvent) -> bool:
    return bool(getattr(step.record, "datagram", False))


def _choices(answer: str, waiting: Sequence[str]) -> tuple[str, ...]:
    """The answer, the first task, nobody, and two of the others that wait."""
    kept = {waiting[0], answer}
    others = [role for role in waiting if role not in kept][:_OTHERS]
    return (*(role for role in waiting if role in {*kept, *others}), NOBODY)


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
