"""Addresses as a trace spells them: `127.0.0.1:80`, `[::1]:80`, `unix:/run/x`, `unix:@abstract`."""

import os
import socket
import struct
from typing import Any

from echotrace.record import names
from echotrace.record.argument import text

UNIX = "unix:"


def spell(family: int, address: Any) -> str | None:  # noqa: ANN401 -- as the socket module gives it
    """An address of the socket module; None for one without name or port, or of another family."""
    if family == socket.AF_INET:
        return f"{address[0]}:{address[1]}" if address[1] else None
    if family == socket.AF_INET6:
        return f"[{address[0]}]:{address[1]}" if address[1] else None
    if family == socket.AF_UNIX and address:
        raw = address if isinstance(address, bytes) else os.fsencode(address)
        return UNIX + raw.replace(b"\0", b"@", 1 if raw[:1] == b"\0" else 0).decode("latin-1")
    return None


def socket_address(raw: bytes) -> str | None:
    """A struct sockaddr (bind(2)); the family alone where it has no other form."""
    if len(raw) < 2:
        return None
    family = struct.unpack_from("H", raw)[0]
    if family == socket.AF_INET and len(raw) >= 8:
        return f"{socket.inet_ntop(family, raw[4:8])}:{struct.unpack_from('!H', raw, 2)[0]}"
    if family == socket.AF_INET6 and len(raw) >= 24:
        return f"[{socket.inet_ntop(family, raw[8:24])}]:{struct.unpack_from('!H', raw, 2)[0]}"
    if family == socket.AF_UNIX:
        path = raw[2:]
        return "unix:" + ("@" + text(path[1:]) if path[:1] == b"\0" else text(path.split(b"\0")[0]))
    return str(names.one(family, names.DOMAINS))
