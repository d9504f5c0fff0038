"""The stop loop: follows every task of a program from stop to stop and collects raw facts.

It knows nothing of sockets or clients. Rules of ptrace(2) that it keeps:

- A new task's first stop may come before its maker's event: it is held until it is announced.
- Any request can fail because the task was killed in between: that is its end, not an error.
- Inside a call (at the events of clone and exec) a task must be resumed with PTRACE_SYSCALL, or the
  exit of the call is not reported.
- A group stop is kept with PTRACE_LISTEN; every other signal is delivered as it came.
- A killed task stops once more at EVENT_EXIT; it must be resumed, or it is never reaped.
"""

import contextlib
import ctypes
import errno
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping

from echotrace.record import attaching, names, procfs, ptrace
from echotrace.record.attaching import STOP_SIGNALS
from echotrace.record.inspect import Found, Inspector
from echotrace.record.machine import Call
from echotrace.record.ptrace import WALL, Stop
from echotrace.record.restarting import Restarter
from echotrace.record.stops import Item, Stops
from echotrace.record.turns import Turns
from echotrace.syscalls import Effect
from echotrace.trace import Exec, Exit, Record, Signal, Task

_BATCH = 0xFFF  # stops between two calls of `overflow`, less one
_FEW = 0x3F  # the same, in a pump that only takes what is there: a busy server has always more


class Engine:
    """Drives the tasks of one program.

    `pids` maps each living task to its process. What was seen gathers in `stops.items` (calls) and
    `records` (all else; times are those of the clock until the ledger makes them relative).
    `interrupt` ends a pump at the next moment when nothing can be lost.

    Once `turns` has begun, tasks go on one at a time, by `next_turn`. Calls count from the first
    exec on: what the process does before is our own preparation.
    """

    def __init__(self, stops: Stops, inspector: Inspector, pids: dict[int, int]) -> None:
        self.stops = stops
        self.pids = pids
        self.records: list[Record] = []
        self.interrupted = False
        self.handled = 0
        #: Called from time to time in a long pump, so that what gathers can be taken away; says
        #: whether to end the pump.
        self.overflow: Callable[[], bool] = lambda: False
        self._inspector = inspector
        self.turns = Turns()
        self._held: set[int] = set()
        self._announced: set[int] = set()
        self._listening: set[int] = set()
        self._vforking: set[int] = set()
        self._ended: set[int] = set()
        self._running = False
        self._events: dict[int, Callable[[int, Stop, int], None]] = {
            0: self._signalled,
            ptrace.EVENT_FORK: self._spawned,
            ptrace.EVENT_VFORK: self._spawned,
            ptrace.EVENT_CLONE: self._spawned,
            ptrace.EVENT_EXEC: self._replaced,
            ptrace.EVENT_STOP: self._stopped,
            ptrace.EVENT_VFORK_DONE: self._vforked,
        }

    def adopt(self, pid: int, now: int) -> None:
        """Take over a process that is already seized; it begins the tree."""
        self.pids[pid] = pid
        self.records.append(Task(time=now, tid=pid, pid=pid, parent=None, kind="process"))

    def join(self, stopped: Mapping[int, int], records: Iterable[Record]) -> None:
        """Follow running tasks from here on; `stopped` are those that stand still, by their signal.

        The tasks are in `pids` already; `records` tell of them.
        """
        self._running = True
        self.records += records
        for tid, number in stopped.items():
            if number in STOP_SIGNALS:
                self._listening.add(tid)
                ptrace.ptrace(ptrace.LISTEN, tid, 0, 0)
            else:
                self._resume(tid)

    def part(self, restarter: Restarter) -> None:
        """Detach from every task; each goes on as if it had not been traced."""
        attaching.detach({*self.pids, *self._held}, restarter)
        self.pids.clear()
        self._held.clear()

    def interrupt(self) -> None:
        """End the current and every later pump; safe to call from a signal handler."""
        self.interrupted = True

    def pump(self, *, block: bool, until: Callable[[], bool] = lambda: False) -> int:
        """Handle stops; the number of stops handled.

        Without `block`, those that are there. With it, until no task is left, `until` says so
        (asked after every signal to us, such as a timer's), or after an interrupt.
        """
        status = ctypes.c_int()
        reference = ctypes.byref(status)
        options = WALL if block else WALL | os.WNOHANG
        wait, clock = ptrace.waitpid, time.monotonic_ns
        entry, leave = self.turns.guard(self.stops.entry), self.turns.guard(self.stops.leave)
        other = self._other
        seccomp_stop, syscall_stop = ptrace.SECCOMP_STOP, ptrace.SYSCALL_STOP
        batch = _BATCH if block else _FEW
        before, handled = self.handled, 0
        while not self.interrupted:
            tid = wait(-1, reference, options)
            now = clock()
            if tid <= 0:
                self.handled = before + handled
                if tid < 0 and ctypes.get_errno() == errno.EINTR and not until():
                    continue
                break
            stop = status.value
            if stop == seccomp_stop:
                entry(tid, now)
            elif stop == syscall_stop:
                leave(tid, now)
            else:
                other(tid, stop, now)
                if not self.pids:  # not ECHILD: our caller may have children of its own
                    handled += 1
                    break
            handled += 1
            if not handled & batch and self.overflow():
                break
        self.handled = before + handled
        return handled

    @property
    def waiting(self) -> dict[int, int]:
        """When each task entered the call it is in."""
        return dict(self.stops.waiting) if self._running else {}

    def take(self) -> tuple[list[Item], list[Record], dict[int, int]]:
        """What has gathered since the last time, and when the calls in progress began."""
        items, records = self.stops.items[:] if self._running else [], self.records[:]
        self.stops.items.clear()
        self.records.clear()
        return items, records, self.waiting

    def look(self, tid: int, call: Call) -> Found:
        """What can be read of a call in which a task waits."""
        return self._inspector.look(tid, self.pids.get(tid, tid), call, None)

    def kill(self) -> None:
        """End the whole tree and reap it. Nothing that happens from here on is recorded."""
        self.take()
        while self.pids or self._held:
            for pid in {*self.pids.values(), *self._held}:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            try:
                tid, status = os.waitpid(-1, WALL)
            except ChildProcessError:
                break
            if os.WIFSTOPPED(status):
                if tid not in self.pids:
                    self._held.add(tid)
                ptrace.ptrace(ptrace.CONT, tid, 0, 0)
            else:
                self.pids.pop(tid, None)
                self._held.discard(tid)
        self.pids.clear()

    def idle(self) -> bool:
        """Whether every task waits: the server will do nothing until something happens outside.

        By what /proc (proc(5)) says of each; the youngest tasks are asked first.
        """
        return all(map(self._rests, reversed(self.pids)))

    def _rests(self, tid: int) -> bool:
        if tid in self._listening or self.turns.is_waiting(tid):
            return True
        state = procfs.state(tid)
        if state == "S":
            return procfs.sleeps(tid)
        return state in "ZX" or (state == "D" and self._waits_for_a_task(tid))

    def _waits_for_a_task(self, tid: int) -> bool:
        """Whether it sits in vfork or exec until others have got on.

        vfork waits for the child's exec, exec for the end of the process's other threads. In both
        the kernel shows the state D, in which a task otherwise waits for a disk.
        """
        if tid in self._vforking:
            return True
        call = procfs.call_in_progress(tid)
        row = self._inspector.rows.get(call.number) if call else None
        alone = list(self.pids.values()).count(self.pids[tid]) == 1
        return row is not None and row.effect is Effect.EXECS and not alone

    def next_turn(self) -> bool:
        """Let the next task go on; False when none waits. Ask only when the server is idle."""
        return self.turns.give(self.pids, self._resume)

    def calls_in_progress(self) -> list[str]:
        """The names of the system calls in which the tasks wait."""
        calls = filter(None, map(procfs.call_in_progress, self.pids))
        return list(dict.fromkeys(self._inspector.names.get(call.number, "?") for call in calls))

    def _other(self, tid: int, status: int, now: int) -> None:
        if os.WIFSTOPPED(status):
            stop = Stop.parse(status)
            if stop.event == ptrace.EVENT_EXIT:
                self.turns.guard(self._ending)(tid, now)
                return
            self._events.get(stop.event, self._events[0])(tid, stop, now)
        else:
            self._reaped(tid, status, now)

    def _resume(self, tid: int, deliver: int = 0) -> None:
        request = ptrace.SYSCALL if tid in self.stops.waiting else self.stops.resume
        ptrace.ptrace(request, tid, 0, deliver)

    def _signalled(self, tid: int, stop: Stop, now: int) -> None:
        self._listening.discard(tid)
        name = names.signal_name(stop.signal)
        self.records.append(Signal(seq=0, time=now, tid=tid, signal=name))
        self._resume(tid, stop.signal)

    def _stopped(self, tid: int, stop: Stop, now: int) -> None:
        """PTRACE_EVENT_STOP: a new task's first stop, a group stop, or the end of one."""
        if tid not in self.pids:
            self._held.add(tid)
        elif tid in self._announced:
            self._announced.discard(tid)
            self._first_stop(tid)
        elif stop.signal in STOP_SIGNALS:
            if tid not in self._listening:
                name = names.signal_name(stop.signal)
                self.records.append(Signal(seq=0, time=now, tid=tid, signal=name, stopped=True))
                self._listening.add(tid)
            ptrace.ptrace(ptrace.LISTEN, tid, 0, 0)
        else:
            self._listening.discard(tid)
            self._resume(tid)

    def _spawned(self, tid: int, stop: Stop, now: int) -> None:
        child = ptrace.event_message(tid)
        found = self.stops.unfinished(tid)
        flags = str(self._inspector.before(tid, found[0]).get("flags", "")) if found else ""
        if stop.event == ptrace.EVENT_VFORK:
            self._vforking.add(tid)
        else:
            self.turns.born(child)
        self._born(child, tid, [flag for flag in flags.split("|") if flag], now)
        self._resume(tid)

    def _vforked(self, tid: int, _stop: Stop, _now: int) -> None:
        self._vforking.discard(tid)
        self._resume(tid)

    def _born(self, child: int, parent: int | None, flags: list[str], now: int) -> None:
        group = 0 if parent is None else self.pids.get(parent, 0)
        thread = procfs.is_thread_of(group, child)
        self.pids[child] = group if thread else child
        if parent is not None:
            self.stops.origins.born(child, parent, thread=thread)
        kind = "thread" if thread else "process"
        task = Task(
            time=now, tid=child, pid=self.pids[child], parent=parent, kind=kind, flags=flags
        )
        self.records.append(task)
        if child in self._held:
            self._held.discard(child)
            self._first_stop(child)
        else:
            self._announced.add(child)

    def _first_stop(self, child: int) -> None:
        if not self.turns.has_stopped(child):
            self._resume(child)

    def _replaced(self, tid: int, _stop: Stop, now: int) -> None:
        former = ptrace.event_message(tid)
        self._ended.discard(tid)
        self.stops.replaced(former, tid)
        if former != tid:
            self.pids.pop(former, None)
        if not self._running:
            self._running = True
            self.stops.items.clear()
        argv = procfs.arguments(tid)
        self.records.append(Exec(time=now, tid=tid, former=former, argv=argv))
        self._resume(tid)

    def _ending(self, tid: int, now: int) -> None:
        status = ptrace.event_message(tid)
        if tid in self.stops.waiting:
            start = self.stops.waiting.pop(tid)
            found = self.stops.unfinished(tid)
            if found:
                call, raw = found
                origin = self.stops.origin(tid, call)
                self.stops.items.append((tid, start, None, raw, self.look(tid, call), origin))
        self._end(tid, status, now)
        self._resume(tid)

    def _end(self, tid: int, status: int, now: int) -> None:
        if tid in self._ended:
            return
        self._ended.add(tid)
        killed = os.WIFSIGNALED(status)
        self.records.append(
            Exit(
                seq=0,
                time=now,
                tid=tid,
                status=None if killed else os.WEXITSTATUS(status),
                signal=names.signal_name(os.WTERMSIG(status)) if killed else None,
            )
        )

    def _reaped(self, tid: int, status: int, now: int) -> None:
        if tid not in self.pids:
            return  # no task of ours
        self._end(tid, status, now)
        self._ended.discard(tid)
        self.stops.forget(tid)
        self.turns.forget(tid)
        for table in (self._announced, self._listening, self._vforking):
            table.discard(tid)  # the number may be used again
        del self.pids[tid]
        self._adopt_orphans(now)

    def _adopt_orphans(self, now: int) -> None:
        """Let go on what a task made that was killed before it could announce it."""
        for child in sorted(self._held):
            if procfs.parent(child) not in self.pids.values():
                self._born(child, None, [], now)
