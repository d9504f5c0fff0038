"""The handlers of calls that move bytes between two descriptors inside the kernel.

At most one of the two is a connection, since splice(2) needs a pipe and sendfile(2) a file to read
from: the call works on that one, whichever it is.
"""

from msgspec.structs import replace

from echotrace.kernel import on_rights, on_sockets
from echotrace.kernel.flows import BETWEEN_TWO
from echotrace.kernel.live import Live
from echotrace.kernel.on_descriptors import uses_two
from echotrace.kernel.tasks import Running
from echotrace.trace import Syscall


def begins(live: Live, task: Running, call: Syscall) -> None:
    """Look up both; what is sent is in the queue of the other end from here on."""
    uses_two(live, task, call)
    used, target = task.using, task.target
    if target is not None and target.socket is not None and (used is None or used.socket is None):
        task.using, task.before = target, target.socket
        touch = live.ledger.touches[call.seq]
        live.book(replace(touch, before=target.socket, after=target.socket))
    if not _receives(task, call):
        on_rights.post(live, task, call)


def ends(live: Live, task: Running, call: Syscall) -> None:
    """The bytes were received on the socket, or sent over it."""
    handler = on_rights.receives if _receives(task, call) else on_sockets.sends
    handler(live, task, call)


def _receives(task: Running, call: Syscall) -> bool:
    place = "target" if task.using is task.target else "used"
    return BETWEEN_TWO[call.name].source == place
