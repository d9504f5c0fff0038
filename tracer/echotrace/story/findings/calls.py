"""Calls of a story as rules ask for them, and how sequences of them are arranged."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import TypeVar

from msgspec import Struct

from echotrace.kernel.flows import asked
from echotrace.story.explain.case import function_of
from echotrace.story.nouns import StoryEvent
from echotrace.trace import Syscall

#: Logical events that work on a connection's bytes.
MOVES = ("recv", "send")
#: accept and the like were interrupted by a signal; the program sees EINTR, or nothing (signal(7)).
INTERRUPTED = ("EINTR", "ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND")
#: There is nothing to do at this moment.
NOT_NOW = ("EAGAIN", "EWOULDBLOCK", "EINPROGRESS")

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")
SEQ = attrgetter("seq")


class Call(Struct, frozen=True, gc=False):
    """A system call in the story: its number, the role that made it, its logical event."""

    seq: int
    actor: str
    kind: str
    event: StoryEvent
    record: Syscall

    @property
    def failed(self) -> bool:
        """Whether it returned an error."""
        return self.record.errno is not None

    @property
    def function(self) -> str:
        """The C function that made it."""
        return function_of(self.record)

    @property
    def fd(self) -> object:
        """Its descriptor argument."""
        return self.record.args.get("fd")

    @property
    def uses(self) -> int | None:
        """The id of the description that its descriptor stands for."""
        touch = self.event.touch
        return touch.used.id if touch is not None and touch.used is not None else None

    @property
    def asked(self) -> int | None:
        """How many bytes it was to move; None if no argument says so."""
        return asked(self.record)

    @property
    def flags(self) -> tuple[str, ...]:
        """Its flags by name."""
        return tuple(str(self.record.args.get("flags") or "").split("|"))

    @property
    def makes_a_thread(self) -> bool:
        """Whether the task that it makes shares the descriptor table."""
        return "CLONE_FILES" in self.flags

    @property
    def injected(self) -> bool:
        """Whether echotrace made this outcome."""
        return self.record.injected is not None


def grouped(things: Iterable[_V], key: Callable[[_V], _K]) -> dict[_K, list[_V]]:
    """Things by key, each group in their order."""
    found: dict[_K, list[_V]] = {}
    for thing in things:
        found.setdefault(key(thing), []).append(thing)
    return found


def following(calls: Sequence[Call], seq: int) -> Iterator[Call]:
    """The calls with numbers greater than `seq`, of a sequence in their order."""
    first = bisect_right(calls, seq, key=SEQ)
    return (calls[position] for position in range(first, len(calls)))


def last_before(calls: Sequence[Call], seq: int) -> Call | None:
    """The last call with a number less than `seq`, of a sequence in their order."""
    position = bisect_right(calls, seq - 1, key=SEQ)
    return calls[position - 1] if position else None


def number(events: int, what: str) -> str:
    """`1 child`, `3 children`: a count and its noun."""
    plural = {"child": "children", "process": "processes"}.get(what, f"{what}s")
    return f"{events:,} {what if events == 1 else plural}"
