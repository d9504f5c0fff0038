"""A match in one sentence: where a course parts from what is expected of it, and why."""

from echotrace.functions import called
from echotrace.story.expect.fitting import fits
from echotrace.story.expect.nouns import Match
from echotrace.story.expect.pattern import ALL, Expected, Outcome
from echotrace.story.expect.way import Row
from echotrace.story.explain.text import count, listed
from echotrace.story.nouns import StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import Exit, Signal, Syscall

_MOST_EXPECTED = 4


def sentence(match: Match) -> str:
    """`#1 parts from the expectation after 2 steps: expected close in parent, but …`."""
    if match:
        return f"{match.name} matches in {count(len(match.matched), 'step')}"
    if match.is_absent:
        return f"there is no connection {match.name}"
    after = count(len(match.matched), "step") if match.matched else "no step"
    reason = _reason(match)
    return (
        f"{match.name} parts from the expectation after {after}: expected {alternatives(match)}, "
        f"but {_came(match)}{_change(match)}{f'; {reason}' if reason else ''}"
    )


def alternatives(match: Match) -> str:
    """What could have come: `shutdown, or send`."""
    words = list(dict.fromkeys(expected.words for expected in match.expected))
    if len(words) > _MOST_EXPECTED:
        words[_MOST_EXPECTED - 1 :] = [f"{len(words) - _MOST_EXPECTED + 1} others"]
    return " or ".join([*words, *(["the end"] if match.may_end else [])])


def _came(match: Match) -> str:
    if match.came is not None:
        return happening(match.came)
    connection = match.connection
    if connection is not None and connection.ended_by is None and not connection.datagram:
        return "the recording ends with the connection still open"
    return "nothing more comes"


def happening(event: StoryEvent) -> str:
    """An event with its outcome, and its number."""
    at = f"(event {event.seq})"
    match event.record:
        case Exit(signal=str(signal)):
            return f"{event.actor} is killed by {signal} {at}"
        case Exit() | Signal():
            return (
                f"{event.actor} {'ends' if isinstance(event.record, Exit) else 'is signalled'} {at}"
            )
        case Syscall() as call:
            return f"{_call(event.actor, call)} {at}"
        case _:
            return f"{event.actor} acts {at}"


def _call(actor: str, call: Syscall) -> str:
    function, kind = called(call), logical_event(call.name)
    if call.errno is not None:
        return f"{function} of {actor} fails with {call.errno}"
    if call.end is None and kind not in ("exit", "exec"):
        return f"{function} of {actor} has not returned"
    if kind in ("recv", "send"):
        return f"{function} of {actor} returns {call.result}"
    return f"{actor} calls {function}"


def _change(match: Match) -> str:
    """Whether what comes next is as expected but for a step that lacks, or is one too many."""
    match match.way[:1]:
        case [Row(step=None)] if match.came is not None and _later(match) is None:
            return ": a step is missing"
        case [Row(expected=None)]:
            return ": a step too many"
        case _:
            return ""


def _later(match: Match) -> StoryEvent | None:
    """The likeliest step, if it comes where it is not expected."""
    if not match.expected:
        return None
    odd = (row.step for row in match.way if row.step is not None and not row.fits)
    found = (step.event for step in odd if fits(match.expected[0], step, match.cast))
    return next(found, None)


def _reason(match: Match) -> str:
    """Why what is likeliest did not come, as far as the rest of the course and the state tell."""
    if not match.expected:
        return ""
    likeliest = match.expected[0]
    if (later := _later(match)) is not None:
        return f"{likeliest.words} comes later, as event {later.seq}"
    if likeliest.outcome == Outcome("=", ALL):
        return _unsent(match)
    return _kept(match, likeliest) if likeliest.name == "close" else ""


def _unsent(match: Match) -> str:
    """How many bytes have come in and not gone out again."""
    owed = [match.cast.bytes_owed[step.event.seq] for step, _ in match.matched
            if step.event.seq in match.cast.bytes_owed]  # fmt: skip
    left = owed[-1] if owed else 0
    if left == 0:
        return ""
    return f"{count(abs(left), 'byte')} {'too many have been' if left < 0 else 'not'} sent"


def _kept(match: Match, expected: Expected) -> str:
    """Who still holds the connection, and should have closed it, when its course is over."""
    story, connection = match.story, match.connection
    events = [step.event for step in (*(step for step, _ in match.matched), *match.rest)]
    if connection is None or connection.description is None or not events:
        return ""
    ends = [story.links.ends[event.actor] for event in events
            if event.actor in story.links.ends and event.logical == "exit"]  # fmt: skip
    last = max((*events, *ends), key=lambda event: event.seq)
    state = story.at(last.seq)
    held = state.by_description.get(connection.description)
    tasks = {table.number: table.tasks for table in state.tables}
    keepers = [
        (role, fd)
        for table, fd in (held.held if held else ())
        for role in [story.roles.of(tid, last.start) for tid in tasks[table][:1]]
        if role is not None and match.cast.plays(role, expected.who)
    ]
    if not keepers:
        return ""
    roles, fd = listed([role for role, _ in keepers]), keepers[0][1]
    kept = f"{roles} still {'has' if len(keepers) == 1 else 'have'} fd {fd} open"
    if match.came is None:
        return kept
    return f"{kept} when the course is over (event {last.seq}), so the connection stays open"
