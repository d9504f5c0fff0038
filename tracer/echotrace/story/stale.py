"""Numbers that a process has closed and names in a call all the same: the kernel refuses them.

By EBADF, or in poll by POLLNVAL (poll(2)); select refuses its sets as a whole (select(2)). An
interest list has no such numbers: it forgets what is closed for good (epoll(7)).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from echotrace.kernel.readiness import SETS
from echotrace.story.events import StoryEvent
from echotrace.story.roles import Roles
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall

#: What is asked of a number only to see whether it is open, as of standard input at a start.
_NOTHING = "0"

#: A descriptor number of a process, by the role of its first task.
_Number: TypeAlias = tuple[str, int]


class Stale(Struct, frozen=True, gc=False):
    """The number that a call names, and the call that had closed it."""

    fd: int
    closer: StoryEvent


def stale_numbers(events: Sequence[StoryEvent], roles: Roles) -> Mapping[int, tuple[Stale, ...]]:
    """By the number of a call: which of those that the kernel refused its process had closed."""
    closed: dict[_Number, StoryEvent] = {}
    made: dict[_Number, int] = {}
    found: dict[int, tuple[Stale, ...]] = {}
    for event in events:
        call = event.record
        if not isinstance(call, Syscall):
            continue
        process = roles.process(event.actor)
        numbers = [(process, fd) for fd in dict.fromkeys(_refused(call))]
        stale = tuple(
            Stale(number[1], closed[number])
            for number in numbers
            if number in closed and not closed[number].start < made.get(number, 0) <= event.start
        )
        if stale:
            found[event.seq] = stale
        if event.touch is not None:
            closed.update(((process, freed.fd), event) for freed in event.touch.freed)
            made.update(((process, fd), event.end or 0) for fd, _ in event.touch.made)
    return found


def _refused(call: Syscall) -> Iterator[int]:
    """The numbers among which is one that the kernel refused to work on."""
    kind = logical_event(call.name)
    if kind == "poll":
        return (fd for fd, events in invalid(call) if events != _NOTHING)
    if call.errno != "EBADF" or call.injected is not None:
        return iter(())
    return _integers(_NAMED.get(kind, _descriptor)(call.args))


def invalid(call: Syscall) -> Iterator[tuple[int, str]]:
    """The numbers of which poll says POLLNVAL, each with the events that were asked for."""
    for entry in _listed(call.args.get("fds")):
        if isinstance(entry, dict) and "POLLNVAL" in str(entry.get("revents")):
            fd = entry.get("fd")
            if isinstance(fd, int):
                yield fd, str(entry.get("events", _NOTHING))


def _descriptor(args: Mapping[str, Any]) -> Iterator[object]:
    yield args.get("fd")


def _in_sets(args: Mapping[str, Any]) -> Iterator[object]:
    return (fd for name in SETS for fd in _listed(args.get(name)))


def _with_target(args: Mapping[str, Any]) -> Iterator[object]:
    yield from (args.get("fd"), args.get("target"))


_NAMED: Mapping[str, Callable[[Mapping[str, Any]], Iterator[object]]] = {
    "select": _in_sets,
    "epoll control": _with_target,
}


def _integers(found: Iterator[object]) -> Iterator[int]:
    return (fd for fd in found if isinstance(fd, int))


def _listed(value: object) -> list[Any]:
    """What should be a list: an argument that could not be read is None."""
    return value if isinstance(value, list) else []
