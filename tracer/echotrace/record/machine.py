"""How a system call is read from a stopped task.

On x86-64 one look at the registers, at the exit, is enough: the kernel gives back the number and
the arguments unchanged. The kernel's own description (PTRACE_GET_SYSCALL_INFO) needs a look at the
entry and one at the exit; it serves every architecture, and kernels without seccomp.
"""

import ctypes
import platform
import struct
from typing import Any, NamedTuple

from echotrace.record import ptrace

#: AUDIT_ARCH_* of linux/audit.h: how the kernel tells the entries of calls apart.
ARCHITECTURE: int | None = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}.get(platform.machine())
#: Set in the number of a call that came through another entry: numbers mean others there.
FOREIGN_BIT = 1 << 40


class Call(NamedTuple):
    """A system call in numbers: `result` is None while it has not returned, negative on failure."""

    number: int
    arguments: tuple[int, ...]
    result: int | None
    instruction: int = 0
    stack: int = 0


#: Places in struct user_regs_struct (sys/user.h), in words.
ORIG_RAX, RAX, RIP, RSP = 15, 10, 16, 19
RDI, RSI, RDX, R10, R8, R9 = 14, 13, 12, 7, 9, 8
#: The arguments in their order.
ARGUMENTS = (RDI, RSI, RDX, R10, R8, R9)
_ALL = 27  # words
_WORDS = struct.Struct("20Q")
#: As many of its bytes as hold all of the above.
KEPT = _WORDS.size
_INFO = struct.Struct("B3xIQQ")
_INFO_ENTRY = struct.Struct("7Q")
_INFO_EXIT = struct.Struct("q")


def call_of_registers(raw: bytes, *, returned: bool) -> Call:
    """The call in the kept part of the x86-64 registers."""
    word = _WORDS.unpack_from(raw)
    result = word[RAX] - (word[RAX] >> 63 << 64) if returned else None
    arguments = (word[RDI], word[RSI], word[RDX], word[R10], word[R8], word[R9])
    return Call(word[ORIG_RAX], arguments, result, word[RIP], word[RSP])


def call_of_info(entry: bytes, leave: bytes | None) -> Call:
    """The call in the kernel's descriptions of its entry and, when it returned, its exit."""
    _, architecture, instruction, stack = _INFO.unpack_from(entry)
    number, *arguments = _INFO_ENTRY.unpack_from(entry, _INFO.size)
    if ARCHITECTURE is not None and architecture != ARCHITECTURE:
        number |= FOREIGN_BIT
    result = _INFO_EXIT.unpack_from(leave, _INFO.size)[0] if leave else None
    return Call(number, tuple(arguments), result, instruction, stack)


class RegisterBuffer:
    """One reused buffer for PTRACE_GETREGS."""

    def __init__(self) -> None:
        #: A slice of it is bytes; typeshed thinks otherwise.
        self.raw: Any = ctypes.create_string_buffer(8 * _ALL)
        self.ref = ctypes.byref(self.raw)
        self.words = memoryview(self.raw).cast("B").cast("Q")

    def read(self, tid: int) -> bytes | None:
        """What is kept of the registers of a stopped task, or None when it is gone."""
        return self.raw[:KEPT] if ptrace.ptrace(ptrace.GETREGS, tid, 0, self.ref) == 0 else None


class InfoBuffer:
    """One reused buffer for PTRACE_GET_SYSCALL_INFO."""

    def __init__(self) -> None:
        self.raw: ctypes.Array[ctypes.c_char] = ctypes.create_string_buffer(ptrace.INFO_SIZE)
        self.ref = ctypes.byref(self.raw)

    def read(self, tid: int) -> bytes | None:
        """The kernel's description of the stop, or None when the task is gone."""
        size = ptrace.ptrace(ptrace.GET_SYSCALL_INFO, tid, ptrace.INFO_SIZE, self.ref)
        return self.raw.raw if size > 0 else None
