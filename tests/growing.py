"""Trace files as the recordings that they were: batch after batch."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

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
