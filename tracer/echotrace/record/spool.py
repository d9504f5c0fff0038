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

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return self._file.tell()

    def put(self, batch: Batch) -> None:
        """Append a batch."""
        items, others, waiting = batch
        plain = [msgspec.to_builtins(record) for record in others]
        marshal.dump((items, plain, dict(waiting)), self._file)

    def drain(self) -> Iterator[Batch]:
        """Take out all batches, oldest first."""
        end = self.size
        self._file.seek(0)
        while self._file.tell() < end:
            items, plain, waiting = marshal.load(self._file)  # noqa: S302 -- our own file
            yield items, [msgspec.convert(record, Record) for record in plain], waiting
        self._file.seek(0)
        self._file.truncate()

    def close(self) -> None:
        """Give the file up."""
        self._file.close()
