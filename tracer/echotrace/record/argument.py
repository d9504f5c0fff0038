"""One argument of a call on its way from a register to a value, and how memory is read for it."""

import struct
from dataclasses import dataclass, replace
from typing import Any, Protocol

from echotrace.record.machine import Call


class Reader(Protocol):
    """Reads a task's memory: `size` bytes at an address, or None."""

    def read(self, address: int, size: int) -> bytes | None:
        """`size` bytes at `address`, or None when they cannot be read."""

    def read_string(self, address: int) -> bytes | None:
        """The bytes up to the first NUL, or None."""


@dataclass(frozen=True)
class Argument:
    """One argument being decoded: its value, and the call and position it stands in.

    `limit` is how many bytes of a payload are kept.
    """

    value: int
    call: Call
    position: int
    read: Reader
    limit: int = 0

    def at(self, address: int) -> "Argument":
        """The same argument as if it pointed to `address`."""
        return replace(self, value=address)

    @property
    def next(self) -> int:
        """The argument behind this one, where lengths stand."""
        return self.call.arguments[self.position + 1]

    @property
    def result(self) -> int:
        """What the call returned; -1 while it has not."""
        return -1 if self.call.result is None else self.call.result

    def word(self, address: int, form: str = "i") -> Any:  # noqa: ANN401 -- as struct says
        """One value of the given struct format at an address, or None."""
        raw = self.read.read(address, struct.calcsize(form)) if address else None
        return struct.unpack(form, raw)[0] if raw else None


def signed(value: int, bits: int = 32) -> int:
    """The register as a C int (or long) is read from it."""
    value &= (1 << bits) - 1
    return value - (value >> bits - 1 << bits)


def text(raw: bytes) -> str:
    """Bytes as the trace keeps them: one character a byte."""
    return raw.decode("latin-1")
