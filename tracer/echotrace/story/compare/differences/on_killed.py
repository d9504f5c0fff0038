"""What differs in who is killed: a signal ends a task that ends otherwise on the other side."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import PurePath

from echotrace.story.compare.differences.row_sentences import explained
from echotrace.story.compare.differences.sides import (
    Pair,
    Side,
    call_of,
    difference,
    function,
    is_call,
    shown,
)
from echotrace.story.compare.nouns import Difference
from echotrace.story.explain.text import plain
from echotrace.story.nouns import StoryEvent
from echotrace.trace import Exit, Signal


def killed(one: Side, other: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """A signal ends a process on one side, and none on the other."""
    ends = [_killed(side, pairs) for side in (one, other)]
    for (side, end), (across, theirs) in ((ends[0], ends[1]), (ends[1], ends[0])):
        if end is None or theirs is not None:
            continue
        record = end.record
        assert isinstance(record, Exit)
        process = side.story.roles.process(end.actor)
        delivered = _delivered(side, end, pairs)
        events = [delivered, end] if delivered else [end]
        said = f"{record.signal or 'a signal'} ends {process}"
        if delivered is not None:
            said = f"{explained(side, delivered)}, which ends {process}"
        otherwise = across.first("exit")
        does = across.so_far(f"no task of {across.name} ends so")
        if otherwise is not None:
            does = f"in {across.name} {explained(across, otherwise)} ({across.at(otherwise)})"
        yield difference(
            "killed",
            f"{said} ({side.at(*events)}{_after(side, events[0])}); {does}",
            *shown(side, events), *shown(across, [otherwise] if otherwise else []),
        )  # fmt: skip


def _killed(side: Side, pairs: Sequence[Pair]) -> tuple[Side, StoryEvent | None]:
    """The first end by a signal, but for those of threads that another one ends (exit_group)."""
    for event in _events(side, pairs):
        record = event.record
        if isinstance(record, Exit) and record.signal is not None:
            process = side.story.roles.process(event.actor)
            if process not in side.story.links.exit_calls:
                return side, event
    return side, None


def _delivered(side: Side, end: StoryEvent, pairs: Sequence[Pair]) -> StoryEvent | None:
    """The delivery of the signal, if it is in the same course."""
    found = [e for e in _events(side, pairs) if isinstance(e.record, Signal) and e.seq < end.seq]
    same = (e for e in reversed(found) if getattr(end.record, "signal", "") == _signal(e))
    return next((e for e in same if side.story.roles.process(e.actor) == _process(side, end)), None)


def _signal(event: StoryEvent) -> str | None:
    return event.record.signal if isinstance(event.record, Signal) else None


def _process(side: Side, event: StoryEvent) -> str:
    return side.story.roles.process(event.actor)


def _events(side: Side, pairs: Sequence[Pair]) -> list[StoryEvent]:
    found = (pair.left if side.position == 0 else pair.right for pair in pairs)
    return [event for event in found if event is not None]


def _after(side: Side, event: StoryEvent) -> str:
    """The last call before, with its line: what follows there has brought the signal."""
    events = side.story.events
    before = bisect_left(events, event.seq, key=attrgetter("seq"))
    last = next((e for e in reversed(events[:before]) if e.actor == event.actor), None)
    if last is None or not is_call(last) or last.end is None:
        return ""
    site = call_of(last).site
    line = f" at {plain(PurePath(site.file).name, 'line')}:{site.line}" if site else ""
    return f", after {function(last)}{line}"
