"""Trace files as the recordings that they were: batch after batch."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from echotrace.story.nouns import Connection, Story
from echotrace.trace import ClientStep, Record, Syscall, Trace


class Batch(NamedTuple):
    """What was settled at once, and the calls that went on then."""

    records: Sequence[Record]
    going_on: Sequence[Syscall]


def batches(trace: Trace) -> Iterator[Batch]:
    """The records as a recording settles them: the server rests before and after each step.

    A step stands where it began: that it is done, is known at once in most cases.
    """
    records = sorted(trace.records, key=_over)
    begin = 0
    for end in range(1, len(records) + 1):
        if end == len(records) or ClientStep in {type(r) for r in records[end - 1 : end + 1]}:
            yield Batch(records[begin:end], _going_on(records[:end], records[end:]))
            begin = end


def _going_on(past: Sequence[Record], future: Sequence[Record]) -> list[Syscall]:
    now = _over((*past[-1:], *future[:1])[-1])
    return [
        begun(record) for record in future if isinstance(record, Syscall) and record.start <= now
    ]


def begun(call: Syscall) -> Syscall:
    """A call as it is before it returns."""
    return replace(call, end=None, result=None, errno=None, data=None, endpoints=[])


def _over(record: Record) -> int:
    if isinstance(record, Syscall):
        return record.end or record.start
    return int(getattr(record, "time", 0))


def before_accept(story: Story) -> set[int]:
    """The steps of clients that the server had not seen yet: nobody knows their number."""
    seen = {c.number: _first_seen(story, c) for c in story.connections}
    return {
        event.seq
        for event in story.events
        if isinstance(event.record, ClientStep)
        and event.start < seen.get(event.place.connection or 0, 0)
    }


def _first_seen(story: Story, connection: Connection) -> int:
    """When the accept returned, or the receiving of the first datagram."""
    calls = (e for e in map(story.event, connection.events) if isinstance(e.record, Syscall))
    first = story.event(connection.accepted) if connection.accepted else next(calls)
    return first.end or 0
