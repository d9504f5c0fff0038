"""What the line says that stands in place of rows that are left out."""

from collections import Counter
from collections.abc import Iterable, Iterator

from echotrace.functions import called
from echotrace.story.nouns import StoryEvent
from echotrace.trace import ClientStep, Syscall
from echotrace.views import words

_MOST_CALLS = 6


def told(rows: int, events: Iterable[StoryEvent]) -> str:
    """How many rows, and whose: `… 64 more rows, events 40 to 72: 16 recv/send pairs`."""
    left = list({event.seq: event for event in events}.values())
    what = ", ".join(_kinds(left))
    return f"… {words.count(rows, 'more row')}{where(left)}{': ' if what else ''}{what}"


def again(rows: int, times: int) -> str:
    """How often some rows are there again: `… the same 2 rows 1,019 more times`."""
    return f"… the same {'row' if rows == 1 else f'{rows} rows'} {words.count(times, 'more time')}"


def where(events: Iterable[StoryEvent]) -> str:
    """Which events they are: `, events 60 to 2097`; empty if there are none."""
    numbers = [event.seq for event in events]
    return f", events {min(numbers)} to {max(numbers)}" if numbers else ""


def _kinds(events: Iterable[StoryEvent]) -> Iterator[str]:
    records = [event.record for event in events]
    calls = [words.safe(called(each)) for each in records if isinstance(each, Syscall)]
    pair = "/".join(dict.fromkeys(calls))
    if calls and calls == calls[:2] * (len(calls) // 2) and calls[0] != calls[1]:
        yield words.count(len(calls) // 2, f"{pair} pair")
    else:
        most = Counter(calls).most_common()
        yield from (f"{count:,} {name}" for name, count in most[:_MOST_CALLS])
        if rest := sum(count for _, count in most[_MOST_CALLS:]):
            yield words.count(rest, "other call")
    if steps := sum(isinstance(each, ClientStep) for each in records):
        yield words.count(steps, "client step")
