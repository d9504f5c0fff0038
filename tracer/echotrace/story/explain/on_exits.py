"""The end of a task: the call that asks for it, and the end itself."""

from collections.abc import Callable, Mapping

from echotrace.kernel.descriptions import Freed
from echotrace.kernel.sockets import SocketState
from echotrace.story.explain.case import Case, named, role
from echotrace.story.explain.fates import fate
from echotrace.story.explain.text import count, listed
from echotrace.story.nouns import Story, StoryEvent

_NAMED = 3
_S = SocketState


def leaves(case: Case) -> str:
    """exit(2) and exit_group(2) never return; what follows is in the Exit record."""
    links, process = case.story.links, case.story.roles.process(case.event.actor)
    thread = case.call.name == "exit"
    end = links.ends.get(case.event.actor) if thread else links.ends_of_processes.get(process)
    how = "ends alone" if thread else f"ends{_others(case)} with status {case.integer('status')}"
    said = f"{how} ({case.function}() calls {case.call.name})" if thread else how
    if end is None:
        return f"{said}; the trace stops before it is gone"
    return said + consequences(case.story, end)


def _others(case: Case) -> str:
    """exit_group(2) ends all threads of the process."""
    process = case.story.roles.process(case.event.actor)
    if process != case.event.actor:
        return f" {process} with all its threads"
    return " itself and all its threads" if process in case.story.roles.leaders.values() else ""


def consequences(story: Story, end: StoryEvent) -> str:
    """What the end of a task means for descriptors and for its parent."""
    said = [clause for clause in (_descriptors(story, end), _zombie(story, end)) if clause]
    return "".join(f"; {clause}" for clause in said)


def _descriptors(story: Story, end: StoryEvent) -> str:
    freed = end.touch.freed if end.touch else ()
    process = story.roles.process(end.actor)
    if not freed:
        others = process != end.actor or process in story.roles.leaders.values()
        kept = f"no descriptor is closed, for the table stays with the other threads of {process}"
        return kept if others else ""
    named_ones = story.places.keys() | story.receivers.keys()
    important = [slot for slot in freed if slot.description.id in named_ones]
    rest = len(freed) - len(important)
    told = [_slot(story, end, slot) for slot in important[:_NAMED]]
    if len(important) > _NAMED:
        told.append(count(len(important) - _NAMED, "other socket"))
    if rest:
        told.append(count(rest, "other descriptor" if told else "descriptor"))
    return f"the kernel closes {listed(told)}"


def _slot(story: Story, end: StoryEvent, slot: Freed) -> str:
    thing = named(story, end, slot.fd, slot.description)
    said = fate(story, end, slot)
    return f"{thing.removesuffix(')')}; {said})" if said else thing


def _zombie(story: Story, end: StoryEvent) -> str:
    parent = end.touch.zombie if end.touch else None
    if parent is None:
        return ""
    process = story.roles.process(end.actor)
    waits_for = role(story, parent, end.start)
    reaper = story.links.reapers.get(process)
    if reaper is None:
        return f"{process} stays as a zombie, for {waits_for} does not wait for it in this trace"
    return f"{process} is a zombie until {waits_for} has waited for it (event {reaper})"


EXPLAINERS: Mapping[str, Callable[[Case], str]] = {"exit": leaves}
