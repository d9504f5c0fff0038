"""What each system call does to descriptor tables: a table from `syscalls.Effect` to two handlers.

Theory of operation
-------------------
A call is seen twice, when it begins and when it ends, and the kernel acts somewhere between. Which
of the two moments stands for the act is decided so that no order the kernel allows is misread:

- What a call *uses* is looked up at its START. A call that waits (accept, recv) holds the
  description from there on, even when another thread closes the number meanwhile: then the socket
  sends its FIN only when that call is over (fget and fput, fs/file.c).
- What a call *frees* is freed at its START, if it is known to succeed. close(2) gives the number
  back early, and another thread may be given it before the close is seen to end.
- What a call *makes* is made at its END. Nobody can know the number earlier: the task that will
  pass it on has not been resumed yet. dup2(2) swaps in one step, so it frees at its end too.

- What a message *carries* (SCM_RIGHTS) is taken at the START of the call that sends it, like what
  is freed, and received at the END of the call that receives it, like what is made.
- Bytes and errors that a call *receives* change a socket at its END: that is when they had come.
- What a client does acts at the START of its step: the server may answer before the step is done.

A use of an empty slot is explained by a close of that number that had begun and not ended;
otherwise it is a doubt, unless the call failed with EBADF.

`TRANSITIONS` has a row for every effect; `BY_NAME` and `BY_EVENT` have the calls that do more than
their row says. An effect without handlers touches nothing: tasks come and go through Task, Exec and
Exit records. A select names many descriptors and does nothing to them: what it answered is looked
up at its END. The states of sockets have a table of their own, in `sockets`.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from echotrace.kernel import on_descriptors as fds
from echotrace.kernel import (
    on_rights,
    on_rings,
    on_sockets,
    on_tasks,
    on_transfers,
    on_waiting,
)
from echotrace.kernel.facts import SECOND_DESCRIPTOR
from echotrace.kernel.flows import BETWEEN_TWO
from echotrace.kernel.live import Live
from echotrace.kernel.tasks import Running
from echotrace.syscalls import ROWS, Effect, Row
from echotrace.trace import Syscall

Handler: TypeAlias = Callable[[Live, Running, Syscall], None]


class Transition(NamedTuple):
    """What happens as a call begins and, if it returned, as it ends."""

    start: Handler | None = None
    end: Handler | None = None


TRANSITIONS: Mapping[Effect, Transition] = {
    Effect.NONE: Transition(),
    Effect.USES: Transition(fds.uses),
    Effect.MAKES: Transition(None, fds.makes),
    Effect.PAIR: Transition(None, fds.makes_pair),
    Effect.ACCEPTS: Transition(fds.uses, on_sockets.accepts),
    Effect.DUPS: Transition(fds.uses, fds.dups),
    Effect.DUPS_ONTO: Transition(fds.uses, fds.dups_onto),
    Effect.CONTROLS: Transition(fds.uses, fds.controls),
    Effect.FREES: Transition(fds.frees),
    Effect.FREES_RANGE: Transition(fds.frees_range),
    Effect.POLLS: Transition(),
    Effect.SPAWNS: Transition(),
    Effect.UNSHARES: Transition(None, fds.unshares),
    Effect.EXECS: Transition(on_tasks.execs),
    Effect.EXITS: Transition(on_tasks.leaves),
    Effect.REAPS: Transition(None, on_tasks.reaps),
    Effect.HANDLES: Transition(None, on_tasks.handles),
}

BY_EVENT: Mapping[str, Transition] = {
    "recv": Transition(fds.uses, on_rights.receives),
    "send": Transition(on_rights.sends, on_sockets.sends),
    "select": Transition(None, on_waiting.finds_ready),
    "epoll wait": Transition(fds.uses, on_waiting.finds_ready),
}

BY_NAME: Mapping[str, Transition] = {
    "bind": Transition(fds.uses, on_sockets.is_told),
    "listen": Transition(fds.uses, on_sockets.is_told),
    "connect": Transition(fds.uses, on_sockets.is_told),
    "getsockname": Transition(fds.uses, on_sockets.is_told),
    "shutdown": Transition(on_sockets.ends),
    "getsockopt": Transition(fds.uses, on_sockets.asks_option),
    "setsockopt": Transition(on_sockets.sets_option),
    "poll": Transition(on_waiting.polls, on_waiting.finds_ready),
    "ppoll": Transition(on_waiting.polls, on_waiting.finds_ready),
    "ioctl": Transition(fds.uses, fds.marks),
    **{name: Transition(fds.uses_two) for name in SECOND_DESCRIPTOR},
    **{name: Transition(on_transfers.begins, on_transfers.ends) for name in BETWEEN_TWO},
    "pidfd_open": Transition(None, on_rights.opens_process),
    "pidfd_getfd": Transition(fds.uses, on_rights.copies_descriptor),
    "io_uring_setup": Transition(None, on_rings.makes_ring),
    "io_uring_enter": Transition(on_rings.enters_ring),
    "epoll_ctl": Transition(on_waiting.watches),
}


def _of(row: Row) -> Transition:
    return BY_NAME.get(row.name) or BY_EVENT.get(row.event) or TRANSITIONS[row.effect]


#: The transition of every call of the table.
TRANSITION_OF: Mapping[str, Transition] = {row.name: _of(row) for row in ROWS.values()}
