"""In which orders the steps of a course could have happened.

Tasks run concurrently: whether P0 closes its copy before or after P1 receives is the scheduler's
doing, and another in the next run. A test must not depend on it. So the steps of a course are two
threads of events: those of the tasks that serve the connection, and those of all others. Each keeps
the order of the trace; between them only causes count (L. Lamport, "Time, Clocks, and the Ordering
of Events in a Distributed System", 1978): accept comes first, a task acts after it was made, a
message is received after it was sent, and what follows a wait for a child comes after all that the
child did. A step stands where it began.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from echotrace.story.compare.nouns import Step
from echotrace.story.expect.fitting import Cast
from echotrace.story.nouns import Story


@dataclass(frozen=True)
class Thread:
    """Steps that keep their order; `needs` says how many of the other thread come before each."""

    steps: tuple[Step, ...]
    needs: tuple[int, ...]


def threads(story: Story, steps: Sequence[Step], cast: Cast) -> tuple[Thread, Thread]:
    """The steps of the tasks that do not serve, and of those that do."""
    others = [step for step in steps if step.event.actor not in cast.serving]
    own = [step for step in steps if step.event.actor in cast.serving]
    return (
        Thread(tuple(others), tuple(_needs(story, others, own))),
        Thread(tuple(own), tuple(_needs(story, own, others))),
    )


def _needs(story: Story, steps: Sequence[Step], across: Sequence[Step]) -> list[int]:
    """For each step how many of the other thread are its causes, or before one of them."""
    position = {step.event.seq: number for number, step in enumerate(across, 1)}
    accept = max((position[s.event.seq] for s in across if s.key[0] == "accept"), default=0)
    made = {_made(story, step): position[step.event.seq] for step in across}
    last = {step.event.actor: position[step.event.seq] for step in across}
    reaped = [
        (story.event(story.links.reapers[process]), number)
        for actor, number in last.items()
        if (process := story.roles.process(actor)) in story.links.reapers
    ]
    found = []
    for step in steps:
        event = step.event
        causes = [accept, made.get(event.actor, 0)]
        senders = event.touch.received if event.touch else ()
        causes += [position.get(each, 0) for each in senders if each and each < event.seq]
        causes += [number for wait, number in reaped
                   if wait.actor == event.actor and wait.seq < event.seq]  # fmt: skip
        found.append(max(causes))
    return found


def _made(story: Story, step: Step) -> str | None:
    """The task that a step made, if it made one."""
    result = getattr(step.event.record, "result", None)
    if step.key[0] != "spawn" or not result or step.event.end is None:
        return None
    return story.roles.of(result, step.event.end)
