"""What differs in what happens to a server whose client is gone: EPIPE alone, or SIGPIPE too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from echotrace.story.compare.differences.sides import Pair, Side, call_of, difference, of_datagrams
from echotrace.story.compare.nouns import Difference
from echotrace.story.findings.dispositions import Dispositions, does
from echotrace.story.findings.evidence import Evidence
from echotrace.story.nouns import StoryEvent


@dataclass(frozen=True)
class _Guard:
    """What keeps a side from SIGPIPE, if anything: the clause that says so, and the event."""

    how: str
    clause: str
    event: StoryEvent


def clients_gone(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """SIGPIPE is kept off by a flag, by an action for the signal, or not at all (send(2))."""
    sends = [side.first("send") for side in (one, other)]
    if sends[0] is None or sends[1] is None or any(of_datagrams(e) for e in sends if e):
        return
    if 1 not in {event.place.connection for event in sends if event}:
        return  # one connection tells it: to look at each would cost time
    mine, your = _guard(one, sends[0]), _guard(other, sends[1])
    if mine.how == your.how:
        return
    unguarded = [side.name for side, own in ((one, mine), (other, your)) if own.how == "default"]
    so = (
        f"SIGPIPE ends the process in {unguarded[0]}"
        if unguarded
        else "no signal ends the process on either side"
    )
    yield difference(
        "flags" if "flag" in (mine.how, your.how) else "signals",
        f"{mine.clause}; {your.clause}; when a send fails with EPIPE, for the client is gone, {so}",
        (one, sends[0]), (other, sends[1]), (one, mine.event), (other, your.event),
    )  # fmt: skip


def _guard(side: Side, send: StoryEvent) -> _Guard:
    if "MSG_NOSIGNAL" in str(call_of(send).args.get("flags")):
        return _Guard("flag", f"{side.name} sends with MSG_NOSIGNAL ({side.at(send)})", send)
    dispositions = Dispositions(Evidence(side.story))
    process = side.story.roles.process(send.actor)
    action = dispositions.action(process, "SIGPIPE", send.seq)
    if dispositions.is_default(process, "SIGPIPE", send.seq):
        clause = (
            f"{side.name} sends without MSG_NOSIGNAL ({side.at(send)}), and SIGPIPE has its "
            "default action"
        )
        return _Guard("default", clause, send)
    if action is None:
        return _Guard("action", f"{side.name} has an action for SIGPIPE, set before", send)
    what = "ignores" if does(action) == "SIG_IGN" else "handles"
    by_python = side.story.trace.header.language == "python" and action.record.site is None
    who = ", as Python's interpreter does when it starts" if by_python else ""
    clause = f"{side.name} {what} SIGPIPE ({side.at(action.event)}){who}"
    return _Guard("action", clause, action.event)
