"""Looks into a kernel model, for the tests of its parts."""

from echotrace.kernel.model import Kernel
from echotrace.kernel.sockets import Socket
from echotrace.kernel.state import OpenState


def entry_of(kernel: Kernel, fd: int, tid: int = 10) -> OpenState:
    """The open file description behind a descriptor."""
    slots = {slot.fd: slot.description.id for slot in kernel.descriptors(tid)}
    return kernel.state(0).by_description[slots[fd]]


def socket_of(kernel: Kernel, fd: int, tid: int = 10) -> Socket:
    """The socket behind a descriptor."""
    socket = entry_of(kernel, fd, tid).socket
    assert socket is not None
    return socket


def doubted(kernel: Kernel) -> list[int]:
    """The events that the model cannot explain."""
    return [doubt.seq for doubt in kernel.ledger.doubts]
