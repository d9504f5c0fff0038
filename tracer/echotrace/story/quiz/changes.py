"""Traces that were never recorded: what would be if some calls had not been made.

Only what the kernel keeps can be worked out so, and only while the program would have gone on in
the same way. Who changes a trace has to see to that.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import End, Record, Syscall


def without(story: Story, left_out: Collection[int], until: int) -> Story:
    """The story up to the time `until` (ns), without the calls of these numbers."""
    kept = [record for record in story.trace.records if not _is_left_out(record, left_out)]
    records = tuple(_cut(kept, until))
    calls = sum(isinstance(record, Syscall) for record in records)
    return replay(replace(story.trace, records=(*records, End(calls, until))))


def _is_left_out(record: Record, left_out: Collection[int]) -> bool:
    return isinstance(record, Syscall) and record.seq in left_out


def _cut(records: Iterable[Record], until: int) -> Iterator[Record]:
    """What had begun by then; calls that had not returned wait for ever."""
    for record in records:
        if isinstance(record, End):
            continue
        if isinstance(record, Syscall):
            if record.start <= until:
                late = record.end is not None and record.end > until
                yield replace(record, **_UNFINISHED) if late else record
        elif getattr(record, "time", 0) <= until:
            yield record


_UNFINISHED: Mapping[str, Any] = {
    "result": None,
    "errno": None,
    "end": None,
    "endpoints": [],
    "data": None,
}
