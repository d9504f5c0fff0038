"""Attaches to a running process and its descendants, and detaches, leaving all as it was.

Rules of ptrace(2) that it keeps:

- A task that stops for PTRACE_INTERRUPT stands on its way to signals. Only there may it be let go:
  at the entry of a call, it would begin that call with a wake-up pending.
- Any other stop takes the interrupt away: then the task gets another, and goes on to it.
- What a seized task makes is seized with it, and stops before its first instruction.
- A task in a group stop stops at once, with the signal that stopped it; detached, it stays so.
- The parent of a vfork stands in the kernel until the child has a program or ends. It cannot stop
  before; so nobody waits for it while its child is held.
"""

import ctypes
import errno
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from echotrace.record import attachable, procfs, ptrace
from echotrace.record.ptrace import WALL, Stop
from echotrace.record.restarting import Restarter

_BIRTHS = (ptrace.EVENT_FORK, ptrace.EVENT_VFORK, ptrace.EVENT_CLONE)
STOP_SIGNALS = frozenset({signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU})

#: States in /proc/TID/stat (proc(5)) of tasks that will not come to a stop by themselves: they wait
#: for a vfork's child or a disk, have ended, or are stopped for us already.
_STAYING, _STANDS = "DZXt", "t"
#: Called with a task that stands still, and the signal of its stop.
Handler: TypeAlias = Callable[[int, int], None]


def seize(pid: int, seized: set[int]) -> None:
    """Seize and interrupt all tasks of a process and its descendants; put them into `seized`.

    A task that is interrupted makes no more tasks, so in the end a look at /proc finds none that is
    new. Raises UserError or SystemRefused for the first that cannot be traced.
    """
    looked_at: set[int] = set()
    while new := [task for task in _tasks(pid) if task not in looked_at]:
        for tid in new:
            if _seize(tid):
                seized.add(tid)
                ptrace.ptrace(ptrace.INTERRUPT, tid, 0, 0)
        looked_at.update(new)


def _tasks(pid: int) -> Iterator[int]:
    """All tasks of a process, then those of its descendants: their numbers may be lower."""
    return (task for process in procfs.tree(pid) for task in procfs.threads(process))


def _seize(tid: int) -> bool:
    """Seize a task; False if it has ended meanwhile."""
    if not attachable.is_ours(tid):
        attachable.check_program(tid)
        number = ptrace.try_seize(tid)
        if number and procfs.state(tid) in "ZX":
            return False
        if number and not attachable.is_ours(tid):
            raise attachable.refusal(tid, number)
    return True


def halt(tasks: set[int], stopped: Handler, restarter: Restarter) -> None:
    """Give each of the interrupted tasks to `stopped` when it stands still; what they make, too.

    Tasks that end are taken out of `tasks`. At a signal to us (a timer's) those are given up that
    cannot stop, if no other is left.
    """
    awaited = set(tasks)
    status = ctypes.c_int()
    while awaited:
        tid = ptrace.waitpid(-1, ctypes.byref(status), WALL)
        if tid < 0:
            if ctypes.get_errno() != errno.EINTR:
                break
            if all(procfs.state(each) in _STAYING for each in awaited):
                _give_up(awaited, stopped)
        elif not os.WIFSTOPPED(status.value):
            tasks.discard(tid)
            awaited.discard(tid)
        elif (stop := Stop.parse(status.value)).event == ptrace.EVENT_STOP:
            tasks.add(tid)
            awaited.discard(tid)
            if stop.signal == signal.SIGTRAP:
                restarter.undo(tid)
            stopped(tid, stop.signal)
        else:
            _go_on(tid, stop, tasks, awaited)


def _give_up(awaited: set[int], stopped: Handler) -> None:
    """Await no longer what stands still already, its stop taken before, and what cannot stop."""
    for tid in sorted(awaited):
        stands = procfs.state(tid) == _STANDS
        if stands and ptrace.has_news(tid):
            continue
        if stands:
            stopped(tid, signal.SIGTRAP)
        awaited.discard(tid)


def _go_on(tid: int, stop: Stop, tasks: set[int], awaited: set[int]) -> None:
    """Let a task come from another stop to the one that is awaited."""
    if stop.event in _BIRTHS:
        child = ptrace.event_message(tid)
        if child not in tasks:
            tasks.add(child)
            awaited.add(child)
    elif stop.event == ptrace.EVENT_EXEC:
        former = ptrace.event_message(tid)
        if former != tid:  # the leader's number is the caller's now (execve(2))
            tasks.discard(former)
            awaited.discard(former)
    ptrace.ptrace(ptrace.INTERRUPT, tid, 0, 0)
    ptrace.ptrace(ptrace.CONT, tid, 0, 0 if stop.event or stop.of_a_call else stop.signal)


def detach(tasks: Iterable[int], restarter: Restarter) -> None:
    """Let tasks go on as if they had never been traced; each as soon as it stands still."""

    def release(tid: int, _signal: int) -> None:
        ptrace.ptrace(ptrace.DETACH, tid, 0, 0)

    living = {tid for tid in tasks if procfs.state(tid) not in "ZX"}
    for tid in living:
        ptrace.ptrace(ptrace.INTERRUPT, tid, 0, 0)
    halt(living, release, restarter)
