"""Builds small traces by hand, call by call; time goes on by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from echotrace.syscalls import ROWS
from echotrace.trace import (
    ClientStep,
    End,
    Endpoint,
    Exec,
    Exit,
    Header,
    Record,
    Signal,
    Site,
    Source,
    Syscall,
    Task,
    Trace,
)

HEADER = Header(
    format=1, tool="test", server="test", language="c", argv=["test"], script="none", clients=0,
    kernel="Linux", machine="x86_64", libc="glibc", started="2026-01-01T00:00:00Z",
)  # fmt: skip

THREAD = ["CLONE_VM", "CLONE_FS", "CLONE_FILES", "CLONE_SIGHAND", "CLONE_THREAD"]


@dataclass
class Begun:
    """A call that has begun; `TraceBuilder.end` lets it return."""

    seq: int
    tid: int
    name: str
    args: dict[str, Any]
    start: int


class TraceBuilder:
    """Each method adds what its name says, 10 ns after the one before."""

    def __init__(self, *, first: int | None = 10) -> None:
        self.records: list[Record] = []
        self.now = 0
        self._seq = 0
        self._begun: dict[int, Begun] = {}
        if first is not None:
            self.task(first)

    def tick(self) -> int:
        """The time of the next moment."""
        self.now += 10
        return self.now

    def number(self) -> int:
        """The number of the next event."""
        self._seq += 1
        return self._seq

    def task(
        self, tid: int, *, pid: int | None = None, parent: int | None = None,
        flags: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """A task comes to be; without `pid` it is a process."""
        pid = tid if pid is None else pid
        kind = "process" if tid == pid else "thread"
        self.records.append(Task(self.tick(), tid, pid, parent, kind, list(flags)))

    def begin(self, tid: int, name: str, *values: object, **more: object) -> Begun:
        """Let a call begin; `values` are its arguments in the order of its signature."""
        names = [argument.name for argument in ROWS[name].arguments] if name in ROWS else []
        args = dict(zip(names, values, strict=False)) | more
        begun = Begun(self.number(), tid, name, args, self.tick())
        self._begun[begun.seq] = begun
        return begun

    def end(
        self, begun: Begun, result: int | None = 0, errno: str | None = None, *,
        data: str | None = None, told: Endpoint | None = None, **args: object,
    ) -> int:  # fmt: skip
        """Let it return, with the arguments that the kernel filled in; gives its number."""
        self._begun.pop(begun.seq, None)
        end = None if result is None else self.tick()
        self.records.append(
            Syscall(
                begun.seq, begun.tid, begun.name, begun.args | args,
                -1 if errno else result, errno, begun.start, end, data, [told] if told else [],
            )
        )  # fmt: skip
        return begun.seq

    def call(
        self, tid: int, name: str, *values: object, result: int | None = 0,
        errno: str | None = None, data: str | None = None, told: Endpoint | None = None,
    ) -> int:  # fmt: skip
        """A call from start to end; gives its number."""
        return self.end(self.begin(tid, name, *values), result, errno, data=data, told=told)

    def fork(self, tid: int, child: int) -> int:
        """A new process: the child comes to be, and may run, before clone returns."""
        begun = self.begin(tid, "clone", "SIGCHLD")
        self.task(child, parent=tid, flags=["SIGCHLD"])
        return self.end(begun, child)

    def thread(self, tid: int, child: int, pid: int = 10) -> int:
        """A new thread of process `pid`, sharing the descriptor table."""
        begun = self.begin(tid, "clone3", flags="|".join(THREAD))
        self.task(child, pid=pid, parent=tid, flags=THREAD)
        return self.end(begun, child)

    def execute(self, tid: int, former: int | None = None) -> int:
        """execve by task `former`, which is `tid` afterwards."""
        begun = self.begin(former or tid, "execve", "/bin/true", ["true"])
        self.replaced(tid, former or tid)
        return self.end(begun, 0)

    def replaced(self, tid: int, former: int) -> None:
        """The program of task `former` is replaced, and it is called `tid`."""
        self.records.append(Exec(self.tick(), tid, former, ["true"]))

    def exit(self, tid: int, *, call: bool = True, by: str = "SIGKILL") -> int:
        """The task ends, by its own call or a signal; gives the number of the Exit record."""
        if call:
            self.begin(tid, "exit_group", 0)
        seq, status = self.number(), 0 if call else None
        self.records.append(Exit(seq, self.tick(), tid, status, None if call else by))
        return seq

    def signal(self, tid: int, name: str) -> int:
        """A signal is delivered."""
        seq = self.number()
        self.records.append(Signal(seq, self.tick(), tid, name))
        return seq

    def client(
        self, client: int, action: str, *, local: str | None = None, text: str | None = None,
        done: bool = True, peer: str | None = None, unread: int | None = None,
    ) -> int:  # fmt: skip
        """A client does a step, and is done with it a nanosecond later unless told otherwise."""
        seq = self.number()
        size = None if text is None else len(text)
        now = self.tick()
        end = now + 1 if done else None
        self.records.append(
            ClientStep(seq, client, action, now, end, local, text, size, peer=peer, unread=unread)
        )
        return seq

    def server(self, tid: int = 10, fd: int = 3, port: int = 7000) -> tuple[int, int, int]:
        """socket, bind, listen; gives their numbers."""
        local = f"127.0.0.1:{port}"
        link = f"socket:[{port}]"
        return (
            self.call(tid, "socket", "AF_INET", "SOCK_STREAM", 0, result=fd,
                      told=Endpoint(fd, link)),
            self.call(tid, "bind", fd, "127.0.0.1:0", 16, told=Endpoint(fd, link, local)),
            self.call(tid, "listen", fd, 100, told=Endpoint(fd, link, local)),
        )  # fmt: skip

    def accept(self, tid: int, result: int, *, fd: int = 3, port: int = 50001) -> int:
        """accept that returns descriptor `result`, with a client at `port`."""
        return self.end(self.begin(tid, "accept", fd, None, None), result,
                        told=connected(result, port))  # fmt: skip

    def processes(self, clients: int) -> range:
        """A server that forks a process for each client; gives the ids of these processes."""
        self.server()
        children = range(100, 100 + clients)
        for number, child in enumerate(children, 1):
            self.client(number, "connect", local=f"127.0.0.1:{10000 + number}")
            self.accept(10, 4, port=10000 + number)
            self.fork(10, child)
            self.call(10, "close", 4)
        return children

    def trace(self) -> Trace:
        """The trace; calls that have not returned are in it without a result."""
        for begun in list(self._begun.values()):
            self.end(begun, None)
        end = End(self._seq, self.tick())
        return Trace(HEADER, (*self.records, end))


def connected(fd: int, port: int, server: int = 7000) -> Endpoint:
    """What the kernel says of an accepted connection."""
    return Endpoint(fd, f"socket:[{port}]", f"127.0.0.1:{server}", f"127.0.0.1:{port}")


def with_sites(trace: Trace, lines: Mapping[int, int], text: str | None, problem: str | None = None,
               file: str = "test.c") -> Trace:  # fmt: skip
    """The trace, in which the calls with these numbers were made by these lines of a file."""
    records = tuple(
        replace(record, site=Site(file, lines[record.seq], "main"))
        if isinstance(record, Syscall) and record.seq in lines
        else record
        for record in trace.records
    )
    return replace(trace, records=(Source(file, text, problem), *records))
