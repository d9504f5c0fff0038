"""What a call moves: how many bytes, out of which of its descriptors, into which, and in messages.

recvmmsg(2) and sendmmsg(2) return a number of messages, all others a number of bytes.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from echotrace.kernel.descriptions import Description, Touch
from echotrace.kernel.facts import succeeded
from echotrace.syscalls import ROWS, logical_event
from echotrace.trace import Syscall

#: Calls on several messages: the argument that holds them.
SEVERAL: Mapping[str, str] = {"recvmmsg": "msgvec", "sendmmsg": "msgvec"}
#: Calls on messages of any number, which may carry descriptors.
HOLDS_MESSAGES: Mapping[str, str] = {**SEVERAL, "recvmsg": "msg", "sendmsg": "msg"}


class Flow(NamedTuple):
    """The descriptors that a call takes bytes from and gives bytes to, as a `Touch` calls them."""

    source: str | None
    sink: str | None


_BY_EVENT: Mapping[str, Flow] = {"recv": Flow("used", None), "send": Flow(None, "used")}
#: Calls that move bytes between two descriptors, inside the kernel.
BETWEEN_TWO: Mapping[str, Flow] = {
    "splice": Flow("used", "target"),
    "sendfile": Flow("target", "used"),
}
_FLOWS: Mapping[str, Flow] = {
    row.name: BETWEEN_TWO.get(row.name) or _BY_EVENT[row.event]
    for row in ROWS.values()
    if row.name in BETWEEN_TWO or row.event in _BY_EVENT
}


def messages_of(call: Syscall) -> list[dict[str, Any]]:
    """The messages that a call received or sent, as far as the trace tells them."""
    told = call.args.get(HOLDS_MESSAGES.get(call.name, ""))
    if call.name not in SEVERAL:
        return [told] if isinstance(told, dict) else []
    found = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    return found[: max(0, call.result or 0)]


def asked(call: Syscall) -> int | None:
    """How many bytes a call was to move at most; None if no one argument says so."""
    size = call.args.get("len", call.args.get("count"))
    return size if isinstance(size, int) else None


def moved(call: Syscall) -> int:
    """How many bytes a call received or sent; 0 if it failed."""
    if not succeeded(call):
        return 0
    if call.name not in SEVERAL:
        return call.result or 0
    return sum(lengths(call))


def lengths(call: Syscall) -> list[int]:
    """The bytes of each message that a successful call moved; one of all others is one message."""
    if call.name not in SEVERAL:
        return [call.result or 0]
    told = (each.get("len") for each in messages_of(call))
    return [size for size in told if isinstance(size, int)]


def peeks(call: Syscall) -> bool:
    """Whether what the call receives stays where it is (MSG_PEEK, recv(2))."""
    return "MSG_PEEK" in str(call.args.get("flags")) and logical_event(call.name) == "recv"


def taken_from(call: Syscall, touch: Touch) -> Description | None:
    """The description that the call takes bytes from."""
    flow = _FLOWS.get(call.name)
    return getattr(touch, flow.source) if flow and flow.source and not peeks(call) else None


def given_to(call: Syscall, touch: Touch) -> Description | None:
    """The description that the call gives bytes to."""
    flow = _FLOWS.get(call.name)
    return getattr(touch, flow.sink) if flow and flow.sink else None


def rights(message: Mapping[str, Any]) -> Iterator[int]:
    """The descriptors that a message carries: their sender's numbers, or their receiver's."""
    control = message.get("control")
    for each in control if isinstance(control, list) else ():
        fds = each.get("fds") if isinstance(each, dict) else None
        yield from (fd for fd in (fds if isinstance(fds, list) else ()) if type(fd) is int)
