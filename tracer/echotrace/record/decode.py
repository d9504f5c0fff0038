"""Registers and memory to arguments: each kind of argument named in the table has one decoder.

It sees the whole call, since the length of a buffer is another argument, and reads the task's
memory through `argument.Reader`. `in_registers` and `in_memory` have the decoders.
"""

from typing import Any

from echotrace.record import in_memory, in_registers, messages
from echotrace.record.argument import Argument, Reader, signed
from echotrace.record.machine import FOREIGN_BIT, Call
from echotrace.syscalls import Row

_DECODERS = {**in_registers.DECODERS, **in_memory.DECODERS}
#: Kinds that hold the payload, which the record keeps beside the arguments.
PAYLOADS = frozenset({"data_in", "data_out"})
#: Argument names under which views and model look for a call's flags.
_RENAMED = {"cloneargs": "flags"}


def moves_bytes(row: Row) -> bool:
    """Whether a call's payload is one buffer, whose address is the second argument."""
    return any(argument.kind in PAYLOADS for argument in row.arguments)


def needs_memory(row: Row) -> bool:
    """Whether a call has arguments, apart from a payload, that stand in the task's memory."""
    return any(argument.kind in in_memory.DECODERS for argument in row.arguments)


def arguments(row: Row | None, call: Call, read: Reader, limit: int = 0) -> dict[str, Any]:
    """The decoded arguments of a call by name; raw words for a call that is in no table.

    Of each payload that stands among them, at most `limit` bytes.
    """
    if call.number & FOREIGN_BIT:
        return {}  # they stand in other registers
    if row is None:
        return {f"arg{index}": hex(word) for index, word in enumerate(call.arguments)}
    found = {}
    for position, argument in enumerate(row.arguments):
        if argument.kind in PAYLOADS:
            continue
        seen = Argument(call.arguments[position], call, position, read, limit)
        found[_RENAMED.get(argument.kind, argument.name)] = _DECODERS[argument.kind](seen)
        if argument.kind in in_memory.MORE:
            name, decoder = in_memory.MORE[argument.kind]
            found[name] = decoder(seen)
    return found


def payload(row: Row | None, call: Call, read: Reader, limit: int) -> bytes | None:
    """The bytes that a finished call moved, at most `limit` of them; None when it moves none."""
    if row is None or call.result is None or call.result < 0:
        return None
    size = min(call.result, limit)
    for position, argument in enumerate(row.arguments):
        value = call.arguments[position]
        view = Argument(value, call, position, read)
        match argument.kind:
            case "data_in" | "data_out":
                return read.read(value, size)
            case "iovec_in" | "iovec_out":
                return messages.buffers(view, value, signed(view.next), size)
            case "msghdr_in" | "msghdr_out":
                return messages.payload(view, size)
    return None
