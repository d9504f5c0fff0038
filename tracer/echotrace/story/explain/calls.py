"""A call: what it did, why it failed, or what it still waits for."""

from collections.abc import Callable, Mapping

from echotrace.story.explain import (
    on_bytes,
    on_descriptors,
    on_exits,
    on_options,
    on_readiness,
    on_sockets,
    on_tasks,
)
from echotrace.story.explain.case import Case, gloss
from echotrace.story.explain.errors import failed
from echotrace.story.explain.text import plain
from echotrace.story.explain.waits import unfinished, until
from echotrace.story.nouns import Story, StoryEvent
from echotrace.syscalls import FOREIGN, ROWS
from echotrace.trace import Syscall

#: An explainer gives the predicate of a call that succeeded: `closes fd 4 …`.
Explainer = Callable[[Case], str]

#: By logical event, and by name for the calls that differ from the others of their event.
_EXPLAINERS: Mapping[str, Explainer] = {
    **on_sockets.EXPLAINERS,
    **on_options.EXPLAINERS,
    **on_bytes.EXPLAINERS,
    **on_descriptors.EXPLAINERS,
    **on_readiness.EXPLAINERS,
    **on_tasks.EXPLAINERS,
    **on_exits.EXPLAINERS,
}


def of_call(story: Story, event: StoryEvent, call: Syscall) -> str:
    """The sentence of a call, without its full stop."""
    case = Case(story, event, call)
    if call.errno is not None:
        return failed(case)
    if case.logical == "exit":
        said = f"{case.who} {on_exits.leaves(case)}"
    elif call.result is None:
        said = unfinished(case)
    else:
        said = _done(case)
    return said + _handed_on(case) + _injected(call)


def _done(case: Case) -> str:
    said = _predicate(case)
    waker = until(case)
    return f"{case.who} waits until {waker}, then {said}" if waker else f"{case.who} {said}"


def _predicate(case: Case) -> str:
    call = case.call
    if call.name.startswith(FOREIGN):
        return "makes a 32-bit system call: what it does is out of sight"
    if call.name not in ROWS:
        name = plain(call.name, "a system call")
        return f"calls {name}, which is not among the calls that echotrace models"
    explainer = _EXPLAINERS.get(call.name) or _EXPLAINERS.get(case.logical) or gloss
    return explainer(case)


def _handed_on(case: Case) -> str:
    """How a thread that was there before has its connection: no system call tells of that."""
    story, number = case.story, case.event.place.connection
    accepted = story.connection(number).accepted if number is not None else None
    if number is None or accepted is None:
        return ""
    accept, born = story.event(accepted), story.roles.born(case.event.actor)
    if (
        story.links.firsts.get((case.event.actor, number)) != case.event.seq
        or accept.actor == case.event.actor
        or story.roles.process(accept.actor) != story.roles.process(case.event.actor)
        or born is None
        or accept.end is None
        or born > accept.end
    ):
        return ""
    return (
        f"; {accept.actor} has accepted it (event {accept.seq}), and {case.who} knows its number "
        "from the memory that they share"
    )


def _injected(call: Syscall) -> str:
    """`--inject` puts faults into calls: the kernel did not make this outcome."""
    return "" if call.injected is None else "; this outcome is injected by echotrace"
