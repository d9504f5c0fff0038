"""From one moment to another as records: those that are not as they were.

A whole `State` costs as much as there is; this costs what changed. Laid one upon the other, the
differences are the states of `History.at`, less what no difference tells: of a description who
holds it, of a descriptor how many references its description has.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import TypeVar

from msgspec import Struct

from echotrace.kernel.changed import Changed
from echotrace.kernel.descriptions import Descriptor
from echotrace.kernel.model import Kernel
from echotrace.kernel.readiness import asks
from echotrace.kernel.snapshot import in_flight, interest_of, open_state, process_state, task_state
from echotrace.kernel.state import Interest, OpenState, ProcessState, TaskState
from echotrace.kernel.tables import Open, Table

_K = TypeVar("_K", int, tuple[int, int, int])
_V = TypeVar("_V")


class _Kept(dict[_K, _V]):
    """Records as they were told last."""

    def news(self, now: Iterable[tuple[_K, _V | None]]) -> dict[_K, _V | None]:
        """Those that are not as they were, by key; they are kept from now on, None not at all.

        In the order of their keys: that in which sets hold them is another one at each run.
        """
        found = sorted(now, key=itemgetter(0))
        news = {key: value for key, value in found if self.get(key) != value}
        for key, value in news.items():
            if value is None:
                del self[key]
            else:
                self[key] = value
        return news


class Difference(Struct, frozen=True):
    """What is not as it was before, by what it is known by: the new record, None where it is gone.

    `processes` (zombies too) and `tasks` by id; `tables` by number, the tasks that share one;
    `slots` by table and descriptor; `opens` by description, without their interest lists, whose
    entries are `interests` by instance, descriptor and description.
    """

    time: int
    processes: Mapping[int, ProcessState | None]
    tasks: Mapping[int, TaskState | None]
    tables: Mapping[int, tuple[int, ...] | None]
    slots: Mapping[tuple[int, int], Descriptor | None]
    opens: Mapping[int, OpenState | None]
    interests: Mapping[tuple[int, int, int], Interest | None]


class Differences:
    """Follows a kernel; `to` tells what has changed since it was asked before."""

    def __init__(self, kernel: Kernel) -> None:
        self._live = kernel.live
        self._changed = Changed()
        self._processes: _Kept[int, ProcessState] = _Kept()
        self._tasks: _Kept[int, TaskState] = _Kept()
        self._tables: _Kept[int, tuple[int, ...]] = _Kept()
        self._slots: dict[int, dict[int, Descriptor]] = {}
        self._opens: _Kept[int, OpenState] = _Kept()
        self._interests: _Kept[tuple[int, int, int], Interest] = _Kept()
        #: When calls return, soonest first; nothing else happens to some of the tasks then.
        self._returns: list[tuple[int, int]] = []
        #: Tasks in a select or poll: what they ask for becomes ready by what others do.
        self._asking: set[int] = set()
        #: Sockets in whose queues descriptions may wait, and those that do.
        self._boxed: dict[int, Open] = {}
        self._flying: dict[int, Open] = {}

    def note(self) -> None:
        """A moment was applied."""
        self._changed.include(self._live.changed)

    def to(self, time: int) -> Difference:
        """The difference to the state at `time` (ns), that of the last moment applied or later."""
        changed, self._changed = self._changed, Changed()
        opens = self._open_states(changed)  # first: it finds interest lists that changed, too
        return Difference(
            time,
            self._processes.news((pid, self._process(pid)) for pid in changed.processes),
            self._tasks.news(self._task_states(changed, time)),
            self._tables.news(
                ((table.number, tuple(table.tasks) or None) for table in changed.tables),
            ),
            dict(
                sorted(
                    (slot for table in changed.tables for slot in self._slot_states(table)),
                    key=itemgetter(0),
                )
            ),
            opens,
            self._interests.news(self._interest_states(changed)),
        )

    def _process(self, pid: int) -> ProcessState | None:
        process = self._live.processes.get(pid)
        return process_state(process) if process is not None else self._live.zombies.get(pid)

    def _task_states(self, changed: Changed, time: int) -> Iterator[tuple[int, TaskState | None]]:
        tids = set(changed.tasks)
        if changed.opens or changed.tables:
            tids |= self._asking
        while self._returns and self._returns[0][0] <= time:
            tids.add(heapq.heappop(self._returns)[1])
        for tid in tids:
            running = self._live.tasks.get(tid)
            state = task_state(running, time) if running is not None else None
            call = running.calling if running is not None and state and state.calling else None
            if call is not None and call.end is not None:
                heapq.heappush(self._returns, (call.end, tid))
            if call is not None and asks(call):
                self._asking.add(tid)
            else:
                self._asking.discard(tid)
            yield tid, state

    def _slot_states(self, table: Table) -> Iterator[tuple[tuple[int, int], Descriptor | None]]:
        before = self._slots.get(table.number, {})
        now = {
            fd: Descriptor(fd, entry.description, fd in table.cloexec, 0)
            for fd, entry in (table.slots.items() if table.tasks else ())
        }
        for fd in before.keys() - now.keys():
            yield (table.number, fd), None
        for fd, slot in now.items():
            if before.get(fd) != slot:
                yield (table.number, fd), slot
        self._slots[table.number] = now

    def _open_states(self, changed: Changed) -> Mapping[int, OpenState | None]:
        """The descriptions that are open: in a table, used by a call, or in a message that waits.

        What waits in a queue can be reached only as long as the queue can, so all queues are looked
        through; few programs have one.
        """
        entries = {entry.description.id: entry for entry in changed.opens}
        for number, entry in entries.items():
            if entry.inbox is not None and (entry.count or entry.callers):
                self._boxed[number] = entry
            else:
                self._boxed.pop(number, None)
        reached = dict(self._boxed)
        flying = in_flight(self._live, reached)
        for number in self._flying.keys() | flying.keys():
            entries.setdefault(number, self._flying.get(number) or reached[number])
        self._flying = {number: entries[number] for number in flying}
        open_now = {
            number: open_state(entry, flying.get(number, ()))
            if entry.count or entry.callers or number in flying
            else None
            for number, entry in entries.items()
        }
        for number, state in open_now.items():
            if (state is None) == (number in self._opens):
                changed.interests.update((entries[number], key) for key in entries[number].interest)
        return self._opens.news(open_now.items())

    def _interest_states(
        self, changed: Changed
    ) -> Iterator[tuple[tuple[int, int, int], Interest | None]]:
        """Entries of interest lists that were altered, or that watch what was."""
        watching = {
            (instance, key)
            for entry in changed.opens
            for instance, keys in entry.watchers.items()
            for key in keys
        }
        for instance, key in watching | changed.interests:
            number = instance.description.id
            listed = number in self._opens and key in instance.interest
            yield (number, *key), interest_of(instance, key) if listed else None
