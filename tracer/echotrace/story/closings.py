"""Who gives up a connection, one descriptor after the other, and what the kernel sends then."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from echotrace.kernel.descriptions import Freed
from echotrace.kernel.sockets import SocketState
from echotrace.story.events import StoryEvent
from echotrace.story.explain.case import speaks_tcp
from echotrace.story.explain.fates import may_be_passed
from echotrace.story.nouns import Story
from echotrace.trace import Exit

_S = SocketState


class Sent(StrEnum):
    """What the kernel sends when a descriptor of a TCP connection is given up; texts are so named.

    RFC 9293, 3.10.4; RFC 1122, 4.2.2.13.
    """

    NOTHING = "nothing"  # another descriptor, or a call, keeps it
    FIN = "fin"
    RESET = "reset"
    FIN_OR_RESET = "fin_or_reset"  # what is unread is not known
    ENDED_BEFORE = "ended_before"  # its FIN was sent by shutdown
    RESET_BEFORE = "reset_before"
    UNKNOWN = "unknown"  # no TCP, or a message may hold it


#: By the state before and after.
_SENT: Mapping[tuple[SocketState, SocketState], Sent] = {
    (_S.CONNECTED, _S.ENDED): Sent.FIN,
    (_S.PEER_ENDED, _S.CLOSED): Sent.FIN,
    (_S.ENDED, _S.ENDED): Sent.ENDED_BEFORE,
    (_S.CLOSED, _S.CLOSED): Sent.ENDED_BEFORE,
    (_S.RESET, _S.RESET): Sent.RESET_BEFORE,
    (_S.CONNECTED, _S.CONNECTED): Sent.NOTHING,
    (_S.PEER_ENDED, _S.PEER_ENDED): Sent.NOTHING,
    **{(state, _S.RESET): Sent.RESET for state in (_S.CONNECTED, _S.PEER_ENDED, _S.ENDED)},
}


class Closing(NamedTuple):
    """A descriptor of a connection given up by an event; `last` is the last of all."""

    event: StoryEvent
    fd: int
    last: bool
    sent: Sent

    @property
    def by_end(self) -> bool:
        """Whether the kernel closed it because its process ended."""
        return isinstance(self.event.record, Exit)


def closings(story: Story) -> Mapping[int, tuple[Closing, ...]]:
    """Those of every connection, by its number; UDP's peers have none."""
    numbers = {
        connection.description: connection.number
        for connection in story.connections
        if connection.description is not None
    }
    found: dict[int, list[Closing]] = {number: [] for number in numbers.values()}
    for event in story.events:
        for freed in event.touch.freed if event.touch else ():
            number = numbers.get(freed.description.id)
            if number is not None:
                found[number].append(
                    Closing(event, freed.fd, not freed.left, _sent(story, event, freed))
                )
    return {number: tuple(own) for number, own in found.items()}


def at_change(before: SocketState, after: SocketState) -> Sent:
    """What the kernel sends when a socket goes from one state to another."""
    return _SENT.get((before, after), Sent.UNKNOWN)


def _sent(story: Story, event: StoryEvent, freed: Freed) -> Sent:
    before, after = freed.before, freed.after
    if before is None or after is None or not speaks_tcp(freed.description, before):
        return Sent.UNKNOWN
    if freed.left:
        return Sent.NOTHING
    if may_be_passed(story, event):
        return Sent.UNKNOWN
    sent = at_change(before.state, after.state)
    return Sent.FIN_OR_RESET if sent is Sent.FIN and before.unread is None else sent
