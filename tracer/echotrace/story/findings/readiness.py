"""Findings about waiting for many descriptors at once."""

from collections.abc import Iterator, Sequence

from echotrace.effort import Effort, effort
from echotrace.story.findings.calls import Call
from echotrace.story.findings.evidence import Evidence
from echotrace.story.findings.nouns import Finding

#: Bits of an fd_set (select(2)).
_FD_SETSIZE = 1024
#: Calls in a row that got nothing done before we speak of a loop.
_FUTILE = 20
#: A task that sleeps or computes so long between two calls does not spin (ns).
_PAUSE = 1_000_000


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
        run = next((run for run in _futile_runs(evidence, calls) if len(run) >= _FUTILE), None)
        if run is None:
            continue
        names = ", ".join(sorted({call.function for call in run}))
        yield evidence.finding(
            "readiness-loop-spins",
            f"{actor} makes {len(run):,} calls in a row ({names}) that get nothing done and wait "
            f"for nothing (events {run[0].seq} to {run[-1].seq}).",
            run[0].seq, run[-1].seq,
        )  # fmt: skip
        return


def _futile_runs(evidence: Evidence, calls: Sequence[Call]) -> Iterator[list[Call]]:
    """Runs of futile calls between which a task neither gets on nor rests."""
    run: list[Call] = []
    before: int | None = 0
    for call in calls:
        came = effort(call.record)
        waited = _waited(evidence, call)
        paused = before is None or call.event.start - before > _PAUSE
        if came is Effort.PROGRESS or _gives_up(evidence, call) or paused or waited:
            yield run
            run = []
        if came is Effort.FUTILE and not waited:
            run.append(call)
        before = call.event.end
    yield run


def _gives_up(evidence: Evidence, call: Call) -> bool:
    """Whether the call lets go of a connection: one after the other, when many clients leave."""
    freed = call.event.touch.freed if call.event.touch else ()
    return any(each.description.id in evidence.connection_of for each in freed)


def _waited(evidence: Evidence, call: Call) -> bool:
    """Whether the call waited for something outside, or for its time to be over."""
    start, end = call.event.start, call.event.end
    if end is None:
        return True
    return end - start > _PAUSE or evidence.client_acts_between(start, end)
