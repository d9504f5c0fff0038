"""A call to explain, and the names of what it deals with."""

from dataclasses import dataclass

from echotrace.functions import called
from echotrace.kernel.descriptions import Description, Touch
from echotrace.kernel.flows import SEVERAL
from echotrace.kernel.sockets import Socket
from echotrace.story.explain.text import plain
from echotrace.story.nouns import LISTENER, Story, StoryEvent
from echotrace.story.roles import client_role
from echotrace.syscalls import ROWS, logical_event
from echotrace.trace import Syscall

#: Kinds of description (`kernel.facts`) whose name alone says too little.
_NOUNS = {
    "inherited": "open since before the trace",
    "unknown": "made by no call of the trace",
    "epoll": "interest list",
}
_STREAMS = {0: "standard input", 1: "standard output", 2: "standard error"}
_NOTHING = Touch(0)


@dataclass(frozen=True)
class Case:
    """One call of a story."""

    story: Story
    event: StoryEvent
    call: Syscall

    @property
    def who(self) -> str:
        """The role of the task that made the call."""
        return self.event.actor if self.event.actor[:1] != "?" else "An unknown task"

    @property
    def touch(self) -> Touch:
        """What the call touched; empty if nothing."""
        return self.event.touch or _NOTHING

    @property
    def function(self) -> str:
        """The C function that made the call."""
        return function_of(self.call)

    @property
    def logical(self) -> str:
        """The logical event."""
        return logical_event(self.call.name)

    @property
    def result(self) -> int:
        """What the call returned; 0 for nothing."""
        return self.call.result or 0

    @property
    def on_datagrams(self) -> bool:
        """Whether the call works on a datagram socket."""
        socket = self.touch.before or self.touch.after
        return socket is not None and not socket.stream

    @property
    def waited(self) -> bool:
        """Whether the call is known to have waited."""
        return self.event.woken_by is not None

    @property
    def several(self) -> bool:
        """Whether the call moves several messages, and returns how many."""
        return self.call.name in SEVERAL

    def integer(self, name: str) -> int | None:
        """An argument, if it is a number."""
        value = self.call.args.get(name)
        return value if isinstance(value, int) else None

    def flags(self, name: str = "flags") -> str:
        """An argument that holds flags."""
        return str(self.call.args.get(name))

    def fd(self, name: str = "fd") -> str:
        """`fd 4`, by the argument of that name."""
        number = self.integer(name)
        return "its descriptor" if number is None else f"fd {number}"

    def thing(self) -> str:
        """The first descriptor and what it is: `fd 4 (#1)`."""
        if self.call.args.get("fd") == "AT_FDCWD":
            return "the working directory"
        return self.named(self.integer("fd"), self.touch.used)

    def named(self, fd: int | None, description: Description | None) -> str:
        """A descriptor and what it is when the call happens."""
        return named(self.story, self.event, fd, description)

    def peer(self) -> str:
        """Who is at the other end of the connection that the call works on."""
        if self.on_datagrams:
            return peer_of(self.story, self.event.place.connection)
        place = self.story.places.get(self.touch.used.id) if self.touch.used else None
        return peer_of(self.story, place.connection if place else None)


def function_of(call: Syscall) -> str:
    """The C function that made a call, for a sentence."""
    return plain(called(call), "the call")


def peer_of(story: Story, connection: int | None) -> str:
    """The client of a connection, `C1`, or `the peer`."""
    if connection is None or connection > len(story.connections):
        return "the peer"
    client = story.connection(connection).client
    return client_role(client) if client is not None else "the peer"


def role(story: Story, tid: int | None, time: int | None) -> str:
    """The role of a task id at a time."""
    return (story.roles.of(tid, time or 0) if tid is not None else None) or "another task"


def what(
    story: Story, event: StoryEvent, description: Description | None, fd: int | None = None
) -> str:
    """`#1`, `listening socket`, `pipe` …; nothing where the kind alone would not help."""
    if description is None:
        return ""
    place = story.places.get(description.id)
    if place is not None:
        listens = event.seq >= story.links.listens.get(description.id, 0)
        return place.name if place is not LISTENER else "listening socket" if listens else "socket"
    if description.kind == "inherited" and fd in _STREAMS:
        return _STREAMS[fd]
    if description.id in story.receivers:
        return story.receivers[description.id].noun
    return _NOUNS.get(description.kind, description.kind)


def named(story: Story, event: StoryEvent, fd: int | None, description: Description | None) -> str:
    """A descriptor and what it is at an event: `fd 4 (#1)`, `fd 3 (listening socket)`."""
    name = "its descriptor" if fd is None else f"fd {fd}"
    noun = what(story, event, description, fd)
    return f"{name} ({noun})" if noun else name


def stale_numbers(case: Case, only: int | None = None) -> str:
    """Which numbers, or whether this one, the call names although they were closed; else empty."""
    return " and ".join(
        f"{stale.closer.actor} has closed fd {stale.fd} (event {stale.closer.seq})"
        for stale in case.story.links.stale.get(case.event.seq, ())
        if only in (None, stale.fd)
    )


def number_of(story: Story, description: Description) -> str:
    """The number under which a description was made: `fd 3`; the program may use another by now."""
    maker = story.by_seq.get(description.maker) if description.maker is not None else None
    for fd, made in maker.touch.made if maker and maker.touch else ():
        if made.id == description.id:
            return f"fd {fd}"
    return "its listening socket" if story.places.get(description.id) is LISTENER else "its socket"


def speaks_tcp(description: Description | None, socket: Socket | None) -> bool:
    """Whether it is a TCP socket, so that its end is a FIN: no Unix socket, no socket pair."""
    if socket is None or not socket.stream or description is None or description.other is not None:
        return False
    return not any((each or "").startswith("unix") for each in (socket.local, description.local))


def gloss(case: Case) -> str:
    """What the table says of the call, where nothing better is known."""
    row = ROWS.get(case.call.name)
    if row is None:
        return "makes a system call that is not in echotrace's table"
    if any(argument.name == "fd" for argument in row.arguments):
        return f"{row.gloss} ({case.thing().replace(' (', ', ').rstrip(')')})"
    return row.gloss
