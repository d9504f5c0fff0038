"""Find the bug: one that the trace shows, or that it would show if some calls were left out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from echotrace.story.essentials import is_essential
from echotrace.story.findings.check import findings
from echotrace.story.findings.nouns import Finding, Severity
from echotrace.story.nouns import LISTENER, Story, StoryEvent
from echotrace.story.quiz.changes import without
from echotrace.story.quiz.ground import Ground
from echotrace.story.quiz.nouns import Asked
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall

#: What is asked for; of each row one at most is offered, for the others would be right as well.
OFFERED: Sequence[Sequence[str]] = (
    ("connection-leaked-by-parent", "descriptor-never-closed", "descriptor-open-at-exit"),
    ("child-never-reaped",),
    ("child-keeps-listening-socket",),
    ("closed-twice",),
    ("used-after-close",),
    ("thread-neither-joined-nor-detached",),
    ("short-send-ignored",),
    ("argument-race",),
    ("readiness-loop-spins",),
    ("no-so-reuseaddr",),
)
#: The tasks without which a bug would be no likely one, by how their roles begin.
_TAKES: Mapping[str, str] = {
    "child-never-reaped": "P",
    "child-keeps-listening-socket": "P",
    "thread-neither-joined-nor-detached": "T",
    "argument-race": "T",
}
_CHOICES = 4
#: A longer trace is not replayed again and again for a question.
_MOST_EVENTS = 2_000


@dataclass(frozen=True)
class _Change:
    """Calls to leave out, and the time up to which the program would go on as it did."""

    left_out: tuple[int, ...]
    until: int


def candidates(ground: Ground) -> Iterator[Asked]:
    """One for each bug of a server, and one for each that leaving out calls brings about."""
    for side, story in ground.sides:
        if not story.connections or len(story.events) > _MOST_EVENTS:
            continue
        found = findings(story)
        for finding in found:
            if finding.severity is not Severity.NOTE:
                yield from _asked(side, story, finding, found)
        for change in _changes(story):
            yield from _of_change(side, story, change, found)


def _of_change(
    side: int, story: Story, change: _Change, always: Sequence[Finding]
) -> Iterator[Asked]:
    """Asks for the one bug that the change brings about; those that there are `always` are none."""
    changed = without(story, change.left_out, change.until)
    if len(changed.doubts) > len(story.doubts):
        return
    found = findings(changed)
    before = {finding.id for finding in findings(without(story, (), change.until))}
    new = [each for each in found if each.id not in before and each.severity is not Severity.NOTE]
    if len(new) == 1:
        goes_on = _goes_on(changed, story.event(change.left_out[0]))
        if goes_on is not None:
            yield from _asked(side, story, new[0], [*found, *always], change, goes_on)


def _goes_on(changed: Story, left_out: StoryEvent) -> int | None:
    """What its task does next instead of a call: only that shows that the call is missing."""
    after = (
        event.seq
        for event in changed.events
        if event.actor == left_out.actor and event.start > left_out.start and is_essential(event)
    )
    return next(after, None)


def _asked(
    side: int,
    story: Story,
    finding: Finding,
    found: Sequence[Finding],
    change: _Change | None = None,
    least: int = 0,
) -> Iterator[Asked]:
    choices = _choices(finding.id, {each.id for each in found}, story)
    if finding.id not in choices:
        return
    yield Asked(
        "bug", side, max(*finding.events, least), "changed" if change else "shown", finding.id,
        facts={
            "sentence": finding.sentence, "remedy": finding.remedy, "cost": finding.cost,
            "left_out": ", ".join(map(str, change.left_out)) if change else "",
        },
        choices=choices,
        evidence=tuple(sorted(finding.events)),
        left_out=change.left_out if change else (),
        until=change.until if change else None,
    )  # fmt: skip


def _choices(answer: str, found: set[str], story: Story) -> tuple[str, ...]:
    """The answer among others that were not found, likely ones first."""
    rows = [next((each for each in row if each == answer), row[0]) for row in OFFERED]
    kinds = {role[0] for role in story.roles.names if role != "P0"}
    wrong = [each for each in rows if each != answer and each not in found]
    wrong.sort(key=lambda each: _TAKES.get(each, "") not in {"", *kinds})
    kept = {answer, *wrong[: _CHOICES - 1]}
    return tuple(each for each in rows if each in kept)


def _changes(story: Story) -> Iterator[_Change]:
    """What a student may have forgotten: to close, in the one or the other, or to wait."""
    end = max((event.end or event.start for event in story.events), default=0)
    closes = [event for event in story.events if _is(event, "close") and not _is_watched(event)]
    kept = [event for event in closes if _frees(story, event, last=False)]
    last = [event for event in closes if _frees(story, event, last=True)]
    listening = [event for event in kept if event.place == LISTENER]
    reaps = [e for e in story.events if _is(e, "wait") and e.touch and e.touch.reaped]
    for left_out in ([e for e in kept if e.place != LISTENER], last):
        if left_out:
            seqs = tuple(event.seq for event in left_out)
            until = _next_number(story, left_out[0], end)
            yield _Change(tuple(seq for seq in seqs if story.event(seq).start <= until), until)
    for left_out in (listening, reaps):
        if left_out:
            yield _Change(tuple(event.seq for event in left_out), end)


def _is(event: StoryEvent, logical: str) -> bool:
    call = event.record
    return isinstance(call, Syscall) and logical_event(call.name) == logical and not call.errno


def _is_watched(close: StoryEvent) -> bool:
    """Whether an interest list has the descriptor: left open it would be reported for ever."""
    return any(freed.watched for freed in (close.touch.freed if close.touch else ()))


def _frees(story: Story, event: StoryEvent, *, last: bool) -> bool:
    """Whether a close gives up a reference to a socket of the server, the last one or another."""
    freed = event.touch.freed if event.touch else ()
    return any(
        each.description.id in story.places and bool(each.left) is not last for each in freed
    )


def _next_number(story: Story, close: StoryEvent, end: int) -> int:
    """Just before the process is given its next descriptor: that would have another number."""
    process = story.roles.process(close.actor)
    later = (
        event.end
        for event in story.events
        if event.touch is not None and event.touch.made and event.end is not None
        if event.end > close.start and story.roles.process(event.actor) == process
    )
    return next(later, end + 1) - 1
