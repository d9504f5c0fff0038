"""Findings about waiting for many descriptors at once."""

from collections.abc import Iterator

from echotrace.story.findings.evidence import Call, Evidence
from echotrace.story.findings.nouns import Finding

#: Bits of an fd_set (select(2)).
_FD_SETSIZE = 1024
#: Calls in a row that got nothing done before we speak of a loop.
_FUTILE = 20
_WAITS = ("select", "poll", "epoll wait")


def select_beyond_fd_setsize(evidence: Evidence) -> Iterator[Finding]:
    """select is told to look at numbers that no fd_set holds."""
    for call in evidence.of("select"):
        highest = call.record.args.get("nfds")
        if isinstance(highest, int) and highest > _FD_SETSIZE:
            yield evidence.finding(
                "select-beyond-fd-setsize",
                f"{call.actor} calls select for descriptors up to {highest - 1} "
                f"(event {call.seq}); an fd_set ends at {_FD_SETSIZE - 1}.",
                call.seq,
            )
            return


def readiness_loop_spins(evidence: Evidence) -> Iterator[Finding]:
    """Call after call of one task gets nothing done, and none of them waits."""
    for actor, calls in evidence.by_actor.items():
        run: list[Call] = []
        answers: set[str] = set()
        for call in calls:
            if not _is_futile(evidence, call, answers):
                run, answers = [], set()
                continue
            run.append(call)
            if len(run) >= _FUTILE:
                names = ", ".join(dict.fromkeys(c.record.name for c in run))
                yield evidence.finding(
                    "readiness-loop-spins",
                    f"{actor} makes {_FUTILE} calls in a row ({names}) that get nothing done and "
                    f"wait for nothing (events {run[0].seq} to {run[-1].seq}).",
                    run[0].seq, run[-1].seq,
                )  # fmt: skip
                return


def _is_futile(evidence: Evidence, call: Call, answers: set[str]) -> bool:
    """EAGAIN, or the answer again that an earlier wait gave at once; `answers` remembers those."""
    if call.record.errno in ("EAGAIN", "EWOULDBLOCK"):
        return True
    if call.kind not in _WAITS or call.failed or _waited(evidence, call):
        return False
    answer = f"{call.record.name} {call.record.result} {call.record.args}"
    known = answer in answers or not answers
    answers.add(answer)
    return known


def _waited(evidence: Evidence, call: Call) -> bool:
    """Whether something else happened before the call returned, or it took its time."""
    end = call.event.end
    if end is None:
        return True
    following = evidence.story.by_seq.get(call.seq + 1)
    return end - call.event.start > 1_000_000 or (following is not None and following.start < end)
