"""The recording of a program that runs already: attaches to it, and leaves it running."""

import contextlib
import struct
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from echotrace.errors import UserError
from echotrace.record import (
    attachable,
    attaching,
    means,
    procfs,
    program,
    ptrace,
    standing,
)
from echotrace.record.info_stops import InfoStops
from echotrace.record.inspect import Inspector
from echotrace.record.machine import Call, InfoBuffer
from echotrace.record.means import Changed, Wanted
from echotrace.record.origins import Origins
from echotrace.record.plan import Plan, header
from echotrace.record.recorder import Recorder
from echotrace.record.restarting import Restarter
from echotrace.record.script import Script
from echotrace.record.stops import Stops
from echotrace.trace import Record, Task

_NO_SCRIPT = Script("none", ())
_NUMBER_AT = 24  # of the call, in what PTRACE_GET_SYSCALL_INFO tells of an entry
_RESTART = "restart_syscall"


def plan_of(pid: int, *, everything: bool, snaplen: int, lines: bool) -> Plan:
    """How to record a process that runs; UserError when it cannot be attached to."""
    attachable.check(pid)
    argv = procfs.arguments(pid)
    name = procfs.name(pid)
    python = procfs.program(pid).startswith("python")
    script = program.python(name, argv).source if python else None
    return Plan(
        server=name,
        language="python" if python else "native",
        argv=argv or [name],
        script=_NO_SCRIPT,
        everything=everything,
        snaplen=snaplen,
        pin=False,
        seccomp=False,
        lines=lines,
        folder=(procfs.directory(pid) / script).parent if script else None,
    )


@dataclass
class AttachedRecorder(Recorder):
    """The running recording of a process that is there already. Leaving it detaches."""

    pid: int = 0
    _restarter: Restarter = field(init=False, default_factory=Restarter)

    @property
    def tasks(self) -> int:
        """How many tasks are traced."""
        return len(self.engine.pids)

    def _make_stops(
        self,
        inspector: Inspector,
        pids: dict[int, int],
        _memory: ptrace.Memory,
        *,
        filtered: bool,
    ) -> Stops:
        return _AttachedStops(
            inspector, pids, self._origins, self._restarter,
            wanted=means.wanted(self.plan, inspector), changed=means.changed(inspector),
            filtered=filtered,
        )  # fmt: skip

    def _begin(self, stack: contextlib.ExitStack, _filter: bytes | None) -> None:
        for pid in procfs.tree(self.pid):
            self._origins.replaced(pid)  # reading files takes its time: before anything stops
        seized: set[int] = set()
        stopped: dict[int, int] = {}
        try:
            attaching.seize(self.pid, seized)
            attaching.halt(seized, stopped.__setitem__, self._restarter)
            records = self._look(seized)
        except BaseException:
            attaching.detach(seized, self._restarter)
            raise
        stack.callback(self.engine.part, self._restarter)
        self.write([msgspec.structs.replace(header(self.plan), attached=self.pid)])
        self.engine.join(stopped, records)

    def _look(self, seized: set[int]) -> list[Record]:
        """Learn what is there while it stands still; the records that tell it."""
        pids = self.engine.pids
        pids.update(_in_order(self.pid, seized))
        if not pids:
            raise UserError(f"process {self.pid} ended while echotrace attached to it")
        standing_open = standing.look(pids)
        now = time.monotonic_ns()
        self.ledger.start(now)
        attached = [msgspec.structs.replace(each, time=now) for each in standing_open]
        for tid, pid in pids.items():
            if tid != pid:
                self._origins.born(tid, pid, thread=True)
        return [*_tasks(pids, now), *attached]


def _in_order(first: int, tids: Iterable[int]) -> dict[int, int]:
    """The process of each task that lives: a process, its threads, then its descendants."""
    place = {pid: number for number, pid in enumerate(procfs.tree(first))}
    found = [(procfs.process(tid), tid) for tid in tids]
    found.sort(key=lambda pair: (place.get(pair[0], len(place)), pair[0] != pair[1], pair[1]))
    return {tid: pid for pid, tid in found if pid}


def _tasks(pids: Mapping[int, int], now: int) -> Iterator[Task]:
    """The records of tasks in order, of a leader too that has ended before its threads."""
    told: set[int] = set()
    for tid, pid in pids.items():
        if pid not in told and tid != pid:
            yield Task(time=now, tid=pid, pid=pid, parent=None, kind="process")
        told.add(pid)
        kind = "process" if tid == pid else "thread"
        yield Task(time=now, tid=tid, pid=pid, parent=None, kind=kind)


class _AttachedStops(InfoStops):
    """Calls that were in progress when we came, and that the kernel has made again since then."""

    def __init__(
        self,
        inspector: Inspector,
        pids: dict[int, int],
        origins: Origins,
        restarter: Restarter,
        *,
        wanted: Wanted,
        changed: Changed,
        filtered: bool,
    ) -> None:
        super().__init__(
            inspector, pids, origins,
            wanted=wanted, changed=changed, filtered=filtered, restarter=restarter,
        )  # fmt: skip
        number = next((n for n, name in inspector.names.items() if name == _RESTART), -1)
        self._restart = number
        self._info = _RestartedInfo(restarter.restarted, number)

    def in_progress(self, tid: int) -> Call | None:
        """The call in which a task waits, by its own name."""
        call = super().in_progress(tid)
        if call is not None and call.number == self._restart:
            return call._replace(number=self._restarter.restarted.get(tid, call.number))
        return call

    def forget(self, tid: int) -> None:
        """A task is gone."""
        super().forget(tid)
        self._restarter.restarted.pop(tid, None)


class _RestartedInfo(InfoBuffer):
    """Names restart_syscall(2) as the call that it restarts, where that began before us."""

    def __init__(self, restarted: dict[int, int], number: int) -> None:
        super().__init__()
        self._restarted = restarted
        self._restart = number

    def read(self, tid: int) -> bytes | None:
        """The kernel's description of the stop, or None when the task is gone."""
        raw = super().read(tid)
        if raw is None or raw[0] != ptrace.INFO_ENTRY or tid not in self._restarted:
            return raw
        if int.from_bytes(raw[_NUMBER_AT : _NUMBER_AT + 8], "little") != self._restart:
            del self._restarted[tid]
            return raw
        number = struct.pack("<Q", self._restarted[tid])
        return raw[:_NUMBER_AT] + number + raw[_NUMBER_AT + 8 :]
