"""The events of a story, each with its actor and its place."""

from dataclasses import dataclass

from msgspec import Struct

from echotrace.kernel.descriptions import Touch
from echotrace.syscalls import ROWS, Effect, logical_event
from echotrace.trace import Event, Syscall


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event belongs: a connection by its number, the listening socket, or neither.

    A peer of a UDP socket has a number too, like a connection.
    """

    name: str
    connection: int | None = None

    @classmethod
    def of(cls, number: int) -> "Place":
        """The place of connection `number`."""
        return cls(f"#{number}", number)


#: Events of the server at large: its listening socket, and what it does between connections.
LISTENER = Place("listener")
#: Events of neither: files, pipes, the loader, sockets with which the server is itself a client.
NONE = Place("none")


class StoryEvent(Struct, frozen=True, gc=False):
    """One event: who (`actor`: `P0`, `T1`, `C1`) did what (`record`) at which place.

    `start` and `end` in nanoseconds since the start of the trace; `end` is None for a call that had
    not returned. `resumed` lists the numbers of the further attempts of a restarted call, which
    are part of this event: `record` then has the result of the last one. `woken_by` is the event
    that ended the waiting of a call: a client's step, an end, a signal, a call of another task.
    """

    seq: int
    record: Event
    actor: str
    place: Place
    touch: Touch | None
    start: int
    end: int | None
    resumed: tuple[int, ...] = ()
    woken_by: int | None = None

    @property
    def logical(self) -> str:
        """The logical event of its call: `recv` for recvfrom; empty if it is no system call."""
        return logical_event(self.record.name) if isinstance(self.record, Syscall) else ""

    def __repr__(self) -> str:
        found = (getattr(self.record, name, None) for name in ("name", "action"))
        what = next(filter(None, found), type(self.record).__name__)
        return f"<StoryEvent {self.seq}: {self.actor} {ascii(what)[1:-1]:.60}>"


def takes_whoever_comes(name: str, touch: Touch | None) -> bool:
    """Whether a call has to return before anybody knows whose it is: by the call's name.

    accept is such a call, and recvfrom on a datagram socket without a peer of its own.
    """
    row = ROWS.get(name)
    if row is None:
        return False
    if row.effect is Effect.ACCEPTS:
        return True
    if row.event != "recv" or touch is None or not touch.datagrams:
        return False
    return touch.before is not None and touch.before.peer is None
