"""Turns raw facts into records: numbers them in the order in which they began, and decodes them."""

import functools
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from echotrace.record import argument, decode, names
from echotrace.record.inspect import Found
from echotrace.record.machine import FOREIGN_BIT, Call
from echotrace.record.origins import UNKNOWN
from echotrace.record.sources import Sources
from echotrace.record.stops import Item, call_of
from echotrace.syscalls import FOREIGN, Row
from echotrace.trace import Endpoint, Exec, Exit, Record, Signal, Syscall, Task


class _NoMemory:
    """Calls that are decoded after the fact have no memory to read: what was needed was kept."""

    def read(self, address: int, size: int) -> None:  # noqa: ARG002 -- argument.Reader's form
        return None

    def read_string(self, address: int) -> None:  # noqa: ARG002 -- argument.Reader's form
        return None


_NO_MEMORY = _NoMemory()


class Ledger:
    """Gives events their numbers and times.

    Two clock readings of one tracer are never equal, so the moment at which a call began identifies
    it until it ends. `faults` names by that moment what was injected into calls.
    """

    def __init__(
        self,
        names_by_number: Mapping[int, str],
        rows: Mapping[int, Row],
        sources: Sources,
        faults: dict[int, str] | None = None,
    ) -> None:
        self.syscalls = 0
        self._sources = sources
        self._names = names_by_number
        self._rows = rows
        self._faults = {} if faults is None else faults
        self._began: int | None = None
        self._next = 1
        self._reserved: dict[int, int] = {}
        # a server that serves makes the same few calls over and over: twice as fast
        self._arguments = functools.lru_cache(1024)(self._decode)

    def start(self, now: int) -> None:
        """Let the trace's time begin at `now`, by the clock of the engine."""
        self._began = now

    def time(self, clock: int) -> int:
        """Nanoseconds since the start of the trace."""
        return clock - (self._began or 0)

    def number(self) -> int:
        """The next event number, for an event that begins now."""
        self._next += 1
        return self._next - 1

    def enter(
        self, items: Iterable[Item], others: Iterable[Record], waiting: Mapping[int, int]
    ) -> list[Record]:
        """Records of all that has ended, in the order in which it did; sources before their sites.

        `waiting` says when the calls began that have not ended: they get their numbers now.
        """
        items, others = list(items), list(others)
        begun = {item[1] for item in items} | set(waiting.values())
        begun |= {record.time for record in others if isinstance(record, Signal | Exit)}
        for moment in sorted(begun - self._reserved.keys()):
            self._reserved[moment] = self.number()
        dated: list[tuple[int, Record]] = [
            (item[2] or item[1], self._syscall(item)) for item in items
        ]
        dated += [(_time(record), self._other(record)) for record in others]
        dated.sort(key=lambda pair: pair[0])
        return self._with_sources([record for _, record in dated])

    def unfinished(
        self, tid: int, start: int, call: Call, found: Found, origin: int = UNKNOWN
    ) -> list[Record]:
        """The record of a call that had not returned at the end of the trace."""
        return self._with_sources([self._record(tid, start, None, call, found, origin)])

    def glimpse(self, tid: int, start: int, call: Call, found: Found) -> Syscall:
        """A call that goes on, as far as it is known; no record of the trace."""
        return Syscall(
            seq=self._reserved[start],
            tid=tid,
            name=self._names.get(call.number, f"syscall {call.number}"),
            args=found["args"],
            result=None,
            errno=None,
            start=self.time(start),
            end=None,
        )

    def _with_sources(self, records: list[Record]) -> list[Record]:
        """The records, and each new source before the first that names it."""
        new = {source.file: source for source in self._sources.take_new()}
        if not new:
            return records
        complete: list[Record] = []
        for record in records:
            if isinstance(record, Syscall) and record.site and record.site.file in new:
                complete.append(new.pop(record.site.file))
            complete.append(record)
        return complete

    def _syscall(self, item: Item) -> Syscall:
        tid, start, end, raw, extra, origin = item
        call = call_of(raw, returned=end is not None)
        return self._record(tid, start, end, call, extra, origin)

    def _record(
        self,
        tid: int,
        start: int,
        end: int | None,
        call: Call,
        extra: Found | bytes | None,
        origin: int,
    ) -> Syscall:
        found = None if isinstance(extra, bytes) else extra
        payload = argument.text(extra) if isinstance(extra, bytes) else None
        failed = call.result is not None and -4096 < call.result < 0
        self.syscalls += 1
        return Syscall(
            seq=self._reserved.pop(start),
            tid=tid,
            name=self._name(call.number),
            args=found["args"] if found else self._arguments(*call[:3]),
            result=-1 if failed else call.result,
            errno=names.error(-call.result) if failed and call.result else None,
            start=self.time(start),
            end=None if end is None else self.time(end),
            data=found["data"] if found else payload,
            endpoints=[Endpoint(**facts) for facts in found["endpoints"]] if found else [],
            site=self._sources.site(origin),
            injected=self._faults.pop(start, None),
        )

    def _name(self, number: int) -> str:
        if number & FOREIGN_BIT:
            return f"{FOREIGN} {number ^ FOREIGN_BIT}"
        return self._names.get(number, f"syscall {number}")

    def _decode(
        self, number: int, arguments: tuple[int, ...], result: int | None
    ) -> dict[str, Any]:
        """Arguments as the registers tell them; records are frozen, so equal calls share them."""
        call = Call(number, arguments, result)
        return decode.arguments(self._rows.get(number), call, _NO_MEMORY)

    def _other(self, record: Record) -> Record:
        match record:
            case Signal() | Exit():
                seq = self._reserved.pop(record.time)
                return msgspec.structs.replace(record, seq=seq, time=self.time(record.time))
            case Task() | Exec():
                return msgspec.structs.replace(record, time=self.time(record.time))
            case _:
                return record


def _time(record: Record) -> int:
    return record.time if isinstance(record, Task | Exec | Signal | Exit) else 0
