"""Undoes what a tracer's stop does to a call that waits: the program must not see it.

To stop a task the kernel wakes it out of its call. Most calls then say ERESTART…, and the kernel
makes them again by itself. Some say EINTR, though no signal came: epoll_wait, sigtimedwait, semop,
futex, reads with SO_RCVTIMEO and others (signal(7), "Interruption of system calls and library
functions by stop signals"). These are told to say ERESTARTNOHAND instead: the kernel then makes
the call again, or, if there is a handler to be called, turns it into the EINTR that it was.

A signal that is ignored does the same to a traced task: for its tracer's sake it is not thrown away
when it is sent (ptrace(2)), so it wakes the task.

A call that is made again begins a timeout anew where it is an argument (epoll_wait) or an option
(SO_RCVTIMEO); poll and nanosleep keep what remains (restart_syscall(2)).
"""

import ctypes
import errno
import platform

from echotrace.record import machine, procfs, ptrace
from echotrace.record.machine import RegisterBuffer

_MINUS = 1 << 64
#: What a call says that was interrupted, as its register has it.
EINTR = _MINUS - errno.EINTR
_NOHAND = _MINUS - 514  # ERESTARTNOHAND (linux/errno.h)
_BLOCK = _MINUS - 516  # ERESTART_RESTARTBLOCK
_CLOSE = 3  # close(2): its descriptor is gone even if it says EINTR


class Restarter:
    """Looks at stopped tasks, on x86-64; elsewhere it changes nothing.

    `restarted` are tasks that will go on by restart_syscall(2), and the number of their call.
    """

    def __init__(self) -> None:
        self.restarted: dict[int, int] = {}
        self._able = platform.machine() == "x86_64"
        self._registers = RegisterBuffer()

    def undo(self, tid: int) -> bool:
        """Let a call that says EINTR be made again; whether this is one.

        The task must be on its way to signals (at an EVENT_STOP), or be sent there at once: only
        there the kernel understands what the call says now.
        """
        if not self._able or self._registers.read(tid) is None:
            return False
        words = self._registers.words
        number, result = words[machine.ORIG_RAX], words[machine.RAX]
        if number >> 63:
            return False  # it is in no call
        if result == _BLOCK:
            self.restarted[tid] = number
        if result != EINTR or number == _CLOSE:
            return False
        place, value = ctypes.c_long(8 * machine.RAX), ctypes.c_ulong(_NOHAND)
        return bool(ptrace.ptrace(ptrace.POKEUSER, tid, place, value) == 0)

    def undo_unseen(self, tid: int) -> bool:
        """At the exit of a call: undo its EINTR, if no signal comes that the task would notice."""
        if procfs.is_to_notice_a_signal(tid) or not self.undo(tid):
            return False
        ptrace.ptrace(ptrace.INTERRUPT, tid, 0, 0)  # so that it passes by the signals
        return True
