"""Roles in place of numbers, so that two recordings of one server can be compared.

P0 is the first process and P1, P2 … the further ones, T1, T2 … the threads, each in the order in
which they came to be across the whole trace; C1, C2 … are the clients. When a thread that is not
the leader calls execve, it goes on under the leader's number (execve(2)), and so under its role.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from echotrace.trace import Exit, Record, Signal, Syscall, Task


@dataclass(frozen=True)
class Roles:
    """The role of each task id; a number that was used again has one role after the other.

    `spells` holds for each id the times from which a role holds, and the roles, in this order;
    `leaders` the role of each thread's thread group leader.
    """

    spells: Mapping[int, tuple[tuple[int, ...], tuple[str, ...]]]
    leaders: Mapping[str, str] = field(default_factory=dict)

    def born(self, role: str) -> int | None:
        """When the task of a role was made (ns); None for a role that nobody has."""
        return self._births.get(role)

    @cached_property
    def _births(self) -> Mapping[str, int]:
        spells = [pair for spell in self.spells.values() for pair in zip(*spell, strict=True)]
        return {name: time for time, name in sorted(spells, reverse=True)}  # the first time stays

    def of(self, tid: int, time: int) -> str | None:
        """The role of the task that has, or last had, the number `tid` at `time`."""
        spell = self.spells.get(tid)
        if spell is None:
            return None
        times, names = spell
        if len(names) == 1:
            return names[0]
        return names[max(0, bisect_right(times, time) - 1)]

    def process(self, role: str) -> str:
        """The process that a task belongs to, by the role of its leader."""
        return self.leaders.get(role, role)

    @property
    def names(self) -> tuple[str, ...]:
        """All roles of tasks, processes first, each kind by number."""
        found = {name for _, names in self.spells.values() for name in names}
        return tuple(sorted(found, key=lambda name: (name[0], int(name[1:]))))


def is_thread(role: str) -> bool:
    """Whether a role is that of a thread beside its process's first task."""
    return role.startswith("T")


def client_role(number: int) -> str:
    """The role of client `number`."""
    return f"C{number}"


def assign(records: Iterable[Record]) -> Roles:
    """Give every task of a trace its role; one that no Task record tells of counts as a process."""
    tasks: list[Task] = []
    seen: dict[int, int] = {}
    for record in records:
        if isinstance(record, Task):
            tasks.append(record)
        elif isinstance(record, Syscall):
            seen.setdefault(record.tid, record.start)
        elif isinstance(record, Signal | Exit):
            seen.setdefault(record.tid, record.time)
    told = {task.tid for task in tasks}
    births = [(task.time, task.tid, task.tid != task.pid) for task in tasks]
    births += [(time, tid, False) for tid, time in seen.items() if tid not in told]
    births.sort(key=lambda birth: birth[0])
    threads = processes = 0
    spells: dict[int, tuple[list[int], list[str]]] = {}
    for time, tid, thread in births:
        times, names = spells.setdefault(tid, ([], []))
        times.append(time)
        names.append(f"T{threads + 1}" if thread else f"P{processes}")
        threads, processes = threads + thread, processes + (not thread)
    roles = Roles({tid: (tuple(times), tuple(names)) for tid, (times, names) in spells.items()})
    leaders = {
        roles.of(task.tid, task.time) or "": roles.of(task.pid, task.time) or ""
        for task in tasks
        if task.tid != task.pid
    }
    return Roles(roles.spells, leaders)
