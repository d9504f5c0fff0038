"""The BPF filter that stops the tracees at the calls of the table, and at no others (seccomp(2)).

The value that the filter attaches to a stop tells the engine whether it must look at the call's
arguments before the call is made, because making it destroys them (exec) or overwrites them (the
descriptor sets of select).
"""

import struct
from collections.abc import Iterable, Mapping

from ptrace.syscall import SYSCALL_NAMES

from echotrace.record import machine
from echotrace.syscalls import NEWER_NUMBERS, ON_REQUEST, ROWS

#: What GETEVENTMSG says at a seccomp stop.
PLAIN, LOOK_AT_ENTRY, OTHER_ARCHITECTURE = 0, 1, 2

#: Calls whose arguments are gone or changed when they return.
CHANGED_BY_THE_CALL = frozenset({"execve", "execveat", "select", "pselect6"})

#: Calls that only ask, and change nothing, when the argument at this position is NULL. They are no
#: records: an interpreter asks for all 64 signals before it starts.
ASKS_WITHOUT: Mapping[str, int] = {"rt_sigaction": 1}

#: python-ptrace's names that are not those of asm/unistd.h.
_MISNAMED: Mapping[str, str] = {"timerfd": "timerfd_create"}

_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _TRACE = 0x7FFF0000, 0x7FF00000
#: Where the words of struct seccomp_data stand; an argument has a low and a high one.
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _ARGUMENTS_OFFSET = 0, 4, 16


def syscall_names() -> dict[int, str]:
    """The numbers and names of this machine's system calls."""
    known = {**NEWER_NUMBERS, **SYSCALL_NAMES}
    return {number: _MISNAMED.get(name, name) for number, name in known.items()}


def wanted_numbers(names: Mapping[int, str]) -> frozenset[int]:
    """The numbers of the calls in the table that are always recorded."""
    return frozenset(number for number, name in names.items() if name in ROWS.keys() - ON_REQUEST)


def program(names: Mapping[int, str], *, everything: bool) -> bytes | None:
    """The filter as struct sock_filter[]; None on an architecture it is not written for."""
    if machine.ARCHITECTURE is None:
        return None
    changed = {number for number, name in names.items() if name in CHANGED_BY_THE_CALL}
    plain = wanted_numbers(names) - changed
    asking = {n: ASKS_WITHOUT[name] for n, name in names.items() if name in ASKS_WITHOUT}
    return b"".join(
        (
            _instruction(_LOAD, _ARCHITECTURE_OFFSET),
            _instruction(_JUMP_IF_EQUAL, machine.ARCHITECTURE, when_equal=1),
            _instruction(_RETURN, _TRACE | OTHER_ARCHITECTURE),
            _instruction(_LOAD, _NUMBER_OFFSET),
            *_returns(changed, _TRACE | LOOK_AT_ENTRY),
            *(() if everything else _plain_returns(plain, asking)),
            _instruction(_RETURN, _TRACE | PLAIN if everything else _ALLOW),
        )
    )


def _plain_returns(plain: Iterable[int], asking: Mapping[int, int]) -> Iterable[bytes]:
    for number, position in asking.items():
        low = _ARGUMENTS_OFFSET + 8 * position
        yield _instruction(_JUMP_IF_EQUAL, number, otherwise=7)
        for word in (low, low + 4):
            yield _instruction(_LOAD, word)
            yield _instruction(_JUMP_IF_EQUAL, 0, when_equal=1)
            yield _instruction(_RETURN, _TRACE | PLAIN)
        yield _instruction(_RETURN, _ALLOW)
    yield from _returns(plain, _TRACE | PLAIN)


def _returns(numbers: Iterable[int], value: int) -> Iterable[bytes]:
    """Instructions that return `value` for the numbers and go on behind them for others."""
    ordered = sorted(numbers)
    for index, number in enumerate(ordered):
        yield _instruction(_JUMP_IF_EQUAL, number, when_equal=len(ordered) - index)
    yield _instruction(0x05, 1)  # BPF_JA: over the return
    yield _instruction(_RETURN, value)


def _instruction(code: int, operand: int, *, when_equal: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, when_equal, otherwise, operand)
