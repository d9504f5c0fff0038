"""Findings about errors: what a server does when accept or recv fails."""

from collections.abc import Iterator

from echotrace.story.findings.calls import INTERRUPTED, MOVES, NOT_NOW, Call, following
from echotrace.story.findings.dispositions import Dispositions, does
from echotrace.story.findings.evidence import Evidence
from echotrace.story.findings.nouns import Finding
from echotrace.story.nouns import StoryEvent

#: They ask a server to end: that it does so is no bug.
_ASKS_TO_END = frozenset({"SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP"})


def accept_unchecked(evidence: Evidence) -> Iterator[Finding]:
    """After a failed accept the server goes on as if it had a connection, with the result -1."""
    for call in evidence.of("accept"):
        if not call.failed or call.record.errno in NOT_NOW:  # which event loops see all the time
            continue
        use = _use_of_nothing(evidence, call)
        if use is not None:
            yield evidence.finding(
                "accept-unchecked",
                f"{call.function} fails with {call.record.errno} (event {call.seq}), and "
                f"{use.actor} calls {use.function} with fd -1 as if there were a connection "
                f"(event {use.seq}).",
                call.seq, use.seq,
            )  # fmt: skip
            return


def _use_of_nothing(evidence: Evidence, accept: Call) -> Call | None:
    """A call with the descriptor -1 before the next accept, also by a task made meanwhile."""
    for call in evidence.after(accept):
        if call.kind == "accept":
            return None
        if _names_nothing(call):
            return call
        if call.kind == "spawn" and not call.failed:
            own = following(evidence.by_actor.get(evidence.made(call), ()), call.seq)
            use = next(filter(_names_nothing, own), None)
            if use is not None:
                return use
    return None


def _names_nothing(call: Call) -> bool:
    return call.fd == -1 or call.record.args.get("target") == -1


def eintr_ends_server(evidence: Evidence) -> Iterator[Finding]:
    """accept is interrupted by a signal with a handler, and the process ends."""
    dispositions = Dispositions(evidence)
    last = {call.actor: call for call in evidence.of("accept")}
    for actor, call in last.items():
        signal = _signal_in(evidence, call)
        name = getattr(signal.record, "signal", "") if signal else ""
        if signal is None or name in _ASKS_TO_END:
            continue
        handler = dispositions.action(evidence.process(actor), name, call.seq)
        leaves = next((c for c in evidence.after(call) if c.record.name == "exit_group"), None)
        if handler is None or leaves is None or not _interrupts(handler):
            continue
        yield evidence.finding(
            "eintr-on-accept-ends-server",
            f"{name} (event {signal.seq}) interrupts {call.function} (event {call.seq}), since "
            f"its handler is set without SA_RESTART (event {handler.seq}), and {actor} ends the "
            f"server (event {leaves.seq}).",
            call.seq, signal.seq, leaves.seq, handler.seq,
        )  # fmt: skip
        return


def _signal_in(evidence: Evidence, call: Call) -> StoryEvent | None:
    """The signal that interrupted a call: the first that its task was given since it began."""
    if call.record.errno not in INTERRUPTED or call.injected:
        return None
    signals = evidence.signals.get(call.actor, ())
    return next((signal for signal in signals if signal.seq > call.seq), None)


def _interrupts(action: Call) -> bool:
    return does(action) == "function" and "SA_RESTART" not in str(action.record.args["act"])


def recv_error_ends_all(evidence: Evidence) -> Iterator[Finding]:
    """A recv fails on one connection, and the process ends with all that it serves."""
    for call in evidence.of("recv"):
        failed = call.failed and call.record.errno not in (*INTERRUPTED, *NOT_NOW)
        if not failed or call.uses not in evidence.connection_of:
            continue
        leaves = _next_exit(evidence, call)
        lost = _lost(evidence, call) if leaves else ""
        if leaves is not None and lost:
            yield evidence.finding(
                "recv-error-ends-all",
                f"{call.function} fails on connection {call.event.place.name} with "
                f"{call.record.errno} (event {call.seq}), and {call.actor} ends the whole process "
                f"(event {leaves.seq}): that closes {lost}.",
                call.seq, leaves.seq,
            )  # fmt: skip
            return


def _next_exit(evidence: Evidence, call: Call) -> Call | None:
    """exit_group by the same task, with a status that is no success, if it serves nobody else."""
    for other in evidence.after(call):
        if other.record.name == "exit_group":
            return other if other.record.args.get("status") else None
        serves = other.kind in MOVES and other.uses in evidence.connection_of
        if serves or other.kind == "accept":
            return None
    return None


def _lost(evidence: Evidence, call: Call) -> str:
    """What the end of the process closes for good, apart from the connection that failed."""
    ends = evidence.ends.get(evidence.process(call.actor), ())
    freed = [
        f.description.id for end in ends if end.touch for f in end.touch.freed
        if not f.left and f.description.id != call.uses
    ]  # fmt: skip
    connections = [
        evidence.connection_of[d].place.name for d in freed if d in evidence.connection_of
    ]
    lost = [f"connection {name}" for name in connections[:3]]
    lost += ["further connections"] * (len(connections) > 3)
    lost += ["the listening socket"] * any(d in evidence.listening for d in freed)
    return " and ".join(lost)
