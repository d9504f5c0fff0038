"""What each system call does to descriptor tables: a table from `syscalls.Effect` to two handlers.

Theory of operation
-------------------
A call is seen twice, when it begins and when it ends, and the kernel acts somewhere between. Which
of the two moments stands for the act is decided so that no order the kernel allows is misread:

- What a call *uses* is looked up at its START. A call that waits (accept, recv) holds the
  description from there on, even when another thread closes the number meanwhile.
- What a call *frees* is freed at its START, if it is known to succeed. close(2) gives the number
  back early, and another thread may be given it before the close is seen to end.
- What a call *makes* is made at its END. Nobody can know the number earlier: the task that will
  pass it on has not been resumed yet. dup2(2) swaps in one step, so it frees at its end too.

A use of an empty slot is explained by a close of that number that had begun and not ended;
otherwise it is a doubt, unless the call failed with EBADF.

`TRANSITIONS` has a row for every effect; `BY_NAME` has the calls that do more than their row says.
An effect without handlers touches no descriptor: tasks come and go through Task, Exec and Exit
records (see `model`), and a select names many descriptors without doing anything to them.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from echotrace.kernel import handlers as on
from echotrace.kernel.facts import SECOND_DESCRIPTOR
from echotrace.kernel.ledger import Ledger
from echotrace.kernel.tables import TaskState
from echotrace.syscalls import ROWS, Effect
from echotrace.trace import Syscall

Handler: TypeAlias = Callable[[Ledger, TaskState, Syscall], None]


class Transition(NamedTuple):
    """What happens as a call begins and, if it returned, as it ends."""

    start: Handler | None = None
    end: Handler | None = None


TRANSITIONS: Mapping[Effect, Transition] = {
    Effect.NONE: Transition(),
    Effect.USES: Transition(on.uses),
    Effect.MAKES: Transition(None, on.makes),
    Effect.PAIR: Transition(None, on.makes_pair),
    Effect.ACCEPTS: Transition(on.uses, on.accepts),
    Effect.DUPS: Transition(on.uses_to_dup, on.dups),
    Effect.DUPS_ONTO: Transition(on.uses_to_dup, on.dups_onto),
    Effect.CONTROLS: Transition(on.uses_to_dup, on.controls),
    Effect.FREES: Transition(on.frees),
    Effect.FREES_RANGE: Transition(on.frees_range),
    Effect.POLLS: Transition(),
    Effect.SPAWNS: Transition(),
    Effect.UNSHARES: Transition(None, on.unshares),
    Effect.EXECS: Transition(on.execs),
    Effect.EXITS: Transition(),
    Effect.REAPS: Transition(),
}

BY_NAME: Mapping[str, Transition] = {
    "bind": Transition(on.uses, on.is_told),
    "listen": Transition(on.uses, on.is_told),
    "connect": Transition(on.uses, on.is_told),
    "getsockname": Transition(on.uses, on.is_told),
    "poll": Transition(on.polls),
    "ppoll": Transition(on.polls),
    "ioctl": Transition(on.uses, on.marks),
    **{name: Transition(on.uses_two) for name in SECOND_DESCRIPTOR},
    "epoll_ctl": Transition(on.watches),
}

#: The transition of every call of the table that touches descriptors.
TRANSITION_OF: Mapping[str, Transition] = {
    row.name: transition
    for row in ROWS.values()
    if any(transition := BY_NAME.get(row.name, TRANSITIONS[row.effect]))
}
