"""Builds the traces of servers that serve, and do it right or wrong in one detail."""

from echotrace.story.findings.check import findings
from echotrace.story.findings.nouns import Finding
from echotrace.story.replay import replay
from echotrace.trace import End, Exit, Syscall, Trace
from proofs import prove
from tracebuilder import HEADER, THREAD, TraceBuilder

P0 = 10  # the server's first task; its listening socket is 3


class Play(TraceBuilder):
    """A server that listens; each method is a call or an event, in the words of its effect."""

    def __init__(self, *, listens: bool = True) -> None:
        super().__init__()
        if listens:
            self.server()

    def comes(self, client: int) -> None:
        """A client connects."""
        self.client(client, "connect", local=f"127.0.0.1:{50000 + client}")

    def accepts(self, client: int, fd: int = 4, tid: int = P0) -> int:
        """A client connects and is accepted."""
        self.comes(client)
        return self.accept(tid, fd, port=50000 + client)

    def fails(self, tid: int, name: str, errno: str, *values: object) -> int:
        """A call that fails."""
        return self.call(tid, name, *values, errno=errno)

    def recv(self, tid: int, fd: int, size: int = 5) -> int:
        """recv of some bytes; 0 is the end."""
        return self.call(tid, "recvfrom", fd, None, 100, None, None, None, result=size)

    def again(self, tid: int, fd: int) -> int:
        """recv that finds nothing."""
        return self.fails(tid, "recvfrom", "EAGAIN", fd, None, 100, None, None, None)

    def send(
        self, tid: int, fd: int, asked: int = 5, sent: int | None = None,
        flags: str | None = "MSG_NOSIGNAL", errno: str | None = None, injected: str | None = None,
    ) -> int:  # fmt: skip
        """send of some bytes, all of them unless told otherwise."""
        result = asked if sent is None else sent
        seq = self.call(tid, "sendto", fd, None, asked, flags, None, None, result=result,
                        errno=errno)  # fmt: skip
        record = self.records[-1]
        assert isinstance(record, Syscall)
        if injected:
            fields = {name: getattr(record, name) for name in record.__struct_fields__}
            self.records[-1] = Syscall(**fields | {"injected": injected})
        return seq

    def echo(self, tid: int, fd: int = 4, *, flags: str | None = "MSG_NOSIGNAL") -> int:
        """recv, send, and recv that tells the end; gives the number of the send."""
        self.recv(tid, fd)
        seq = self.send(tid, fd, flags=flags)
        self.recv(tid, fd, 0)
        return seq

    def serve(self, tid: int, fd: int = 4) -> int:
        """echo and close; gives the number of the close."""
        self.echo(tid, fd)
        return self.close(tid, fd)

    def close(self, tid: int, fd: int, errno: str | None = None) -> int:
        """close."""
        return self.call(tid, "close", fd, errno=errno)

    def handles(self, signal: str, handler: str, flags: str = "", tid: int = P0) -> int:
        """sigaction."""
        return self.call(tid, "rt_sigaction", signal, {"handler": handler, "flags": flags})

    def leaves(self, tid: int, status: int = 0, signal: str | None = None) -> tuple[int, int]:
        """exit with a status, or the end by a signal; gives the numbers of the call and the end."""
        call = 0
        if signal is None:
            call = self.begin(tid, "exit_group", status).seq
        seq = self.number()
        self.records.append(Exit(seq, self.tick(), tid, None if signal else status, signal))
        return call, seq

    def thread_with(self, child: int, stack: str, tid: int = P0, pid: int = P0) -> int:
        """pthread_create with a stack."""
        begun = self.begin(tid, "clone3", flags="|".join(THREAD), stack=stack)
        self.task(child, pid=pid, parent=tid, flags=THREAD)
        return self.end(begun, child)

    def wait(self, pid: int, tid: int = P0) -> int:
        """waitpid."""
        return self.call(tid, "wait4", pid, "exited 0", None, None, result=pid)

    def waits(self, tid: int = P0, name: str = "accept", *values: object) -> int:
        """A call that does not return before the trace ends: accept unless told otherwise."""
        return self.begin(tid, name, *(values or (3, None, None))).seq


def ids(play: Play | Trace) -> set[str]:
    """What is found in a trace, but for the kind and for what is not worth a warning."""
    trace = play if isinstance(play, Trace) else play.trace()
    return {f.id for f in findings(replay(trace))} - {"kind", "no-so-reuseaddr"}


def found(play: Play | Trace, name: str) -> Finding | None:
    """The finding of that name, if there is one, proved by the raw records."""
    trace = play if isinstance(play, Trace) else play.trace()
    for finding in findings(replay(trace)):
        if finding.id == name:
            prove(finding, trace)
            return finding
    return None


def sentence(play: Play | Trace, name: str) -> str:
    """What the finding of that name says."""
    finding = found(play, name)
    assert finding is not None
    return finding.sentence


def cut(play: Play) -> Trace:
    """The trace without its end, as a recording leaves it that was killed."""
    return Trace(HEADER, tuple(r for r in play.trace().records if not isinstance(r, End)))


def early(play: Play) -> Trace:
    """The trace of a recording that ended before its script."""
    trace = play.trace()
    assert trace.end is not None
    end = End(trace.end.syscalls, trace.end.time, "a client waits in vain")
    return Trace(HEADER, (*trace.records[:-1], end))
