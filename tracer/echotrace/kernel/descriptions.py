"""The nouns of the model: open file descriptions, and what one event did to them.

A descriptor is a number in a table; what it stands for is an open file description (open(2)), which
lives as long as any slot of any table refers to it. All records here are frozen and carry no state.
"""

from msgspec import Struct

from echotrace.kernel.sockets import Datagram, Socket


class Description(Struct, frozen=True, gc=False):
    """The identity of one open file description.

    `kind` is what the maker makes: `socket`, `pipe`, `file`, `epoll`, … ; `inherited` for what the
    first task found open, `unknown` for what a call used though no event had made it. `maker` is
    the event that made it. `link`, `local` and `peer` are what was known at its making. `listener`
    is the id of the listening description it was accepted from, `other` that of the other end of a
    pipe or a socket pair.
    """

    id: int
    kind: str
    maker: int | None = None
    link: str | None = None
    local: str | None = None
    peer: str | None = None
    listener: int | None = None
    other: int | None = None


class Descriptor(Struct, frozen=True, gc=False):
    """One slot of a descriptor table at one moment. `references` counts all slots of all tables."""

    fd: int
    description: Description
    cloexec: bool
    references: int


class Freed(Struct, frozen=True, gc=False):
    """A slot was emptied: `left` references to the description remain, in all tables together.

    `in_flight` of them are messages that carry it and that nobody has received yet.
    `holders` names one task of each other table that still holds it, at most `HOLDERS_NAMED`.
    `before` and `after` are its socket, if it is one; they differ if this was the last reference,
    unless a call of another thread still waits on it: then the end of that call ends it.
    `watched` tells whether it was in an interest list, which lets it go when it ends (epoll(7)).
    """

    fd: int
    description: Description
    left: int
    holders: tuple[int, ...]
    before: Socket | None = None
    after: Socket | None = None
    in_flight: int = 0
    watched: bool = False


class Touch(Struct, frozen=True, gc=False):
    """What the event `seq` did to descriptions.

    `used` is the description its first descriptor stood for when it began, `target` the one of its
    second (epoll_ctl(2), sendfile(2), splice(2)); `made` and `freed` are slots filled and emptied.
    `before` and `after` are the state of the socket used (or made, for `after`) when the event
    began and when it had happened. A client's step touches the server's end of its connection; a
    connect, the listening socket. `reaped` is the process whose end a wait took notice of.
    `ready` is what select, poll or epoll_wait found ready, as (fd, description). `copied` are
    sockets of which a new process got a reference too, at that moment, those that matter most
    first, at most `COPIES_NAMED` and one. `passed` are the descriptors that a message sent carries,
    with their sender's numbers, and `received` says for each of those in `made` that came in a
    message which event sent it, if that is known. `zombie` is the process that must wait for the
    one that this event ended. `datagrams` are those that a call took from a datagram socket or gave
    to it, each with its sender or receiver.
    """

    seq: int
    used: Description | None = None
    made: tuple[tuple[int, Description], ...] = ()
    freed: tuple[Freed, ...] = ()
    target: Description | None = None
    before: Socket | None = None
    after: Socket | None = None
    reaped: int | None = None
    ready: tuple[tuple[int, Description], ...] = ()
    copied: tuple[Descriptor, ...] = ()
    zombie: int | None = None
    passed: tuple[tuple[int, Description], ...] = ()
    received: tuple[int | None, ...] = ()
    datagrams: tuple[Datagram, ...] = ()


class Arrival(Struct, frozen=True, gc=False):
    """A client has come: accept(2) returned its connection, or its first datagram was received.

    `description` is that of the connection, or of the socket that received the `datagram`; `local`
    its address, `peer` the client's.
    """

    description: Description
    local: str | None
    peer: str | None
    datagram: bool = False


class Doubt(Struct, frozen=True, gc=False):
    """The trace tells of something the model cannot explain, at the event `seq` (0: at none)."""

    seq: int
    sentence: str


#: How many holders a `Freed` names: with thousands of processes a full list would be quadratic.
HOLDERS_NAMED = 100
#: How many copied sockets are named: with thousands of connections, as above. A `Touch` has one
#: more if there are more.
COPIES_NAMED = 4
