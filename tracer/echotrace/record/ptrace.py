"""A thin typed layer over python-ptrace's binding: what the stop loop asks of the kernel.

python-ptrace gives the C library, `ptrace()` and the older constants. The newer constants stand
here; all are from ptrace(2) and linux/ptrace.h. The calls of the hot loop go to the same C library
without ctypes argument types: conversion by declared types doubles the cost of a call.
"""

import ctypes
import errno
import os
import platform
import signal
from dataclasses import dataclass
from typing import Any

from ptrace import PtraceError
from ptrace.binding import func
from ptrace.ctypes_libc import LIBC_FILENAME

from echotrace.errors import SystemRefused

CONT: int = func.PTRACE_CONT
SYSCALL: int = func.PTRACE_SYSCALL
GETEVENTMSG: int = func.PTRACE_GETEVENTMSG
SEIZE = 0x4206
INTERRUPT = 0x4207
LISTEN = 0x4208
DETACH: int = func.PTRACE_DETACH
GET_SYSCALL_INFO = 0x420E
GETREGS = 12  # x86-64 only
POKEUSER = 6

EVENT_FORK: int = func.PTRACE_EVENT_FORK
EVENT_VFORK: int = func.PTRACE_EVENT_VFORK
EVENT_CLONE: int = func.PTRACE_EVENT_CLONE
EVENT_EXEC: int = func.PTRACE_EVENT_EXEC
EVENT_VFORK_DONE: int = func.PTRACE_EVENT_VFORK_DONE
EVENT_EXIT: int = func.PTRACE_EVENT_EXIT
EVENT_SECCOMP = 7
EVENT_STOP = 128

O_TRACESECCOMP = 0x80
O_EXITKILL = 0x100000
OPTIONS: int = (
    func.PTRACE_O_TRACESYSGOOD
    | func.PTRACE_O_TRACEFORK
    | func.PTRACE_O_TRACEVFORK
    | func.PTRACE_O_TRACECLONE
    | func.PTRACE_O_TRACEEXEC
    | func.PTRACE_O_TRACEVFORKDONE
    | func.PTRACE_O_TRACEEXIT
    | O_TRACESECCOMP
)

_NEWS = os.WEXITED | os.WSTOPPED | os.WNOHANG | os.WNOWAIT | func.THREAD_TRACE_FLAGS
_WNOTHREAD = 0x20000000  # linux/wait.h
#: __WALL of wait(2): threads too. __WNOTHREAD: only what this thread made or traces, for children
#: of other threads of a program that records through the API are that program's.
WALL: int = func.THREAD_TRACE_FLAGS | _WNOTHREAD
SYSCALL_STOP = 0x7F | (signal.SIGTRAP | 0x80) << 8
SECCOMP_STOP = 0x7F | signal.SIGTRAP << 8 | EVENT_SECCOMP << 16

INFO_SIZE = 88
INFO_ENTRY = 1
INFO_EXIT = 2

# For calls that do not block: keeps the interpreter lock, and no errno, which nobody asks for.
_quick = ctypes.PyDLL(LIBC_FILENAME)
_slow = ctypes.CDLL(LIBC_FILENAME, use_errno=True)

#: ptrace(request, tid, address, data): -1 on failure, which means that the task is gone.
ptrace = _quick["ptrace"]
#: process_vm_readv(tid, local, count, remote, count, 0): bytes read, or -1.
process_vm_readv = _quick["process_vm_readv"]
#: waitpid(pid, status, options), which unlike os.waitpid returns -1 with EINTR after a signal.
waitpid = _slow["waitpid"]
_prctl = _quick["prctl"]
_syscall = _quick["syscall"]
_PIDFD_GETFD = 438
_KCMP = {"x86_64": 312, "aarch64": 272}.get(platform.machine())
KCMP_FILE, KCMP_FILES = 0, 2  # linux/kcmp.h

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2


def seize(pid: int, options: int = OPTIONS | O_EXITKILL) -> None:
    """Make the calling thread the tracer of `pid` (PTRACE_SEIZE)."""
    try:
        func.ptrace(SEIZE, pid, 0, options)
    except PtraceError as refused:
        raise SystemRefused(
            f"the kernel does not let echotrace trace process {pid} "
            f"({errno.errorcode.get(refused.errno, refused.errno)}); 'echotrace doctor' says why"
        ) from refused


def try_seize(tid: int) -> int:
    """Make the calling thread the tracer of a task that outlives it; the errno of a refusal, or 0.

    Options are set with it, so that what the task makes is traced from its birth.
    """
    if _slow["ptrace"](SEIZE, tid, None, ctypes.c_ulong(OPTIONS)) == 0:
        return 0
    return ctypes.get_errno()


def has_news(tid: int) -> bool:
    """Whether a stop or the end of a task is there that waitpid has not told of yet."""
    try:
        return os.waitid(os.P_PID, tid, _NEWS) is not None
    except ChildProcessError:
        return False


def event_message(tid: int) -> int:
    """PTRACE_GETEVENTMSG into the unsigned long that the kernel writes; 0 when the task is gone."""
    message = ctypes.c_ulong()
    ptrace(GETEVENTMSG, tid, 0, ctypes.byref(message))
    return message.value


def can_filter() -> bool:
    """Whether this kernel, and what confines us, lets a task set a filter.

    By the way of seccomp(2): where it is possible, a filter at no address is a bad address.
    """
    refused = _slow["prctl"](PR_SET_SECCOMP, SECCOMP_MODE_FILTER, None, 0, 0) == -1
    return refused and ctypes.get_errno() == errno.EFAULT


def set_seccomp_filter(program: bytes) -> bool:
    """Install a BPF program for this task and its descendants (seccomp(2)); False if refused."""
    instructions = ctypes.create_string_buffer(program, len(program))
    header = (ctypes.c_uint64 * 2)(len(program) // 8, ctypes.addressof(instructions))
    return bool(
        _prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        and _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(header), 0, 0) == 0
    )


def borrow_descriptor(pidfd: int, descriptor: int) -> int | None:
    """A copy, for us, of another process's descriptor (pidfd_getfd(2)), or None when refused."""
    copy = int(_syscall(_PIDFD_GETFD, pidfd, descriptor, 0))
    return copy if copy >= 0 else None


def compare(kind: int, one: int, other: int, fd: int = 0, other_fd: int = 0) -> int | None:
    """Order what two tasks have, by kcmp(2): 0 if it is the same, else -1 or 1.

    KCMP_FILES compares their descriptor tables, KCMP_FILE what a descriptor of each stands for.
    None where the kernel does not tell.
    """
    answer = -1 if _KCMP is None else int(_syscall(_KCMP, one, other, kind, fd, other_fd))
    return {0: 0, 1: -1, 2: 1}.get(answer)


@dataclass(frozen=True)
class Stop:
    """A wait status that is not one of the two frequent ones, taken apart (ptrace(2))."""

    signal: int
    event: int
    of_a_call: bool = False

    @classmethod
    def parse(cls, status: int) -> "Stop":
        """Take apart the status of a stopped task."""
        return cls(status >> 8 & 0x7F, status >> 16, of_a_call=status == SYSCALL_STOP)


#: The most bytes of stack that are read together with a payload.
STACK = 4096


class Memory:
    """Reads the memory of tracees through one reused buffer (process_vm_readv(2))."""

    SIZE = 1 << 16

    def __init__(self) -> None:
        room = STACK + self.SIZE
        #: A slice of it is bytes; typeshed thinks otherwise.
        self.buffer: Any = ctypes.create_string_buffer(room)
        #: The buffer's start, by words.
        self.words = memoryview(self.buffer).cast("B").cast("Q")
        self._local = (ctypes.c_uint64 * 2)(ctypes.addressof(self.buffer), room)
        self._remote = (ctypes.c_uint64 * 4)()
        self.local_ref = ctypes.byref(self._local)
        self.remote_ref = ctypes.byref(self._remote)
        #: Address and length of what the next read takes, twice: as the hot loop sets them.
        self.remote = memoryview(self._remote).cast("B").cast("Q")

    def read(self, tid: int, address: int, size: int) -> bytes | None:
        """`size` bytes at `address`, or None when they cannot all be read."""
        size = min(size, self.SIZE)
        if size <= 0:
            return b""
        self.remote[0], self.remote[1] = address, size
        got = process_vm_readv(tid, self.local_ref, 1, self.remote_ref, 1, 0)
        return bytes(self.buffer[:size]) if got == size else None

    def read_string(self, tid: int, address: int, limit: int = 4096) -> bytes | None:
        """The bytes up to the first NUL, at most `limit`; None when unreadable."""
        text = b""
        while len(text) < limit:
            piece = self.read(tid, address + len(text), 256 - (address + len(text)) % 256)
            if piece is None:
                return None
            head, nul, _ = piece.partition(b"\0")
            text += head
            if nul:
                break
        return text[:limit]
