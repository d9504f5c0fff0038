"""Findings about results: what a server does when a call fails, or does less than it was asked."""

from bisect import bisect_right
from collections.abc import Iterator
from operator import attrgetter

from echotrace.story.findings.evidence import MOVES, Call, Evidence
from echotrace.story.findings.nouns import Finding
from echotrace.trace import Exit, Signal

_INTERRUPTED = ("EINTR", "ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND")
_NOT_NOW = ("EAGAIN", "EWOULDBLOCK", "EINPROGRESS")


def short_send_ignored(evidence: Evidence) -> Iterator[Finding]:
    """send takes fewer bytes than it is given, and the rest is never sent."""
    for call in evidence.of("send"):
        asked, sent = call.record.args.get("len", call.record.args.get("count")), call.record.result
        if not isinstance(asked, int) or sent is None or call.failed or not 0 < sent < asked:
            continue
        if call.event.place.connection is None or _sends_the_rest(evidence, call, asked - sent):
            continue
        how = "as echotrace made it do" if call.injected else "as the send buffer was full"
        yield evidence.finding(
            "short-send-ignored",
            f"{call.actor}'s send takes {sent} of {asked} bytes (event {call.seq}), {how}, and "
            f"{call.actor} never sends the other {asked - sent}.",
            call.seq,
        )
        return


def _sends_the_rest(evidence: Evidence, call: Call, rest: int) -> bool:
    """Whether the next send on the same connection is the rest; True if the trace is cut off."""
    touch = call.event.touch
    calls = evidence.using(touch.used.id) if touch and touch.used else []
    for other in calls[bisect_right(calls, call.seq, key=attrgetter("seq")) :]:
        if other.kind == "send":
            asked = other.record.args.get("len", other.record.args.get("count"))
            return not isinstance(asked, int) or asked == rest or other.record.result is None
        if other.kind == "recv" and other.record.result:
            return False
    return evidence.story.trace.end is None


def accept_unchecked(evidence: Evidence) -> Iterator[Finding]:
    """After a failed accept the server goes on as if it had a connection."""
    for call in evidence.of("accept"):
        if not call.failed or call.record.errno in _INTERRUPTED:
            continue
        for other in evidence.after(call):
            if other.kind == "accept":
                break
            if other.kind == "spawn" or other.fd == -1:
                what = (
                    f"calls {other.record.name} with fd -1"
                    if other.fd == -1
                    else f"makes a task with {other.record.name}"
                )
                yield evidence.finding(
                    "accept-unchecked",
                    f"accept fails with {call.record.errno} (event {call.seq}), and {call.actor} "
                    f"{what} as if there were a connection (event {other.seq}).",
                    call.seq, other.seq,
                )  # fmt: skip
                return


def eintr_ends_server(evidence: Evidence) -> Iterator[Finding]:
    """accept is interrupted by a signal with a handler, and the process ends."""
    for call in evidence.of("accept"):
        if call.record.errno not in _INTERRUPTED:
            continue
        if any(other.kind == "accept" for other in evidence.after(call)):
            continue
        handler = _interrupting_handler(evidence, call)
        exits = [other for other in evidence.after(call) if other.kind == "exit"]
        if handler is None or not exits or not exits[0].record.args.get("status"):
            continue
        yield evidence.finding(
            "eintr-on-accept-ends-server",
            f"accept is interrupted (EINTR, event {call.seq}), as {call.actor} has a handler "
            f"without SA_RESTART (event {handler}), and {call.actor} ends the server "
            f"(event {exits[0].seq}).",
            call.seq, exits[0].seq, handler,
        )  # fmt: skip
        return


def _interrupting_handler(evidence: Evidence, call: Call) -> int | None:
    """The sigaction(2) of a handler that interrupts calls: EINTR needs one (signal(7))."""
    for other in evidence.of("signal"):
        act = other.record.args.get("act")
        if other.seq > call.seq or not isinstance(act, dict):
            continue
        if act.get("handler") == "function" and "SA_RESTART" not in str(act.get("flags")):
            return other.seq
    return None


def sigpipe(evidence: Evidence) -> Iterator[Finding]:
    """SIGPIPE ends a process, or would: a send without MSG_NOSIGNAL, and no one ignores it."""
    for event in evidence.story.events:
        record = event.record
        if isinstance(record, Signal) and record.signal == "SIGPIPE":
            end = next((e for a, e in evidence.exits.items() if _killed(evidence, a, event)), None)
            if end is not None:
                yield evidence.finding(
                    "sigpipe-kills",
                    f"{event.actor} sends to a client that is gone and gets SIGPIPE "
                    f"(event {event.seq}), which ends it (event {end.seq}).",
                    event.seq, end.seq,
                )  # fmt: skip
                return
    protected: set[str] = set()
    for call in evidence.of("send"):
        process = evidence.process(call.actor)
        if call.event.place.connection is None or "MSG_NOSIGNAL" in call.flags:
            continue
        if process in protected:
            continue
        if _is_protected(evidence, call):
            protected.add(process)
            continue
        yield evidence.finding(
            "sigpipe-possible",
            f"{call.actor} calls {call.record.name} without MSG_NOSIGNAL (event {call.seq}), and "
            "SIGPIPE has its default action, which ends the process.",
            call.seq,
        )
        return


def _killed(evidence: Evidence, actor: str, event: object) -> bool:
    end = evidence.exits[actor]
    record = end.record
    same = getattr(event, "actor", None)
    return (
        isinstance(record, Exit)
        and record.signal == "SIGPIPE"
        and evidence.process(actor) == evidence.process(str(same))
    )


def _is_protected(evidence: Evidence, call: Call) -> bool:
    """Whether the process ignores or handles SIGPIPE as it makes the call (sigaction(2))."""
    state = evidence.story.before(call.seq)
    task = state.by_tid.get(call.record.tid)
    process = state.by_pid.get(task.pid) if task else None
    return process is None or process.dispositions.get("SIGPIPE", "SIG_DFL") != "SIG_DFL"


def recv_error_ends_all(evidence: Evidence) -> Iterator[Finding]:
    """A recv fails on one connection, and the process ends with all that it serves."""
    for call in evidence.of("recv"):
        if not call.failed or call.record.errno in (*_INTERRUPTED, *_NOT_NOW):
            continue
        if call.event.place.connection is None:
            continue
        leaving = _next_exit(evidence, call)
        if leaving is None:
            continue
        lost = _lost(evidence, call, evidence.process(call.actor))
        if lost:
            yield evidence.finding(
                "recv-error-ends-all",
                f"recv fails on connection {call.event.place.name} with {call.record.errno} "
                f"(event {call.seq}), and {call.actor} ends the whole process (event "
                f"{leaving.seq}): that closes {lost}.",
                call.seq, leaving.seq,
            )  # fmt: skip
            return


def _next_exit(evidence: Evidence, call: Call) -> Call | None:
    """exit_group by the same task, if it does nothing else with clients before."""
    for other in evidence.after(call):
        if other.record.name == "exit_group":
            return other if other.record.args.get("status") else None
        if other.kind in MOVES and other.event.place.connection is not None:
            return None
        if other.kind == "accept":
            return None
    return None


def _lost(evidence: Evidence, call: Call, process: str) -> str:
    """What the end of a process closes for good, apart from the connection that failed."""
    ends = [e for a, e in evidence.exits.items() if evidence.process(a) == process]
    freed = [f for end in ends if end.touch for f in end.touch.freed if not f.left]
    listening = {entry.description for entry in evidence.story.listeners}
    numbers = {c.description: c.place for c in evidence.story.connections}
    others = [
        f"connection {place.name}"
        for f in freed
        if (place := numbers.get(f.description.id)) and place != call.event.place
    ]
    if any(f.description.id in listening for f in freed):
        others.append("the listening socket")
    return " and ".join(others[:3])
