"""The nouns of a story: its events with their place, its connections, its listening sockets."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from msgspec import Struct

from echotrace.kernel.descriptions import Doubt
from echotrace.kernel.history import History
from echotrace.kernel.state import State
from echotrace.story.events import LISTENER, NONE, Place, StoryEvent
from echotrace.story.links import Links
from echotrace.story.roles import Roles, client_role
from echotrace.trace import Attached, Source, Task, Trace

__all__ = ["LISTENER", "NONE", "Connection", "Listener", "Place", "Story", "StoryEvent"]


class Connection(Struct, frozen=True):
    """A connection, numbered in the order in which accept returned; or a UDP peer.

    There are no connections in UDP: a peer is an address whose datagrams the server has received,
    numbered by the first of them (`datagram`).

    `client` is the client whose address the peer's is, or None. `events` are the numbers of all
    events at its place; `tasks` the roles whose calls are among them, in order of appearance, and
    `calls` how many calls. `bytes_in` and `bytes_out` count what calls moved (MSG_PEEK moves none).
    `closed_by` are the roles that gave up a reference to it by close, dup2 or exec, or `end of P1`;
    `ended_by` the one whose reference was the last, or None if it was still open at the end of the
    trace. `accepted` is the event that took it off the accept queue. A peer has no description of
    its own, unless the server connected a socket to it: all share the socket at which they arrive.
    """

    number: int
    client: int | None
    local: str | None
    peer: str | None
    description: int | None
    events: tuple[int, ...]
    tasks: tuple[str, ...]
    calls: int
    bytes_in: int
    bytes_out: int
    closed_by: tuple[str, ...]
    ended_by: str | None
    accepted: int | None = None
    datagram: bool = False

    @property
    def place(self) -> Place:
        """The place of its events."""
        return Place.of(self.number)

    @property
    def title(self) -> str:
        """`#1 C1`: its place, and its client if that is one of echotrace's."""
        client = [client_role(self.client)] if self.client else []
        return " ".join([self.place.name, *client])


class Listener(Struct, frozen=True):
    """A socket on which the server waits for clients, by the id of its description.

    It listens (listen(2)) or, when `datagram`, was bound to an address for datagrams: all clients
    of a UDP server share it. `maker` is the event that made it.
    """

    description: int
    maker: int | None
    link: str | None
    local: str | None
    datagram: bool = False

    @property
    def noun(self) -> str:
        """What it is, in two words."""
        if not self.datagram:
            return "listening socket"
        return "datagram socket" if (self.local or "").startswith("unix") else "UDP socket"


@dataclass(frozen=True)
class Story:
    """A trace understood; `events` in the order of their numbers."""

    trace: Trace
    roles: Roles
    events: tuple[StoryEvent, ...]
    connections: tuple[Connection, ...]
    listeners: tuple[Listener, ...]
    doubts: tuple[Doubt, ...]
    history: History

    def at(self, seq: int, *, begun: bool = False) -> State:
        """What the kernel keeps when the event `seq` has happened.

        With `begun`, when it has just begun: they differ for a call that waited. KeyError if there
        is no such event.
        """
        return self.history.at(self.time_of(seq, begun=begun))

    def time_of(self, seq: int, *, begun: bool = False) -> int:
        """When (ns) the event `seq` has happened or, with `begun`, has begun; KeyError likewise."""
        event = self.event(seq)
        return event.end if event.end is not None and not begun else event.start

    def before(self, seq: int) -> State:
        """What the kernel keeps just before the event `seq` begins; KeyError if there is none."""
        return self.history.before(self.event(seq).start)

    @cached_property
    def by_seq(self) -> Mapping[int, StoryEvent]:
        """Events by number; the number of a restarted attempt leads to the event it is part of."""
        found = {event.seq: event for event in self.events}
        for event in self.events:
            found.update(dict.fromkeys(event.resumed, event))
        return found

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """The source files that sites name, by the name they use."""
        return self.trace.sources()

    @cached_property
    def makers(self) -> Mapping[str, str]:
        """The task that made each task, or the parent of a process attached to, by role."""
        found: dict[str, str] = {}
        for record in self.trace.records:
            if isinstance(record, Task | Attached) and record.parent is not None:
                tid = record.tid if isinstance(record, Task) else record.pid
                made, maker = (self.roles.of(each, record.time) for each in (tid, record.parent))
                if made is not None and maker is not None:
                    found[made] = maker
        return found

    @cached_property
    def links(self) -> Links:
        """What belongs together: calls and what they woke, tasks and their ends."""
        return Links(self.events, self.roles)

    @cached_property
    def places(self) -> Mapping[int, Place]:
        """The place of each connection and each socket that listens, by its description."""
        listeners = {each.description: LISTENER for each in self.listeners if not each.datagram}
        return listeners | {
            each.description: each.place
            for each in self.connections
            if each.description is not None
        }

    @cached_property
    def receivers(self) -> Mapping[int, Listener]:
        """The sockets at which datagrams arrive, by their description."""
        return {each.description: each for each in self.listeners if each.datagram}

    def event(self, seq: int) -> StoryEvent:
        """The event `seq`; KeyError if there is none."""
        position = bisect_left(self._numbers, seq)
        if position < len(self.events) and self.events[position].seq == seq:
            return self.events[position]  # without `by_seq`, which takes long to make
        return self.by_seq[seq]

    @cached_property
    def _numbers(self) -> Sequence[int]:
        """The numbers of the events, for looking one up."""
        return [event.seq for event in self.events]

    def connection(self, number: int) -> Connection:
        """The connection `number`; KeyError if there is none."""
        if not 0 < number <= len(self.connections):
            raise KeyError(number)
        return self.connections[number - 1]
