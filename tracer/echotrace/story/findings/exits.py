"""Whether a process ends because of one call, or because of what comes after it."""

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.story.findings.calls import MOVES, Call
from echotrace.story.findings.evidence import Evidence

#: Whoever comes to wait or to accept goes on serving.
_GOES_ON = WAITS_FOR_READINESS | {"accept", "spawn"}
#: What fails while a program only says why it ends: isatty, a traceback that looks for its source.
_FAILS_UNNOTICED = frozenset({"control", "file", "open", "name"})


def exit_after(evidence: Evidence, call: Call) -> Call | None:
    """exit_group by the same task with a status that is no success, for no other reason it seems.

    The task neither goes on serving before it, nor does any other call fail. It may close what it
    has, as an interpreter does at its end.
    """
    for other in evidence.after(call):
        if other.record.name == "exit_group":
            return other if other.record.args.get("status") else None
        serves = other.kind in MOVES and other.uses in evidence.connection_of
        fails = other.failed and other.kind not in _FAILS_UNNOTICED
        if serves or fails or other.kind in _GOES_ON:
            return None
    return None
