"""Addresses as a trace spells them: `127.0.0.1:80`, `[::1]:80`, `unix:/run/x`, `unix:@abstract`."""

import os
import socket
from typing import Any

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
