"""Kinds of argument that point into the task's memory: pointers become what they point to.

Memory that cannot be read gives None, as a NULL pointer does: unknown, never a failure.
"""

import struct
from collections.abc import Callable, Mapping
from typing import Any

from echotrace.record import messages, names
from echotrace.record.addresses import socket_address
from echotrace.record.argument import Argument, signed, text


def _address(argument: Argument, size: int | None) -> str | None:
    raw = argument.read.read(argument.value, min(size or 0, 128)) if argument.value else None
    return socket_address(raw) if raw else None


def _address_out(argument: Argument) -> str | None:
    """The address was stored only if the call succeeded; its length stands behind a pointer."""
    return _address(argument, argument.word(argument.next)) if argument.result >= 0 else None


def _string(argument: Argument) -> str | None:
    raw = argument.read.read_string(argument.value) if argument.value else None
    return None if raw is None else text(raw)


def _string_list(argument: Argument) -> list[str] | None:
    words: list[str] = []
    for index in range(64):
        pointer = argument.word(argument.value + 8 * index, "Q") if argument.value else None
        if pointer is None:
            return [*words, "…"] if words else None
        if not pointer:
            return words
        words.append(text(argument.read.read_string(pointer) or b""))
    return [*words, "…"]


def _option(argument: Argument, size: int | None) -> int | str | None:
    if not argument.value or not size:
        return None
    raw = argument.read.read(argument.value, min(size, 64))
    if raw is None:
        return None
    return int(struct.unpack("i", raw)[0]) if len(raw) == 4 else raw.hex()


def _descriptor_pair(argument: Argument) -> list[int] | None:
    raw = argument.read.read(argument.value, 8) if argument.result == 0 else None
    return list(struct.unpack("2i", raw)) if raw else None


def _request_argument(argument: Argument) -> int | str | None:
    """What ioctl's pointer points to is known for few requests; elsewhere it is an address."""
    if names.IOCTL_REQUESTS.get(argument.call.arguments[1]) not in names.IOCTL_INTEGERS:
        return hex(argument.value)
    word: int | None = argument.word(argument.value) if argument.result >= 0 else None
    return word


def _time(argument: Argument, form: str, per_second: int) -> float | None:
    raw = argument.read.read(argument.value, 16) if argument.value else None
    if raw is None:
        return None
    seconds, fraction = struct.unpack(form, raw)
    return float(seconds + fraction / per_second)


def _descriptor_set(argument: Argument) -> list[int] | None:
    count = max(0, min(signed(argument.call.arguments[0]), 1024))
    raw = argument.read.read(argument.value, (count + 63) // 64 * 8) if argument.value else None
    if raw is None:
        return None
    bits = int.from_bytes(raw, "little")
    return [number for number in range(count) if bits >> number & 1]


def _poll_list(argument: Argument) -> list[dict[str, Any]] | None:
    raw = argument.read.read(argument.value, 8 * min(argument.next, 1024))
    if raw is None:
        return None
    return [
        {"fd": fd, "events": names.flags(events, names.POLL_EVENTS),
         "revents": names.flags(revents, names.POLL_EVENTS)}
        for fd, events, revents in struct.iter_unpack("iHH", raw)
    ]  # fmt: skip


def _epoll_events(argument: Argument, count: int) -> list[dict[str, Any]] | None:
    raw = argument.read.read(argument.value, 12 * count) if argument.value and count > 0 else None
    if raw is None:
        return None
    return [
        {"events": names.flags(events, names.EPOLL_EVENTS), "data": data}
        for events, data in struct.iter_unpack("=IQ", raw)
    ]


def _epoll_event(argument: Argument) -> dict[str, Any] | None:
    events = _epoll_events(argument, 1)
    return events[0] if events else None


def _clone_arguments(argument: Argument) -> str | None:
    raw = argument.read.read(argument.value, 40)
    if raw is None:
        return None
    flags, *_, exit_signal = struct.unpack("5Q", raw)
    return names.clone_flags(flags, exit_signal)


def _clone_stack(argument: Argument) -> str | None:
    """Where the stack of the new task begins, in struct clone_args (clone(2))."""
    stack = argument.word(argument.value + 40, "Q") if argument.value else None
    return hex(stack) if stack else None


def _iovec(argument: Argument) -> int:
    """The count stands in the next argument; the bytes go to the payload."""
    return signed(argument.next)


def _wait_status(argument: Argument) -> str | None:
    status = argument.word(argument.value) if argument.result > 0 else None
    return None if status is None else names.wait_status(status)


def _signal_action(argument: Argument) -> dict[str, str] | None:
    """struct sigaction as the system call takes it (sigaction(2), C library/kernel differences)."""
    raw = argument.read.read(argument.value, 16) if argument.value else None
    if raw is None:
        return None
    handler, flags = struct.unpack("QQ", raw)
    return {
        "handler": names.HANDLERS.get(handler, "function"),
        # an int in the C library: the kernel is given its sign too, and ignores it
        "flags": str(names.flags(flags & 0xFFFFFFFF, names.ACTION_FLAGS)),
    }


def _child_info(argument: Argument) -> dict[str, Any] | None:
    """siginfo_t of a child (waitid(2)); its pid is 0 if WNOHANG found none."""
    raw = argument.read.read(argument.value, 28) if argument.value else None
    if raw is None or argument.result < 0:
        return None
    number, _, code, pid, _, status = struct.unpack("iii4xiii", raw)
    if not number:
        return {"pid": 0}
    return {"pid": pid, "code": names.CHILD_CODES.get(code, code), "status": status}


#: The decoder of each kind.
DECODERS: Mapping[str, Callable[[Argument], Any]] = {
    "sockaddr": lambda a: _address(a, a.next),
    "sockaddr_out": _address_out,
    "lenptr": lambda a: a.word(a.value),
    "intptr": _request_argument,
    "path": _string,
    "argv": _string_list,
    "fdpair": _descriptor_pair,
    "optval": lambda a: _option(a, a.next),
    "optval_out": lambda a: _option(a, a.word(a.next)) if a.result >= 0 else None,
    "timespec": lambda a: _time(a, "qq", 10**9),
    "timeval": lambda a: _time(a, "qq", 10**6),
    "fdset": _descriptor_set,
    "pollfds": _poll_list,
    "epollevent": _epoll_event,
    "epollevents": lambda a: _epoll_events(a, a.result),
    "cloneargs": _clone_arguments,
    "iovec_in": _iovec,
    "iovec_out": _iovec,
    "msghdr_in": messages.received,
    "msghdr_out": messages.sent,
    "mmsghdrs_in": messages.several_received,
    "mmsghdrs_out": messages.several_sent,
    "waitstatus": _wait_status,
    "childinfo": _child_info,
    "sigaction": _signal_action,
}

#: What else stands in the memory that an argument points to, by its kind.
MORE: Mapping[str, tuple[str, Callable[[Argument], Any]]] = {"cloneargs": ("stack", _clone_stack)}
