"""Keeps raw facts on disk while there is no time to decode them, so that memory does not grow."""

import marshal
import tempfile
from collections.abc import Iterator, Mapping
from typing import TypeAlias

import msgspec

from echotrace.record.stops import Item
from echotrace.trace import Record

#: Calls that ended, what else happened, and when the calls began that had not ended.
Batch: TypeAlias = tuple[list[Item], list[Record], Mapping[int, int]]


class Spool:
    """A queue of batches in an unnamed temporary file.

    The file belongs to this process alone, so `marshal`, which trusts its input, is safe here.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="echotrace-")  # noqa: SIM115 -- closed by close()
        self._taken = 0  # bytes
        #: Bytes in the file, taken or not.
        self.size = 0
        #: Calls in the file that are yet to be taken.
        self.calls = 0

    def put(self, batch: Batch) -> None:
        """Append a batch."""
        items, others, waiting = batch
        plain = [msgspec.to_builtins(record) for record in others]
        self._file.seek(self.size)
        marshal.dump((items, plain, dict(waiting)), self._file)
        self.size = self._file.tell()
        self.calls += len(items)

    def take(self) -> Batch | None:
        """Take out the oldest batch; None when there is none, and the disk is given back."""
        if self._taken == self.size:
            self._file.seek(0)
            self._file.truncate()
            self._taken = self.size = 0
            return None
        self._file.seek(self._taken)
        items, plain, waiting = marshal.load(self._file)  # noqa: S302 -- our own file
        self._taken = self._file.tell()
        self.calls -= len(items)
        return items, [msgspec.convert(record, Record) for record in plain], waiting

    def drain(self) -> Iterator[Batch]:
        """Take out all batches, oldest first."""
        while (batch := self.take()) is not None:
            yield batch

    def close(self) -> None:
        """Give the file up."""
        self._file.close()
