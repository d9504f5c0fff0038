"""Findings about descriptor numbers: one that was given back is used as if it were still open."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from echotrace.story.findings.calls import Call
from echotrace.story.findings.evidence import Evidence
from echotrace.story.findings.exits import exit_after
from echotrace.story.findings.nouns import Finding
from echotrace.story.stale import Stale

#: Closes of numbers one after the other: a process that begins closes all there may be.
_SWEEP = 5
#: To ask whether a number is open is no use of it.
_PROBES = frozenset({"control", "file", "name"})
#: Where a call that waits for many descriptors names them.
_IN = {"select": " in its sets", "poll": " in its list"}


def closed_or_used_again(evidence: Evidence) -> Iterator[Finding]:
    """A call names a number that the same process had closed, and the kernel refuses it."""
    swept = _sweeps(evidence)
    said: set[str] = set()
    for seq, stale in evidence.story.links.stale.items():
        call = evidence.call(seq)
        if call is None or call.kind in _PROBES or seq in swept:
            continue
        name = "closed-twice" if call.kind == "close" else "used-after-close"
        if name not in said:
            yield _of_bad_number(evidence, name, call, stale[0])
        said.add(name)


def _sweeps(evidence: Evidence) -> frozenset[int]:
    """The closes that are part of closing a whole range, whatever is open there."""
    found: set[int] = set()
    for calls in evidence.by_actor.values():
        run: list[Call] = []
        for one, other in pairwise(calls):
            if _is_next(one, other):
                run = run or [one]
                run.append(other)
            else:
                found.update(_if_long(run))
                run = []
        found.update(_if_long(run))
    return frozenset(found)


def _is_next(one: Call, other: Call) -> bool:
    near = isinstance(one.fd, int) and isinstance(other.fd, int) and abs(one.fd - other.fd) == 1
    return near and one.kind == other.kind == "close"


def _if_long(run: Sequence[Call]) -> Iterator[int]:
    return (call.seq for call in run) if len(run) >= _SWEEP else iter(())


def _of_bad_number(evidence: Evidence, name: str, call: Call, stale: Stale) -> Finding:
    closer = stale.closer
    who = "it" if closer.actor == call.actor else closer.actor
    does = f"calls {call.function} with fd {stale.fd}"
    if name == "closed-twice":
        does = f"closes fd {stale.fd} again"
    answer = "POLLNVAL" if call.kind == "poll" else "EBADF"
    leaves = exit_after(evidence, call)
    ends = f", and {call.actor} ends the process (event {leaves.seq})" if leaves else ""
    return evidence.finding(
        name,
        f"{call.actor} {does}{_IN.get(call.kind, '')} (event {call.seq}), which {who} had closed "
        f"(event {closer.seq}): the kernel answers {answer}{ends}.",
        call.seq, closer.seq, *([leaves.seq] if leaves else []),
    )  # fmt: skip
