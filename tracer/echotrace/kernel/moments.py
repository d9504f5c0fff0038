"""The moments of a trace: calls begin and end, tasks come and go, clients take steps.

They are in the order of time. Times of a real trace hardly tie; where they do, what has ended comes
before what begins.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import TypeAlias

from echotrace.kernel.transitions import TRANSITION_OF
from echotrace.trace import Attached, ClientStep, Exec, Exit, Record, Syscall, Task


class Phase(IntEnum):
    """Which moment of its record it is, in the order in which moments of one time are taken."""

    END = 0
    TASK = 1
    ATTACHED = 2
    EXEC = 3
    EXIT = 4
    CLIENT = 5
    START = 6
    END_AT_ONCE = 7  # of a call whose end is no later than its start


#: Time, phase, a running number that keeps the order of the file, and the record.
Moment: TypeAlias = tuple[int, int, int, Record]

_PHASE_OF_RECORD: dict[type, int] = {
    Task: int(Phase.TASK),
    Attached: int(Phase.ATTACHED),
    Exec: int(Phase.EXEC),
    Exit: int(Phase.EXIT),
    ClientStep: int(Phase.CLIENT),
}


def moments(records: Iterable[Record]) -> list[Moment]:
    """All moments that change what the kernel keeps, in the order of time.

    Calls that are in no table, and ends that change nothing, have none.
    """
    found: list[Moment] = []
    add = found.append
    start, end, at_once = int(Phase.START), int(Phase.END), int(Phase.END_AT_ONCE)
    for record in records:
        number = len(found)
        if isinstance(record, Syscall):
            transition = TRANSITION_OF.get(record.name)
            if transition is None:
                continue
            add((record.start, start, number, record))
            if record.end is not None and transition.end is not None:
                late = record.end > record.start
                when = record.end if late else record.start
                add((when, end if late else at_once, number + 1, record))
        elif isinstance(record, Task | Attached | Exec | Exit | ClientStep):
            add((record.time, _PHASE_OF_RECORD[type(record)], number, record))
    found.sort()
    return found
