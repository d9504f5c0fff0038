"""Findings about descriptor numbers: one that was given back is used as if it were still open."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from echotrace.story.findings.calls import Call
from echotrace.story.findings.evidence import Evidence
from echotrace.story.findings.nouns import Finding

#: A descriptor number of a process.
_Number: TypeAlias = tuple[str, int]
#: Closes of numbers one after the other: a process that begins closes all there may be.
_SWEEP = 5
#: To ask whether a number is open is no use of it.
_PROBES = frozenset({"control", "file", "name"})


def closed_or_used_again(evidence: Evidence) -> Iterator[Finding]:
    """A number fails with EBADF that the same process had closed before."""
    closed: dict[_Number, Call] = {}
    made: dict[_Number, int] = {}
    swept = _sweeps(evidence)
    said: set[str] = set()
    for call in evidence.calls:
        process = evidence.process(call.actor)
        if call.record.errno == "EBADF" and isinstance(call.fd, int):
            before = closed.get((process, call.fd))
            again = made.get((process, call.fd), 0)
            name = "closed-twice" if call.kind == "close" else "used-after-close"
            meant = not call.injected and call.kind not in _PROBES and call.seq not in swept
            if before and meant and not before.event.start < again <= call.event.start:
                if name not in said:
                    yield _of_bad_number(evidence, name, call, before)
                said.add(name)
        touch = call.event.touch
        if touch is not None:
            closed.update(((process, freed.fd), call) for freed in touch.freed)
            made.update(((process, fd), call.event.end or 0) for fd, _ in touch.made)


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


def _of_bad_number(evidence: Evidence, name: str, call: Call, before: Call) -> Finding:
    who = "it" if before.actor == call.actor else before.actor
    does = {
        "closed-twice": f"closes fd {call.fd} again",
        "used-after-close": f"calls {call.function} with fd {call.fd}",
    }
    return evidence.finding(
        name,
        f"{call.actor} {does[name]} (event {call.seq}), which {who} had closed (event "
        f"{before.seq}): the kernel answers EBADF.",
        call.seq, before.seq,
    )  # fmt: skip
