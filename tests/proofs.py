"""Whether a finding's events show what its sentence says: asked of the raw records of the trace.

Nothing here uses the kernel's model, the story or the rules.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from echotrace.story.findings.nouns import Finding
from echotrace.syscalls import logical_event
from echotrace.trace import Event, Exit, Signal, Syscall, Task, Trace

_INTERRUPTED = ("EINTR", "ERESTARTSYS")


@dataclass(frozen=True)
class Records:
    """The events of a trace by number, and who is in which process."""

    trace: Trace

    def __getitem__(self, seq: int) -> Event:
        (found,) = (event for event in self.trace.events() if event.seq == seq)
        return found

    def call(self, seq: int) -> Syscall:
        """The event `seq`, which is a call."""
        found = self[seq]
        assert isinstance(found, Syscall)
        return found

    def exit(self, seq: int) -> Exit:
        """The event `seq`, which is the end of a task."""
        found = self[seq]
        assert isinstance(found, Exit)
        return found

    def pid(self, tid: int) -> int:
        """The process of a task."""
        return next(t.pid for t in self.trace.records if isinstance(t, Task) and t.tid == tid)

    def parent(self, pid: int) -> int | None:
        """The task that made a process."""
        return next(t.parent for t in self.trace.records if isinstance(t, Task) and t.tid == pid)

    def calls(self, *events: str, pid: int | None = None) -> Iterator[Syscall]:
        """The calls of some logical events, of one process or of all."""
        for call in self.trace.syscalls():
            if logical_event(call.name) in events and pid in (None, self.pid(call.tid)):
                yield call


def _good(call: Syscall) -> bool:
    return call.errno is None and call.result is not None


def _leaked(of: Records, events: tuple[int, ...]) -> None:
    given_up, spawn, goes_on, accept = events
    parent, child = of.call(spawn).tid, of.call(spawn).result
    assert of.call(goes_on).tid == of.call(accept).tid == parent
    assert of[given_up].tid == child  # type: ignore[union-attr]
    fd, since = of.call(accept).result, of.call(accept).end or 0
    assert not [c for c in of.calls("close") if c.tid == parent and c.args["fd"] == fd
                and _good(c) and c.start > since]  # fmt: skip


def _keeps_listener(of: Records, events: tuple[int, ...]) -> None:
    end, spawn = events
    child = of.call(spawn).result
    assert of.exit(end).tid == child
    listeners = {call.args["fd"] for call in of.calls("listen")}
    own = list(of.calls("close", "accept", pid=child))
    assert not [c for c in own if c.args.get("fd") in listeners]


def _never_reaped(of: Records, events: tuple[int, ...]) -> None:
    ends, forks = events[: len(events) // 2], events[len(events) // 2 :]
    assert [of.exit(end).tid for end in ends] == [of.call(fork).result for fork in forks]
    for end in ends:
        parent = of.parent(of.exit(end).tid)
        assert parent is not None
        assert not list(of.calls("wait", pid=of.pid(parent)))


def _never_joined(of: Records, events: tuple[int, ...]) -> None:
    end, spawn = events
    ended = of.exit(end)
    (first,) = (c for c in of.calls("spawn") if c.result == ended.tid)
    assert ended.time < of.call(spawn).start
    assert "CLONE_THREAD" in of.call(spawn).args["flags"]
    later = [c.args["stack"] for c in of.calls("spawn") if c.start > ended.time]
    assert first.args["stack"] not in later


def _short_send(of: Records, events: tuple[int, ...]) -> None:
    (seq,) = events
    short = of.call(seq)
    assert short.result is not None
    rest = int(short.args.get("len", short.args.get("count", 0))) - short.result
    assert rest > 0
    later = [c for c in of.calls("send") if c.tid == short.tid and c.seq > seq]
    assert not [c for c in later if c.args["fd"] == short.args["fd"] and c.args["len"] >= rest]


def _accept_unchecked(of: Records, events: tuple[int, ...]) -> None:
    failed, use = map(of.call, events)
    assert (failed.result, logical_event(failed.name)) == (-1, "accept")
    assert use.args["fd"] == -1
    assert use.errno == "EBADF"


def _eintr(of: Records, events: tuple[int, ...]) -> None:
    call, signal, leaves, action = (of[event] for event in events)
    assert isinstance(call, Syscall)
    assert isinstance(signal, Signal)
    assert isinstance(leaves, Syscall)
    assert isinstance(action, Syscall)
    assert (logical_event(call.name), call.errno in _INTERRUPTED) == ("accept", True)
    assert action.args["signum"] == signal.signal
    assert "SA_RESTART" not in action.args["act"]["flags"]
    assert (leaves.name, leaves.tid) == ("exit_group", call.tid)


def _sigpipe(of: Records, events: tuple[int, ...]) -> None:
    (seq,) = events
    call = of.call(seq)
    assert logical_event(call.name) == "send"
    assert "MSG_NOSIGNAL" not in str(call.args.get("flags"))
    assert not [c for c in of.calls("signal") if c.args["signum"] == "SIGPIPE" and c.seq < seq]


def _sigpipe_kills(of: Records, events: tuple[int, ...]) -> None:
    send, signal, end = events
    got = of[signal]
    assert isinstance(got, Signal)
    assert (of.call(send).errno, got.signal, of.exit(end).signal) == ("EPIPE", "SIGPIPE", "SIGPIPE")
    assert of.call(send).tid == got.tid


def _recv_error(of: Records, events: tuple[int, ...]) -> None:
    failed, leaves = map(of.call, events)
    assert logical_event(failed.name) == "recv"
    assert failed.errno not in (None, "EAGAIN", "EINTR")
    assert (leaves.name, leaves.tid) == ("exit_group", failed.tid)
    assert leaves.args["status"] != 0


def _bad_number(of: Records, events: tuple[int, ...]) -> None:
    use, before, *leaves = map(of.call, events)
    fd = before.args["fd"]
    if logical_event(use.name) == "poll":
        assert [e for e in use.args["fds"] if e["fd"] == fd and "POLLNVAL" in e["revents"]]
    else:
        sets = (use.args.get(name) or [] for name in ("readfds", "writefds", "exceptfds"))
        named = [fd for own in sets for fd in own]
        assert fd in (use.args.get("fd"), use.args.get("target"), *named)
        assert use.errno == "EBADF"
    assert logical_event(before.name) == "close"
    assert all((exit_.name, exit_.tid) == ("exit_group", use.tid) for exit_ in leaves)
    assert _good(before)
    assert of.pid(use.tid) == of.pid(before.tid)
    made = [c for c in of.calls("accept", "socket", "open", "dup", pid=of.pid(use.tid))
            if c.result == fd and c.end and before.start < c.end < use.start]  # fmt: skip
    assert not made


def _race(of: Records, events: tuple[int, ...]) -> None:
    one, other, spawn, accept = map(of.call, events)
    assert one.tid != other.tid
    assert one.args["fd"] == other.args["fd"] == accept.result
    assert spawn.result == one.tid
    assert (accept.end or 0) < one.start


def _select(of: Records, events: tuple[int, ...]) -> None:
    (seq,) = events
    assert of.call(seq).args["nfds"] > 1024


def _spins(of: Records, events: tuple[int, ...]) -> None:
    first, last = events
    tid = of.call(first).tid
    run = [c for c in of.trace.syscalls() if c.tid == tid and first <= c.seq <= last]
    assert len(run) >= 20
    for call in run:
        waits = logical_event(call.name) in ("select", "poll", "epoll wait")
        assert waits or call.errno is not None or call.result == 0
        assert (call.end or 0) - call.start <= 1_000_000


def _no_reuse(of: Records, events: tuple[int, ...]) -> None:
    (seq,) = events
    bind = of.call(seq)
    assert (bind.name, bind.errno) == ("bind", None)
    assert not [c for c in of.calls("option") if c.seq < seq and c.args["optval"]
                and c.args["optname"] in ("SO_REUSEADDR", "SO_REUSEPORT")
                and c.args["fd"] == bind.args["fd"]]  # fmt: skip


def _everywhere(of: Records, events: tuple[int, ...]) -> None:
    (seq,) = events
    (told,) = of.call(seq).endpoints
    assert (told.local or "").startswith(("0.0.0.0:", "[::]:"))


def _open_at_exit(of: Records, events: tuple[int, ...]) -> None:
    end, *makers = events
    assert of.exit(end).status == 0
    for maker in map(of.call, makers):
        pair = maker.args.get("sv") or maker.args.get("fds") or [maker.result]
        closed = [c.args["fd"] for c in of.calls("close", pid=of.pid(of.exit(end).tid))
                  if c.start > (maker.end or 0)]  # fmt: skip
        assert set(pair) - set(closed)


def _never_closed(of: Records, events: tuple[int, ...]) -> None:
    told, accept = map(of.call, events)
    assert told.args["fd"] == accept.result
    assert told.result in (0, -1)
    assert not [c for c in of.calls("close", pid=of.pid(told.tid))
                if c.args["fd"] == accept.result and c.start > told.start]  # fmt: skip


def _kind(of: Records, events: tuple[int, ...]) -> None:
    kinds = {logical_event(of.call(event).name) for event in events}
    assert kinds <= {"accept", "bind", "spawn", "recv", "send", "select", "poll", "epoll wait"}


def _crash(of: Records, events: tuple[int, ...]) -> None:
    assert of.exit(events[0]).signal in ("SIGSEGV", "SIGABRT", "SIGFPE")


def _bind(of: Records, events: tuple[int, ...]) -> None:
    bind, listen = map(of.call, events)
    assert bind.errno
    assert listen.errno is None
    assert bind.args["fd"] == listen.args["fd"]


_SHOWS: Mapping[str, Callable[[Records, tuple[int, ...]], None]] = {
    "accept-unchecked": _accept_unchecked,
    "argument-race": _race,
    "bind-unchecked": _bind,
    "child-keeps-listening-socket": _keeps_listener,
    "child-never-reaped": _never_reaped,
    "closed-twice": _bad_number,
    "connection-leaked-by-parent": _leaked,
    "descriptor-never-closed": _never_closed,
    "descriptor-open-at-exit": _open_at_exit,
    "eintr-on-accept-ends-server": _eintr,
    "kind": _kind,
    "listens-on-every-interface": _everywhere,
    "no-so-reuseaddr": _no_reuse,
    "process-crashes": _crash,
    "readiness-loop-spins": _spins,
    "recv-error-ends-all": _recv_error,
    "select-beyond-fd-setsize": _select,
    "short-send-ignored": _short_send,
    "sigpipe-kills": _sigpipe_kills,
    "sigpipe-possible": _sigpipe,
    "thread-neither-joined-nor-detached": _never_joined,
    "used-after-close": _bad_number,
}


def prove(finding: Finding, trace: Trace) -> None:
    """Fail unless the trace shows what the finding says."""
    assert finding.events
    numbers = re.findall(r"events? (\d+)|to (\d+)\)", finding.sentence)
    assert {int(one or other) for one, other in numbers} <= set(finding.events)
    assert finding.sentence.endswith(".")
    _SHOWS[finding.id](Records(trace), finding.events)
