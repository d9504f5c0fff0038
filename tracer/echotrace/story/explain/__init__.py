"""One sentence for every event, from the state and not from the name.

    explain(story, event)   'P0 closes its copy of fd 4 (#1); P1 still holds it, so the connection
                             stays open and no FIN is sent.'

How a sentence comes to be: `calls` asks whether a call has returned (else `waits`), has failed
(`errors`), or is done; the tables of `on_…` then have one explainer for each logical event, and a
call without one has its gloss from `syscalls`. An explainer returns a predicate, `closes fd 4 …`,
to which the actor and what woke the call are added. `clients` and `ends` tell the events that are
no calls.

Only what the model knows is said: no byte of a payload, no path, no task id gets in, so a sentence
is plain text whatever the trace holds. Linux is meant throughout; sections of manual pages and RFCs
stand in the comments.
"""

from echotrace.story.explain.calls import of_call
from echotrace.story.explain.case import Case
from echotrace.story.explain.clients import of_step
from echotrace.story.explain.ends import of_exit, of_signal
from echotrace.story.explain.waits import begun
from echotrace.story.nouns import Story, StoryEvent
from echotrace.trace import ClientStep, Exit, Signal, Syscall

__all__ = ["explain", "waiting"]


def explain(story: Story, event: StoryEvent) -> str:
    """What the event means, in one sentence."""
    match event.record:
        case Syscall() as call:
            said = of_call(story, event, call)
        case ClientStep() as step:
            said = of_step(story, event, step)
        case Exit() as end:
            said = of_exit(story, event, end)
        case Signal() as signal:
            said = of_signal(story, event, signal)
    return f"{said}."


def waiting(story: Story, event: StoryEvent) -> str:
    """What a call that waits has just begun to wait for, in one sentence that tells no outcome."""
    call = event.record
    return f"{begun(Case(story, event, call))}." if isinstance(call, Syscall) else ""
