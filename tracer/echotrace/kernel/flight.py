"""Messages in flight that carry descriptors (SCM_RIGHTS): sent, and not yet received.

What a message carries stays open while it waits in the queue of the receiving socket, whoever
closes it meanwhile (unix(7)). A receiver that gives no room for control data loses what a message
carries; so in a queue it must be known which message a receive has reached. It is counted, in bytes
on a stream and in messages on other sockets.
"""

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from echotrace.kernel.descriptions import Description


class Carried(Protocol):
    """An open file description that messages carry."""

    description: Description
    in_flight: int

    def land(self) -> None:
        """A message that carries it is received, or thrown away."""


_C = TypeVar("_C", bound=Carried)


class Message(Struct, Generic[_C], frozen=True, eq=False):
    """What the event `seq` sent: the descriptions it carries, and where in the queue it begins."""

    seq: int
    carries: tuple[_C, ...]
    begins: int = 0

    def may_be(self, links: Sequence[str | None]) -> bool:
        """Whether descriptors that lead to `links` (proc(5)) can be the first that it carries."""
        if len(links) > len(self.carries):
            return False  # less than all come where there is no room (MSG_CTRUNC)
        told = (entry.description.link for entry in self.carries)
        return all(
            one == other or None in (one, other) for one, other in zip(told, links, strict=False)
        )


class Inbox(Generic[_C]):
    """The receive queue of one socket: how much was sent into it and taken out of it.

    `messages` are those in flight that carry descriptors.
    """

    __slots__ = ("messages", "sent", "taken")

    def __init__(self) -> None:
        self.messages: list[Message[_C]] = []
        self.sent = 0
        self.taken = 0

    def find(self, links: Sequence[str | None]) -> Message[_C] | None:
        """The oldest message that may have brought descriptors with these links."""
        return next((message for message in self.messages if message.may_be(links)), None)

    def reached(self) -> list[Message[_C]]:
        """The messages that what was taken so far includes."""
        return [message for message in self.messages if message.begins < self.taken]

    def drop(self, message: Message[_C]) -> None:
        """A message is received, or nobody can receive it any more."""
        self.messages.remove(message)
        for entry in message.carries:
            entry.land()

    def empty(self) -> None:
        """Throw all away."""
        for message in tuple(self.messages):
            self.drop(message)
