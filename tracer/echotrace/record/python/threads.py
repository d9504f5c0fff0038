"""Finds the state that the interpreter keeps of a task (PyThreadState).

Each state holds its thread's `native_thread_id`, which is the task's number. Who holds the
interpreter's lock is of no use: in a system call a thread has mostly given it up.
"""

import itertools
from collections.abc import Iterator

from echotrace.record.python.offsets import Offsets
from echotrace.record.scatter import Reader

#: Walks end here, whatever the memory says.
_MOST = 4096


class ThreadStates:
    """The thread states of an interpreter whose `_PyRuntime` is at an address."""

    def __init__(self, offsets: Offsets, runtime: int, reader: Reader) -> None:
        self._offsets = offsets
        self._runtime = runtime
        self._reader = reader

    def find(self, tid: int) -> int | None:
        """The address of the state of a task that has a frame.

        A state that is being made may still bear its maker's number (3.11): it has no frame yet.
        """
        for state in itertools.islice(self._all(tid), _MOST):
            if self.number(tid, state) == as_bytes(tid) and self.way_to_frame(tid, state):
                return state
        return None

    def number(self, tid: int, state: int) -> bytes | None:
        """A state's native_thread_id, as it lies in memory."""
        return self._reader.read(tid, state + self._offsets.native_thread_id, 8)

    def way_to_frame(self, tid: int, state: int) -> tuple[int, ...] | None:
        """The addresses of the pointers that lead to the innermost frame, and at last its own.

        None when the thread runs no frame.
        """
        places: list[int] = []
        address: int | None = state
        for offset in self._offsets.current_frame:
            if not address:
                return None
            places.append(address + offset)
            address = self._pointer(tid, places[-1])
        return (*places, address) if address else None

    def _all(self, tid: int) -> Iterator[int]:
        """The states of all interpreters; in each the newest first."""
        offsets = self._offsets
        first = self._runtime + offsets.interpreters_head
        for interpreter in self._linked(tid, first, offsets.interpreter_next):
            first_thread = interpreter + offsets.threads_head
            yield from self._linked(tid, first_thread, offsets.thread_next)

    def _linked(self, tid: int, first: int, next_at: int) -> Iterator[int]:
        """The addresses in a linked list, which ends where it begins to repeat itself.

        `first` is where the first one stands.
        """
        seen: set[int] = set()
        address = self._pointer(tid, first)
        while address and address not in seen and len(seen) < _MOST:
            seen.add(address)
            yield address
            address = self._pointer(tid, address + next_at)

    def _pointer(self, tid: int, address: int) -> int | None:
        raw = self._reader.read(tid, address, 8)
        return None if raw is None else int.from_bytes(raw, "little")


def as_bytes(tid: int) -> bytes:
    """A native_thread_id as it lies in memory."""
    return tid.to_bytes(8, "little")
