"""Findings about failures that a server does not notice, or does not survive."""

from collections.abc import Iterator

from echotrace.story.findings.evidence import Evidence
from echotrace.story.findings.nouns import Finding
from echotrace.trace import Exit, Signal

#: Signals by which a program ends through its own fault (signal(7)).
_FAULTS = frozenset({"SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "SIGSYS"})


def crashes(evidence: Evidence) -> Iterator[Finding]:
    """A fault of the program's own ends one of its processes."""
    for event in evidence.story.events:
        record = event.record
        if not isinstance(record, Exit) or record.signal not in _FAULTS:
            continue
        got = [e for e in evidence.signals.get(event.actor, ()) if _is(e.record, record.signal)]
        calls = evidence.by_actor.get(event.actor, ())
        last = "; its last call was {0.function} (event {0.seq})".format(calls[-1]) if calls else ""
        yield evidence.finding(
            "process-crashes",
            f"{record.signal} ends {event.actor} (event {event.seq}){last}.",
            event.seq, *(e.seq for e in got[-1:]), *(call.seq for call in calls[-1:]),
        )  # fmt: skip
        return


def _is(record: object, signal: str | None) -> bool:
    return isinstance(record, Signal) and record.signal == signal


def bind_unchecked(evidence: Evidence) -> Iterator[Finding]:
    """bind fails, and the same socket listens all the same: on a port that nobody asked for."""
    failed = {call.uses: call for call in evidence.of("bind") if call.failed}
    for call in evidence.of("listen"):
        bind = failed.get(call.uses) if call.uses is not None else None
        if bind is None or call.failed or bind.seq > call.seq or _bound(evidence, call.uses):
            continue
        yield evidence.finding(
            "bind-unchecked",
            f"bind fails with {bind.record.errno} (event {bind.seq}), and {call.actor} calls "
            f"listen all the same (event {call.seq}): the kernel picks another port.",
            bind.seq, call.seq,
        )  # fmt: skip
        return


def _bound(evidence: Evidence, description: int | None) -> bool:
    return any(call.uses == description and not call.failed for call in evidence.of("bind"))
