"""What must be read while a task is stopped: memory behind pointers, and what a descriptor is."""

import contextlib
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from echotrace.record import decode, messages
from echotrace.record.addresses import spell
from echotrace.record.argument import signed, text
from echotrace.record.machine import Call
from echotrace.record.ptrace import Memory, borrow_descriptor
from echotrace.syscalls import ROWS, Effect, Row


class Found(TypedDict):
    """What `look` finds, in values that `marshal` can spool."""

    args: dict[str, Any]
    data: str | None
    endpoints: list[Any]


_ANSWERS = {"readfds": "readable", "writefds": "writable", "exceptfds": "exceptional"}
#: Calls after which the kernel's view of a descriptor is worth a record: position of the number.
_DESCRIPTOR_AT: Mapping[str, int] = {"bind": 0, "listen": 0, "connect": 0}
#: Calls that may receive descriptors in messages: the argument that holds these.
_MESSAGES_AT: Mapping[str, str] = {"recvmsg": "msg", "recvmmsg": "msgvec"}


class TaskReader:
    """Reads one task's memory, as `decode` wants it."""

    def __init__(self, memory: Memory, tid: int) -> None:
        self._memory = memory
        self._tid = tid

    def read(self, address: int, size: int) -> bytes | None:
        """`size` bytes at `address`, or None."""
        return self._memory.read(self._tid, address, size)

    def read_string(self, address: int) -> bytes | None:
        """The bytes up to the first NUL, or None."""
        return self._memory.read_string(self._tid, address)


class Inspector:
    """Looks at calls of stopped tasks; knows the numbers of this machine's calls."""

    def __init__(self, names: Mapping[int, str], memory: Memory, limit: int) -> None:
        self.names = names
        self.rows: Mapping[int, Row] = {n: ROWS[name] for n, name in names.items() if name in ROWS}
        self._memory = memory
        self._limit = limit

    def must_look(self, number: int) -> bool:
        """Whether a call says more than its registers and one payload."""
        row = self.rows.get(number)
        return row is not None and (
            decode.needs_memory(row) or _makes_an_endpoint(row) or row.name in _DESCRIPTOR_AT
        )

    def before(self, tid: int, call: Call) -> dict[str, Any]:
        """The arguments at the entry of a call that changes them."""
        return decode.arguments(self.rows.get(call.number), call, TaskReader(self._memory, tid))

    def look(self, tid: int, pid: int, call: Call, before: dict[str, Any] | None) -> Found:
        """The arguments, payload and descriptors of a call that has returned, or still waits."""
        row = self.rows.get(call.number)
        reader = TaskReader(self._memory, tid)
        if before is not None and row is not None and row.effect is Effect.EXECS:
            return Found(args=before, data=None, endpoints=[])
        arguments = decode.arguments(row, call, reader, self._limit)
        if before is not None:
            answers = {_ANSWERS[n]: v for n, v in arguments.items() if n in _ANSWERS}
            arguments = before | (answers if call.result is not None else {})
        data = decode.payload(row, call, reader, self._limit)
        return Found(
            args=arguments,
            data=None if data is None else text(data),
            endpoints=[endpoint(tid, pid, fd) for fd in _new_descriptors(row, call, arguments)],
        )


def _makes_an_endpoint(row: Row) -> bool:
    makes = row.effect in (Effect.MAKES, Effect.ACCEPTS, Effect.PAIR)
    return makes and row.event != "open"  # a file's path is known from the arguments


def _new_descriptors(row: Row | None, call: Call, arguments: Mapping[str, Any]) -> list[int]:
    """The descriptors that a successful call made, or whose name it settled."""
    if row is None or call.result is None or call.result < 0:
        return []
    if row.name in _DESCRIPTOR_AT:
        return [signed(call.arguments[_DESCRIPTOR_AT[row.name]])]
    if row.name in _MESSAGES_AT:
        return messages.descriptors(arguments.get(_MESSAGES_AT[row.name]))
    if not _makes_an_endpoint(row):
        return []
    if row.effect is Effect.PAIR:
        return list(arguments.get("sv") or arguments.get("fds") or [])
    return [call.result]


def endpoint(tid: int, pid: int, fd: int) -> dict[str, Any]:
    """What the kernel says of a task's descriptor, as the fields of a trace.Endpoint.

    It is asked by the task, not by its process: a leader that ended has no descriptors any more.
    """
    facts: dict[str, Any] = {"fd": fd}
    try:
        facts["link"] = link = str(Path(f"/proc/{tid}/fd/{fd}").readlink())
    except OSError:
        return facts
    return facts | _addresses(tid, pid, fd) if link.startswith("socket:") else facts


def _addresses(tid: int, pid: int, fd: int) -> dict[str, str]:
    """The local and the peer's address of a socket, asked through a copy of the descriptor."""
    try:
        pidfd = _pidfd(tid, pid)
    except OSError:
        return {}
    try:
        copy = borrow_descriptor(pidfd, fd)
    finally:
        os.close(pidfd)
    if copy is None:
        return {}
    found = {}
    with socket.socket(fileno=copy) as borrowed:
        for name, ask in (("local", borrowed.getsockname), ("peer", borrowed.getpeername)):
            try:
                address = spell(borrowed.family, ask())
            except OSError:  # not connected
                continue
            if address:
                found[name] = address
    return found


def _pidfd(tid: int, pid: int) -> int:
    """Before Linux 6.9 (PIDFD_THREAD, which is O_EXCL) there are pidfds of leaders only."""
    if tid != pid:
        with contextlib.suppress(OSError):
            return os.pidfd_open(tid, os.O_EXCL)
    return os.pidfd_open(pid)
