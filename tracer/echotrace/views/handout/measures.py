"""What is measured of a side: calls, tasks, descriptors, zombies."""

from collections.abc import Callable, Mapping, Sequence, Sized

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.kernel.state import State
from echotrace.story.costs.costs import Costs
from echotrace.story.costs.moments import end_of
from echotrace.story.nouns import Story
from echotrace.story.roles import is_thread
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall
from echotrace.views.texts import Texts

_MOST_NAMES = 3
#: The arguments of waits for readiness that list descriptors.
_SETS = ("fds", "readfds", "writefds", "exceptfds")


def _calls_per_connection(_story: Story, own: Costs, texts: Texts) -> str:
    spread = own.calls_per_connection
    if spread is None:
        return texts.say("figures.unknown")
    median = f"{spread.median:,.1f}".removesuffix(".0")
    if spread.least == spread.most:
        return median
    least, most = f"{spread.least:,}", f"{spread.most:,}"
    return texts.say("figures.spread", median=median, least=least, most=most)


def _calls(story: Story, _own: Costs, _texts: Texts) -> str:
    return f"{sum(isinstance(event.record, Syscall) for event in story.events):,}"


def _processes(story: Story, _own: Costs, texts: Texts) -> str:
    return _counted([role for role in story.roles.names if not is_thread(role)], texts)


def _threads(story: Story, _own: Costs, texts: Texts) -> str:
    return _counted([role for role in story.roles.names if is_thread(role)], texts)


def _calls_per_echo(_story: Story, own: Costs, texts: Texts) -> str:
    calls = own.calls_per_echo
    return texts.say("figures.unknown") if calls is None else f"{calls:,.1f}".removesuffix(".0")


def _passed(story: Story, _own: Costs, texts: Texts) -> str:
    """How many descriptors a wait for readiness is given, at most."""
    calls = [event.record for event in story.events if isinstance(event.record, Syscall)]
    waits = [call for call in calls if logical_event(call.name) in WAITS_FOR_READINESS]
    if not waits:
        return "0"
    if all(logical_event(call.name) == "epoll wait" for call in waits):
        return texts.say("figures.kept")
    return f"{max(map(_watched, waits)):,}"


def _watched(call: Syscall) -> int:
    """The descriptors in the list, or in the sets, that a call is given."""
    sets = (call.args.get(name) for name in _SETS)
    return sum(len(each) for each in sets if isinstance(each, Sized))


def _most_open(story: Story, own: Costs, texts: Texts) -> str:
    most = own.most_open
    if most is None:
        return texts.say("figures.unknown")
    one = f"{most.in_one:,}"
    seq = next((e.seq for e in story.events if most.reached in (e.end, e.start)), None)
    if seq is not None:
        one = texts.say("figures.ended", name=one, seq=str(seq))
    if most.in_one == most.in_all:
        return one
    return texts.say("figures.in_all", one=one, all=f"{most.in_all:,}")


def _zombies(story: Story, _own: Costs, texts: Texts) -> str:
    state = story.history.at(end_of(story))
    return _counted(
        [
            texts.say("figures.ended", name=_role(story, state, each.pid), seq=str(each.exit))
            for each in state.processes
            if each.zombie and each.parent is not None
        ],
        texts,
    )


def _role(story: Story, state: State, pid: int) -> str:
    return story.roles.of(pid, state.time) or f"?{pid}"


def _reaped(story: Story, _own: Costs, texts: Texts) -> str:
    """The children whose end somebody waited for, with the number of the wait."""
    waits = story.links.reapers.items()
    told = [texts.say("figures.ended", name=role, seq=str(seq)) for role, seq in waits]
    return _counted(told, texts)


def _counted(names: Sequence[str], texts: Texts) -> str:
    """How many there are, and which: `2: P0, P1`."""
    if not names:
        return "0"
    told = list(names[:_MOST_NAMES])
    if len(names) > _MOST_NAMES:
        told.append(texts.say("figures.more", count=f"{len(names) - _MOST_NAMES:,}"))
    return texts.say("figures.of_events", count=f"{len(names):,}", names=", ".join(told))


#: What the rows of the table say of a side, by the names of their texts.
MEASURES: Mapping[str, Callable[[Story, Costs, Texts], str]] = {
    "calls_per_connection": _calls_per_connection,
    "calls_per_echo": _calls_per_echo,
    "passed": _passed,
    "calls": _calls,
    "processes": _processes,
    "threads": _threads,
    "most_open": _most_open,
    "zombies": _zombies,
    "reaped": _reaped,
}
#: A row of zeros of these says nothing.
ONLY_IF_ANY = frozenset({"passed", "threads", "zombies", "reaped"})
