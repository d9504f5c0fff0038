"""Kinds of argument whose value is in the register itself: numbers become names."""

import os
from collections.abc import Callable, Mapping
from typing import Any

from echotrace.record import names
from echotrace.record.argument import Argument, signed


def _open_flags(argument: Argument) -> str:
    access = names.OPEN_ACCESS.get(argument.value & 3, "O_ACCMODE")
    more = names.flags(argument.value & ~3 & 0xFFFFFFFF & ~getattr(os, "O_LARGEFILE", 0),
                       names.OPEN_FLAGS)  # fmt: skip
    return f"{access}|{more}" if more else access


def _socket_type(argument: Argument) -> str:
    kind = names.one(argument.value & 0xF, names.SOCKET_TYPES)
    more = names.flags(argument.value & ~0xF, names.SOCKET_FLAGS)
    return f"{kind}|{more}" if more else str(kind)


def _option_name(argument: Argument) -> str | int:
    level = argument.call.arguments[argument.position - 1]
    return names.one(signed(argument.value), names.OPTIONS.get(signed(level), {}))


def _fcntl_argument(argument: Argument) -> int | str:
    match names.FCNTL_COMMANDS.get(argument.call.arguments[1]):
        case "F_SETFD":
            return "FD_CLOEXEC" if argument.value & 1 else 0
        case "F_SETFL":
            return _open_flags(argument)
        case _:
            return signed(argument.value)


#: The decoder of each kind.
DECODERS: Mapping[str, Callable[[Argument], Any]] = {
    "int": lambda a: signed(a.value),
    "uint": lambda a: a.value & 0xFFFFFFFF,
    "size": lambda a: a.value,
    "hex": lambda a: hex(a.value & 0xFFFFFFFF),
    "pointer": lambda a: hex(a.value) if a.value else None,
    "fd": lambda a: signed(a.value),
    "dirfd": lambda a: "AT_FDCWD" if signed(a.value) == -100 else signed(a.value),
    "domain": lambda a: names.one(a.value, names.DOMAINS),
    "socktype": _socket_type,
    "sockflags": lambda a: names.flags(a.value, names.SOCKET_FLAGS),
    "msgflags": lambda a: names.flags(a.value & 0xFFFFFFFF, names.MESSAGE_FLAGS),
    "level": lambda a: names.one(signed(a.value), names.LEVELS),
    "optname": _option_name,
    "shut": lambda a: names.one(a.value, names.SHUTDOWN),
    "openflags": _open_flags,
    "epollflags": lambda a: names.flags(a.value, names.EPOLL_FLAGS),
    "epollop": lambda a: names.one(a.value, names.EPOLL_OPERATIONS),
    "futexop": lambda a: names.one(a.value & names.FUTEX_OPERATION_BITS, names.FUTEX_OPERATIONS),
    "closerange": lambda a: names.flags(a.value, names.CLOSE_RANGE_FLAGS),
    "fcntl": lambda a: names.one(a.value, names.FCNTL_COMMANDS),
    "fcntlarg": _fcntl_argument,
    "ioctl": lambda a: names.one(a.value, names.IOCTL_REQUESTS),
    "waitflags": lambda a: names.flags(a.value & 0xFFFFFFFF, names.WAIT_FLAGS),
    "signal": lambda a: names.signal_name(signed(a.value)),
    "cloneflags": lambda a: names.clone_flags(a.value & ~0xFF, a.value & 0xFF),
}
