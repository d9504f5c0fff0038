"""Socket addresses in words."""

import socket
import struct

from echotrace.record import names
from echotrace.record.argument import text


def socket_address(raw: bytes) -> str | None:
    """A struct sockaddr in words: `127.0.0.1:80`, `[::1]:80`, `unix:PATH`, `unix:@ABSTRACT`."""
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
