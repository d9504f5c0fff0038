"""What came from a client and has not gone back, and what goes back instead of it.

Bytes are compared as far as the trace has them: payloads are cut at the snapshot length.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from echotrace.story.nouns import StoryEvent

#: So much of what was received is kept to be shown.
_MOST_SHOWN = 64


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
    `sent` are their beginnings, as far as they are known. `missing` are the bytes of all that came
    that are never sent, where they are known.
    """

    flaw: Flaw
    event: StoryEvent
    came: int
    went: int
    received: str = ""
    sent: str = ""
    missing: int | None = None

    @property
    def essence(self) -> tuple[object, ...]:
        """Equal for two that are the same, the numbers of the run aside."""
        others = (self.received, self.sent) if self.flaw is Flaw.OTHER else ()
        return (self.flaw, self.came, self.went, *others)


@dataclass(frozen=True)
class Bytes:
    """Some bytes that a call moved: how many, and their beginning as far as it is known."""

    event: StoryEvent
    size: int
    text: str

    def without(self, size: int) -> "Bytes":
        """What is left without the first ones."""
        return Bytes(self.event, self.size - size, self.text[size:])

    def may_equal(self, other: "Bytes") -> bool:
        """Whether as many bytes of both, from the first, are the same where they are known."""
        known = min(self.size, other.size, len(self.text), len(other.text))
        return self.text[:known] == other.text[:known]


class Held(Protocol):
    """What came from a client and has not gone back."""

    pending: list[Bytes]

    def take(self, came: Bytes) -> None:
        """Bytes come."""

    def give(self, went: Bytes) -> Deviation | None:
        """Bytes go: the deviation that they show."""

    def rest(self) -> Deviation | None:
        """No bytes go any more: the deviation that is left."""


class Stream:
    """Bytes of a stream: where one call ends and the next begins does not matter."""

    def __init__(self, pending: list[Bytes]) -> None:
        self.pending = pending
        self._size = sum(each.size for each in pending)
        self._came = self._size  # held when bytes came last
        self._left: Deviation | None = None  # the first answer that left bytes which are still here
        self._passed_on = False  # more bytes came after it

    def take(self, came: Bytes) -> None:
        """Bytes come."""
        self.pending.append(came)
        self._size += came.size
        self._came = self._size
        self._passed_on = self._left is not None

    def give(self, went: Bytes) -> Deviation | None:
        """Bytes go: those that came first."""
        came, received = self._size, self._text()
        left = went
        while left.size and self.pending:
            first = self.pending[0]
            if not first.may_equal(left):
                return self._unlike(Flaw.OTHER, came, went, received)
            size = min(first.size, left.size)
            self._size -= size
            left = left.without(size)
            self.pending[:1] = [first.without(size)] if first.size > size else []
        if left.size:
            return self._unlike(Flaw.MORE, came, went, received)
        if not self.pending:
            self._left, self._passed_on = None, False
        elif not self._passed_on:
            self._left = Deviation(
                Flaw.FEWER, went.event, self._came, self._came - self._size, received, went.text
            )
        return None

    def _unlike(self, flaw: Flaw, came: int, went: Bytes, received: str) -> Deviation:
        """What goes is not what came; the bytes that an answer before it left make it so."""
        if self._left is not None and self._passed_on:
            return self._left
        return Deviation(flaw, went.event, came, went.size, received, went.text)

    def rest(self) -> Deviation | None:
        """What never goes back."""
        if not self.pending:
            return None
        first = self.pending[0]
        left = self._left or Deviation(Flaw.FEWER, first.event, self._size, 0, self._text())
        return replace(left, missing=self._size)

    def _text(self) -> str:
        """The beginning of what is held, as far as it is known without a gap."""
        text = ""
        for each in self.pending:
            text += each.text
            if len(each.text) < each.size or len(text) > _MOST_SHOWN:
                break
        return text[:_MOST_SHOWN]


class Datagrams:
    """Datagrams: each is answered by one, in any order."""

    def __init__(self, pending: list[Bytes]) -> None:
        self.pending = pending

    def take(self, came: Bytes) -> None:
        """A datagram comes."""
        self.pending.append(came)

    def give(self, went: Bytes) -> Deviation | None:
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
