"""The handlers of io_uring(7): its requests are no system calls, and so are out of sight.

From the moment on at which a process has a ring, its descriptors may be opened and closed, and its
sockets served, without a trace: the model doubts nothing of them, and says nothing of their queues.
"""

from echotrace.kernel import on_descriptors as fds
from echotrace.kernel.facts import succeeded
from echotrace.kernel.live import Live
from echotrace.kernel.tasks import Running
from echotrace.trace import Syscall


def makes_ring(live: Live, task: Running, call: Syscall) -> None:
    """io_uring_setup(2): makes a ring."""
    fds.makes(live, task, call)
    if succeeded(call):
        task.table.hide()


def enters_ring(live: Live, task: Running, call: Syscall) -> None:
    """io_uring_enter(2): the ring may have come from elsewhere."""
    if call.errno is None:
        task.table.hide()
    fds.uses(live, task, call)
