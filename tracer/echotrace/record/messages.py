"""Messages: struct msghdr and what it leads to, alone (recvmsg(2)) or in a vector (recvmmsg(2)).

A message is a dict: `name` is the peer's address, `iovlen` the number of buffers, `controllen` the
bytes of control data, `control` what that says (cmsg(3)), `flags` what the kernel says of a message
received. In a vector each has `len`, the bytes that it moved, and `data`, the first of them.
"""

import struct
from typing import Any

from echotrace.record import names
from echotrace.record.addresses import socket_address
from echotrace.record.argument import Argument, text

_HEADER = struct.Struct("QI4xQQQQi4x")
#: struct mmsghdr: a struct msghdr and the length of the message.
_ENTRY_SIZE = 64
_CONTROL = struct.Struct("Qii")  # struct cmsghdr
_RIGHTS = (1, 1)  # SOL_SOCKET, SCM_RIGHTS (unix(7))
#: UIO_MAXIOV: the kernel takes no more messages at once (recvmmsg(2), sendmmsg(2)).
_MOST_MESSAGES = 1024
_MOST_CONTROL = 4096


def buffers(argument: Argument, address: int, count: int, total: int) -> bytes | None:
    """The first `total` bytes of a list of struct iovec."""
    raw = argument.read.read(address, 16 * min(count, 64)) if address and count else b""
    if raw is None:
        return None
    data = b""
    for base, size in struct.iter_unpack("QQ", raw):
        data += argument.read.read(base, min(size, total - len(data))) or b""
    return data


def sent(argument: Argument) -> dict[str, Any] | None:
    """The message of sendmsg(2)."""
    return _message(argument, argument.value, settled=True)


def received(argument: Argument) -> dict[str, Any] | None:
    """The message of recvmsg(2): its control data is the kernel's once it has returned."""
    return _message(argument, argument.value, settled=argument.result >= 0)


def payload(argument: Argument, total: int) -> bytes | None:
    """The first `total` bytes in the buffers of one message."""
    raw = argument.read.read(argument.value, 32)
    if raw is None:
        return None
    iov, count = struct.unpack_from("QQ", raw, 16)
    return buffers(argument, iov, count, total)


def several_sent(argument: Argument) -> list[dict[str, Any]] | None:
    """The messages of sendmmsg(2): those that were sent or, where none was, all there are."""
    return _several(argument, argument.result if argument.result > 0 else argument.next)


def several_received(argument: Argument) -> list[dict[str, Any]] | None:
    """The messages that recvmmsg(2) received."""
    return _several(argument, argument.result)


def _several(argument: Argument, count: int) -> list[dict[str, Any]] | None:
    found: list[dict[str, Any]] = []
    done = argument.result > 0
    room = argument.limit
    for index in range(max(0, min(count, _MOST_MESSAGES))):
        address = argument.value + _ENTRY_SIZE * index
        message = _message(argument, address, settled=True)
        if message is None:
            return found or None
        if done:
            length = argument.word(address + _HEADER.size, "I")
            data = payload(argument.at(address), min(length or 0, room)) or b""
            room -= len(data)
            message |= {"len": length, "data": text(data)}
        found.append(message)
    return found


def _message(argument: Argument, address: int, *, settled: bool) -> dict[str, Any] | None:
    raw = argument.read.read(address, _HEADER.size) if address else None
    if raw is None:
        return None
    name, name_size, _, count, control, control_size, flags = _HEADER.unpack(raw)
    peer = argument.read.read(name, min(name_size, 128)) if name and name_size else None
    size = control_size if control else 0
    return {
        "name": socket_address(peer) if peer else None,
        "iovlen": count,
        "controllen": size,
        "flags": names.flags(flags & 0xFFFFFFFF, names.MESSAGE_FLAGS),
    } | ({"control": _control(argument, control, size)} if size and settled else {})


def _control(argument: Argument, address: int, size: int) -> list[dict[str, Any]] | None:
    """The control messages; of those that carry no descriptors, level and type (cmsg(3))."""
    raw = argument.read.read(address, min(size, _MOST_CONTROL))
    if raw is None:
        return None
    found: list[dict[str, Any]] = []
    at = 0
    while at + _CONTROL.size <= len(raw):
        length, level, kind = _CONTROL.unpack_from(raw, at)
        if length < _CONTROL.size:
            break  # the kernel refuses it too (CMSG_OK in include/linux/socket.h)
        message: dict[str, Any] = {
            "level": names.one(level, names.LEVELS),
            "type": names.one(kind, names.CONTROL_TYPES.get(level, {})),
        }
        if (level, kind) == _RIGHTS:
            numbers = raw[at + _CONTROL.size : at + length]
            whole = len(numbers) // 4
            message["fds"] = list(struct.unpack(f"{whole}i", numbers[: 4 * whole]))
        found.append(message)
        at += (length + 7) & ~7  # CMSG_ALIGN
    return found


def descriptors(value: object) -> list[int]:
    """The descriptors that a decoded message, or a list of them, carries (SCM_RIGHTS)."""
    messages = value if isinstance(value, list) else [value]
    return [
        fd
        for message in messages
        if isinstance(message, dict)
        for control in message.get("control") or ()
        for fd in control.get("fds", ())
    ]
