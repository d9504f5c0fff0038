"""Where what a server sends a client is no echo: fewer bytes than came from it, more, or others.

Bytes are compared as far as the trace has them: payloads are cut at the snapshot length.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from operator import attrgetter
from typing import Protocol

from echotrace.kernel.flows import SEVERAL, asked, given_to, moved, taken_from
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall


class Flaw(StrEnum):
    """What is wrong with an answer."""

    FEWER = "fewer"
    MORE = "more"
    OTHER = "other"


@dataclass(frozen=True)
class Deviation:
    """The first answer to a client that is no echo.

    `event` is the call that sends it, or the one that received what is never sent. `came` and
    `went` are bytes: those received and not yet sent before it, and those it sends. `received` and
    `sent` are their beginnings, as far as they are known.
    """

    flaw: Flaw
    event: StoryEvent
    came: int
    went: int
    received: str = ""
    sent: str = ""

    @property
    def essence(self) -> tuple[object, ...]:
        """Equal for two that are the same, the numbers of the run aside."""
        others = (self.received, self.sent) if self.flaw is Flaw.OTHER else ()
        return (self.flaw, self.came, self.went, *others)


@dataclass(frozen=True)
class _Bytes:
    """Some bytes that a call moved: how many, and their beginning as far as it is known."""

    event: StoryEvent
    size: int
    text: str

    def without(self, size: int) -> "_Bytes":
        """What is left without the first ones."""
        return _Bytes(self.event, self.size - size, self.text[size:])

    def may_equal(self, other: "_Bytes") -> bool:
        """Whether as many bytes of both, from the first, are the same where they are known."""
        known = min(self.size, other.size, len(self.text), len(other.text))
        return self.text[:known] == other.text[:known]


class _Held(Protocol):
    """What came from a client and has not gone back."""

    pending: list[_Bytes]

    def take(self, came: _Bytes) -> None:
        """Bytes come."""

    def give(self, went: _Bytes) -> Deviation | None:
        """Bytes go: the deviation that they show."""

    def rest(self) -> Deviation | None:
        """No bytes go any more: the deviation that is left."""


def deviation(story: Story, connection: Connection) -> Deviation | None:
    """The first answer on a connection, or to a UDP peer, that is no echo; None if there is none.

    None too where a fault explains it: an injected one, a send that failed or was cut short by the
    kernel, or the end of the task before it could answer.
    """
    calls = [e for e in map(story.event, connection.events) if isinstance(e.record, Syscall)]
    if any(isinstance(e.record, Syscall) and e.record.injected for e in calls):
        return None
    held: _Held = _Datagrams([]) if connection.datagram else _Stream([])
    for came, bytes_ in _moves(connection, calls):
        if bytes_ is None:
            return None
        if came:
            held.take(bytes_)
        elif found := held.give(bytes_):
            return found
    left = held.rest()
    return left if left is not None and _goes_on(story, calls, left) else None


def _moves(connection: Connection, calls: list[StoryEvent]) -> Iterator[tuple[bool, _Bytes | None]]:
    """What came (True) and what went, in order; None where the trace does not tell enough."""
    found: list[tuple[int, bool, _Bytes | None]] = []
    for event in calls:
        call, touch = event.record, event.touch
        assert isinstance(call, Syscall)
        if touch is None or _kind(event) not in _MOVING:
            continue
        came, went = taken_from(call, touch), given_to(call, touch)
        whose = [
            each is not None and (connection.datagram or each.id == connection.description)
            for each in (came, went)
        ]
        if not any(whose):
            continue
        size = moved(call)
        over = event.start if event.end is None else event.end
        if call.name in SEVERAL or (whose[1] and (call.errno or _cut_short(call))):
            found.append((event.start, whose[0], None))
        elif event.end is not None and call.errno is None and (size or connection.datagram):
            bytes_ = _Bytes(event, size, (call.data or "")[:size])
            found.append((over if whose[0] else event.start, whose[0], bytes_))
    for _, came_, bytes_or_none in sorted(found, key=lambda move: move[:2]):
        yield came_, bytes_or_none


_MOVING = frozenset({"recv", "send", "splice"})


def _cut_short(call: Syscall) -> bool:
    whole = asked(call)
    return whole is not None and call.result is not None and call.result < whole


class _Stream:
    """Bytes of a stream: where one call ends and the next begins does not matter."""

    def __init__(self, pending: list[_Bytes]) -> None:
        self.pending = pending
        self._left: Deviation | None = None  # the last answer, if it left bytes behind
        self._taken_since = False

    def take(self, came: _Bytes) -> None:
        """Bytes come."""
        self.pending.append(came)
        self._taken_since = True

    def give(self, went: _Bytes) -> Deviation | None:
        """Bytes go: those that came first."""
        came, received = sum(each.size for each in self.pending), self._text()
        left = went
        while left.size and self.pending:
            first = self.pending[0]
            if not first.may_equal(left):
                if self._left is not None and self._taken_since:
                    return self._left
                return Deviation(Flaw.OTHER, went.event, came, went.size, received, went.text)
            size = min(first.size, left.size)
            left = left.without(size)
            self.pending[:1] = [first.without(size)] if first.size > size else []
        if left.size:
            if self._left is not None and self._taken_since:
                return self._left
            return Deviation(Flaw.MORE, went.event, came, went.size, received, went.text)
        self._left, self._taken_since = None, False
        if self.pending:
            self._left = Deviation(Flaw.FEWER, went.event, came, went.size, received, went.text)
        return None

    def rest(self) -> Deviation | None:
        """What never goes back."""
        if not self.pending:
            return None
        first = self.pending[0]
        size = sum(each.size for each in self.pending)
        return self._left or Deviation(Flaw.FEWER, first.event, size, 0, self._text())

    def _text(self) -> str:
        """The beginning of what is held, as far as it is known without a gap."""
        text = ""
        for each in self.pending:
            text += each.text
            if len(each.text) < each.size:
                break
        return text


class _Datagrams:
    """Datagrams: each is answered by one, in any order."""

    def __init__(self, pending: list[_Bytes]) -> None:
        self.pending = pending

    def take(self, came: _Bytes) -> None:
        """A datagram comes."""
        self.pending.append(came)

    def give(self, went: _Bytes) -> Deviation | None:
        """A datagram goes."""
        for position, came in enumerate(self.pending):
            if came.size == went.size and came.may_equal(went):
                del self.pending[position]
                return None
        if not self.pending:
            return Deviation(Flaw.MORE, went.event, 0, went.size, "", went.text)
        first = self.pending[0]
        less = went.size < first.size and first.may_equal(went)
        flaw = Flaw.FEWER if less else Flaw.OTHER
        return Deviation(flaw, went.event, first.size, went.size, first.text, went.text)

    def rest(self) -> Deviation | None:
        """A datagram that is never answered."""
        if not self.pending:
            return None
        first = self.pending[0]
        return Deviation(Flaw.FEWER, first.event, first.size, 0, first.text)


def _goes_on(story: Story, calls: Sequence[StoryEvent], left: Deviation) -> bool:
    """Whether who should have answered does something else instead, and does not end.

    Who has sent nothing at all counts as going on when it receives again, or closes.
    """
    if not left.went:
        later = (e for e in calls if e.seq > left.event.seq and e.actor == left.event.actor)
        return any(_kind(event) in _GOES_ON for event in later)
    position = bisect_right(story.events, left.event.seq, key=attrgetter("seq"))
    following = (e for e in islice(story.events, position, None) if e.actor == left.event.actor)
    event = next(following, None)
    return event is not None and isinstance(event.record, Syscall) and _kind(event) != "exit"


_GOES_ON = frozenset({"recv", "close", "shutdown"})


def _kind(event: StoryEvent) -> str:
    return logical_event(getattr(event.record, "name", ""))
