"""What a system call achieved: whether the server got on, got nothing done, or neither.

The recording ends a server that only spins, and a finding names it: both judge calls by this.
"""

from enum import Enum

from echotrace.syscalls import ROWS
from echotrace.trace import Syscall

#: Logical events that wait until a descriptor is ready.
WAITS_FOR_READINESS = frozenset({"select", "poll", "epoll wait"})
_MOVES = frozenset({"accept", "recv", "send"})
#: They ask, change a setting, or give back: no client gets anything from that.
_ASIDE = frozenset(
    {"control", "name", "option", "file", "signal", "wait", "dup", "close", "epoll control"}
)
_STANDARD = (0, 1, 2)  # what a server says there is for its operator


class Effort(Enum):
    """What came of a call."""

    PROGRESS = "bytes, a descriptor, a task: something that was not there before"
    FUTILE = "nothing: it failed, or told only that something may be done"
    ASIDE = "neither"


def effort(call: Syscall) -> Effort:
    """What came of a call, as far as it can be told from the call alone.

    A wait for readiness is futile by itself: it is what follows that gets something done.
    """
    event = ROWS[call.name].event if call.name in ROWS else None
    if event in WAITS_FOR_READINESS:
        return Effort.FUTILE
    if event in _MOVES:
        return _of_move(call, event)
    if event is None or event in _ASIDE or call.errno is not None:
        return Effort.ASIDE
    return Effort.PROGRESS


def _of_move(call: Syscall, event: str | None) -> Effort:
    if call.errno is not None or (event == "recv" and call.result == 0):
        return Effort.FUTILE
    return Effort.ASIDE if call.args.get("fd") in _STANDARD else Effort.PROGRESS
