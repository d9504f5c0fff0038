"""Broken variants of a server, recorded once: what a bug does is seen, never thought out.

They are the mutants of the gallery (`servers/broken/`); `traces/broken/` has their traces. Those of
a kind are offered for the servers that are most like their clean counterpart.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.gallery import MUTANTS, Mutant
from echotrace.servers import traces_dir
from echotrace.story.findings.check import findings
from echotrace.story.findings.nouns import Finding
from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.replay import replay
from echotrace.story.roles import is_thread
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall
from echotrace.tracefile import load

#: Not recorded: what is found is a mere note, or is no part of a call as timelines show it.
_LEFT_OUT = frozenset({"no_so_reuseaddr", "descriptor_open_at_exit", "select_beyond_fd_setsize"})
RECORDED: tuple[Mutant, ...] = tuple(each for each in MUTANTS if each.finding not in _LEFT_OUT)


#: The clean server that is most like one of a kind.
_COUNTERPARTS: Mapping[str, str] = {
    "threads": "clean_thread",
    "processes": "clean_fork",
    "readiness": "clean_epoll",
    "not": "clean_iterative",
}


@dataclass(frozen=True)
class Variant:
    """A mutant, what it did when it was recorded, and its bug."""

    mutant: Mutant
    story: Story
    bug: Finding
    found: frozenset[str]


def path_of(mutant: Mutant) -> Path:
    """Where the trace of a mutant is stored."""
    return traces_dir() / "broken" / f"{mutant.finding}-{mutant.scripts[0]}.jsonl"


def variants(story: Story) -> Iterator[Variant]:
    """The broken variants of a story's server; none of one that serves datagrams."""
    counterpart = _COUNTERPARTS.get(kind_of(story)) if _has_connections(story) else None
    for mutant in RECORDED:
        if mutant.counterpart == counterpart and path_of(mutant).is_file():
            yield _variant(mutant)


@cache
def _variant(mutant: Mutant) -> Variant:
    """A mutant as it was recorded; the traces are few, small and never change."""
    story = replay(load(path_of(mutant)))
    found = findings(story)
    bug = next(each for each in found if each.id == mutant.finding.replace("_", "-"))
    return Variant(mutant, story, bug, frozenset(each.id for each in found))


def kind_of(story: Story) -> str:
    """How a server serves several clients: by `threads`, `processes`, `readiness`, or `not`."""
    if any(map(is_thread, story.roles.names)):
        return "threads"
    if len(story.roles.names) > 1:
        return "processes"
    return "readiness" if any(map(_waits_for_readiness, story.events)) else "not"


def _has_connections(story: Story) -> bool:
    return any(not connection.datagram for connection in story.connections)


def _waits_for_readiness(event: StoryEvent) -> bool:
    call = event.record
    return isinstance(call, Syscall) and logical_event(call.name) in WAITS_FOR_READINESS
