"""The nouns of a trace: frozen records, one a line of the trace file.

Times are integer nanoseconds since the start of the trace. `seq` numbers the events in the order
in which they began; it is the event number that every view shows.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

from msgspec import Struct


class Site(Struct, frozen=True, omit_defaults=True):
    """Where in the traced program's source a call was made.

    `file` is the path as the compiler or the interpreter was given it, the same as in a `Source`;
    `function` the function that holds the line; `call` the library function it called there, in C
    (`recv`) or in Python (`socket.accept`).
    """

    file: str
    line: int
    function: str | None = None
    call: str | None = None


class Endpoint(Struct, frozen=True, omit_defaults=True):
    """What the kernel says a descriptor is, read at the end of the call that made or changed it.

    `link` is `readlink /proc/PID/fd/N` (proc(5)): `socket:[INODE]` names the same socket in every
    process. `local` and `peer` are getsockname(2) and getpeername(2), as `host:port`.
    """

    fd: int
    link: str | None = None
    local: str | None = None
    peer: str | None = None


class Load(Struct, frozen=True):
    """What clients at full speed were asked to do: so many at the same time, each so many echoes.

    `payload` is the size of one echo in bytes.
    """

    clients: int
    echoes: int
    payload: int


class Header(Struct, frozen=True, tag_field="type", tag="header", omit_defaults=True):
    """The first line: what was recorded, with which program, on which machine.

    `steps` is the script, step by step; `injections` what `--inject` asked for. `attached` is the
    process that ran already when it was attached to: then there is no script, and `clients` is 0,
    for the clients are others'. `load` is there instead of steps when the clients ran freely
    (`--free-run`).
    """

    format: int
    tool: str
    server: str
    language: str
    argv: list[str]
    script: str
    clients: int
    kernel: str
    machine: str
    libc: str
    started: str
    steps: list[str] = []
    source: str | None = None
    injections: list[str] = []
    attached: int | None = None
    load: Load | None = None


class Task(Struct, frozen=True, tag_field="type", tag="task", omit_defaults=True):
    """A process or thread came to be. `parent` is the task that made it; `flags` are clone(2)'s."""

    time: int
    tid: int
    pid: int
    parent: int | None
    kind: str
    flags: list[str] = []


class Watch(Struct, frozen=True, omit_defaults=True):
    """One entry of an epoll interest list: as epoll_ctl(2) was given it.

    `file` is the number of the open file description that is watched (see `Slot`), None if no
    process of the recording has it open.
    """

    fd: int
    events: str
    data: int
    file: int | None = None


class Slot(Struct, frozen=True, omit_defaults=True):
    """One descriptor that was open when the recording began, as /proc told it (proc(5)).

    Slots with the same `file` share one open file description, whatever process they are of.
    `link`, `local` and `peer` are those of an `Endpoint`; `flags` the file status flags.

    Of a socket `protocol` is the list of /proc/net that has it (`tcp`, `tcp6`, `udp`, `unix` …),
    `state` its state there, as RFC 9293 names it; None where no list has it. `unread` counts the
    bytes that had arrived and were not received, or the connections that waited for accept.
    `accepted`: something listens at its local address, so that it was not made by connect(2).
    """

    fd: int
    file: int
    link: str | None = None
    flags: list[str] = []
    cloexec: bool = False
    protocol: str | None = None
    state: str | None = None
    local: str | None = None
    peer: str | None = None
    unread: int | None = None
    accepted: bool = False
    watches: list[Watch] = []


class Descriptors(Struct, frozen=True, omit_defaults=True):
    """A descriptor table that was there when the recording began, and the tasks that share it."""

    tids: list[int]
    slots: list[Slot]


class Attached(Struct, frozen=True, tag_field="type", tag="attached", omit_defaults=True):
    """A process that ran already when the recording began, as it was then.

    `parent` is its parent, if that is in the recording too. `ignored` and `handled` are the signals
    whose disposition was SIG_IGN or a function. `ended`: its leader had ended before its other
    threads. A table that several processes share is told with the first of them.
    """

    time: int
    pid: int
    parent: int | None = None
    tables: list[Descriptors] = []
    ignored: list[str] = []
    handled: list[str] = []
    ended: bool = False


class Syscall(Struct, frozen=True, tag_field="type", tag="syscall", omit_defaults=True):
    """One system call of one task.

    `result` is what the kernel returned (-1 with `errno` named on failure), or None when the call
    had not returned at the end of the trace; then `end` is None too. `args` holds decoded values:
    numbers, names (`AF_INET`, `SOCK_STREAM|SOCK_CLOEXEC`), addresses (`127.0.0.1:80`), or None for
    a NULL pointer and for memory that could not be read. `data` is the payload, cut at the
    snapshot length, with one character a byte (ISO 8859-1); its true size is `result`.
    `injected` is the fault that echotrace put into this call, as in `--inject`.
    """

    seq: int
    tid: int
    name: str
    args: dict[str, Any]
    result: int | None
    errno: str | None
    start: int
    end: int | None
    data: str | None = None
    endpoints: list[Endpoint] = []
    site: Site | None = None
    injected: str | None = None


class Source(Struct, frozen=True, tag_field="type", tag="source", omit_defaults=True):
    """A source file that sites name, as it was when the program was recorded.

    `text` is None where it cannot be shown, and `problem` says why in one sentence: the file is not
    where it was compiled, or it was changed since, so that its lines are not the program's.
    """

    file: str
    text: str | None = None
    problem: str | None = None


class Exec(Struct, frozen=True, tag_field="type", tag="exec", omit_defaults=True):
    """A task replaced its program (execve(2)): its thread group has one task now, called `tid`.

    `former` is the id the calling task had before, when it was not the leader.
    """

    time: int
    tid: int
    former: int
    argv: list[str]


class Signal(Struct, frozen=True, tag_field="type", tag="signal", omit_defaults=True):
    """A signal was delivered to a task, or (`stopped`) stopped its whole thread group."""

    seq: int
    time: int
    tid: int
    signal: str
    stopped: bool = False


class Exit(Struct, frozen=True, tag_field="type", tag="exit", omit_defaults=True):
    """A task ended: with `status`, or killed by `signal`."""

    seq: int
    time: int
    tid: int
    status: int | None
    signal: str | None


class ClientStep(Struct, frozen=True, tag_field="type", tag="client", omit_defaults=True):
    """A client did one step of the script; `time` is when it began, `end` when it was done.

    `local` is the client's own address, `peer` the one it connected to. `text` is what it sent or
    expected, cut at the snapshot length, one character a byte; `size` its true size in bytes.
    `unread` counts the bytes that had arrived and were not read when the client closed (or did the
    same by a reset): if there are any, the kernel sends a reset instead of a FIN (RFC 1122,
    4.2.2.13). `datagram` tells that its socket is a UDP socket: then only `send` sends anything,
    one datagram.
    """

    seq: int
    client: int
    action: str
    time: int
    end: int | None = None
    local: str | None = None
    text: str | None = None
    size: int | None = None
    error: str | None = None
    peer: str | None = None
    unread: int | None = None
    datagram: bool = False


class ClientTotal(Struct, frozen=True, tag_field="type", tag="client-total", omit_defaults=True):
    """What a client that ran freely did in all, as the client itself counted it.

    It `began` to connect, was `connected`, had its first echo back (`answered`) and had closed
    (`ended`); None: never. `sent` and `received` are bytes, `echoes` those that came back whole;
    `error` says why the client ended before it had all.
    """

    client: int
    began: int | None = None
    connected: int | None = None
    answered: int | None = None
    ended: int | None = None
    local: str | None = None
    peer: str | None = None
    sent: int = 0
    received: int = 0
    echoes: int = 0
    error: str | None = None


class End(Struct, frozen=True, tag_field="type", tag="end", omit_defaults=True):
    """The last line: the recording ended as meant, or `reason` says what ended it early."""

    syscalls: int
    time: int
    reason: str | None = None


Record: TypeAlias = (
    Header
    | Source
    | Task
    | Attached
    | Syscall
    | Exec
    | Signal
    | Exit
    | ClientStep
    | ClientTotal
    | End
)
Event: TypeAlias = Syscall | Signal | Exit | ClientStep


class Trace(Struct, frozen=True):
    """A recording: the header and all further records in the order of the file.

    `skipped` counts lines of a kind this version does not know; `torn` is the number of a last
    line that was cut in the middle, or None.
    """

    header: Header
    records: tuple[Record, ...]
    skipped: int = 0
    torn: int | None = None

    @property
    def end(self) -> End | None:
        """The end record, or None when the recording was cut off."""
        last = self.records[-1] if self.records else None
        return last if isinstance(last, End) else None

    def events(self) -> Iterator[Event]:
        """All numbered records, by event number."""
        numbered = [r for r in self.records if isinstance(r, Syscall | Signal | Exit | ClientStep)]
        return iter(sorted(numbered, key=lambda record: record.seq))

    def sources(self) -> dict[str, Source]:
        """The source files that sites name, by the name they use."""
        return {record.file: record for record in self.records if isinstance(record, Source)}

    def totals(self) -> tuple[ClientTotal, ...]:
        """What each client that ran freely did in all."""
        return tuple(record for record in self.records if isinstance(record, ClientTotal))

    def syscalls(self) -> Iterator[Syscall]:
        """All system calls, by event number."""
        return (record for record in self.events() if isinstance(record, Syscall))
