"""Trace <-> JSON Lines: one record a line, appended as it happens.

History of FORMAT, the number in the header:

1  the first: header, task, syscall, exec, signal, exit, client, end; later also source and
   attached and client-total, and `datagram` in client, which older versions skip

A line of an unknown type, and an unknown field, are skipped: a later version may add both. What a
known field means never changes without a new number.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, get_args

import msgspec

from echotrace.errors import SystemRefused, TraceFileError, UserError
from echotrace.pauses import no_garbage_collection
from echotrace.trace import (
    Header,
    Record,
    Trace,
)

FORMAT = 1
#: So many digits of a trace's fingerprint tell it from others.
HASH_DIGITS = 8

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)
_KNOWN = frozenset(kind.__struct_config__.tag for kind in get_args(Record))


def fingerprint(trace: Trace) -> str:
    """The SHA-256 of what is known of a trace, line by line: the same for each copy of a file."""
    digest = hashlib.sha256()
    for record in (trace.header, *trace.records):
        digest.update(encode(record))
    return digest.hexdigest()


class _Kind(msgspec.Struct):
    """As much of a line as tells what it is."""

    type: str
    format: int | None = None


_kind_decoder = msgspec.json.Decoder(_Kind)


def encode(record: Record) -> bytes:
    """One record as a line."""
    return _encoder.encode(record) + b"\n"


class Writer:
    """Appends records to a file; whatever happens, the file ends with a whole line.

    Raises SystemRefused when the file cannot take more (a full disk); what was written stays.
    """

    def __init__(self, file: int, name: str) -> None:
        self._file = file
        self._name = name
        self._size = 0
        #: Whether the file could not take what it was given.
        self.full = False

    @classmethod
    def create(cls, path: Path, *, overwrite: bool = False) -> Self:
        """Make a new file; raises UserError when it exists or cannot be made."""
        if path.exists() and not path.is_file():
            raise UserError(f"'{path}' is no file; --format jsonl prints a trace into a pipe")
        try:
            if overwrite:
                path.unlink(missing_ok=True)
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            raise UserError(f"'{path}' exists; -f overwrites it") from None
        except OSError as error:
            raise UserError(f"cannot write '{path}': {error.strerror}") from error
        return cls(file, str(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._file)

    def write(self, records: Iterable[Record]) -> None:
        """Append records; those that fit are kept whole when the file cannot take all."""
        for piece in _pieces(records):
            view = memoryview(piece)
            while view:
                try:
                    view = view[os.write(self._file, view) :]
                except OSError as error:
                    self.full = True
                    self._cut_after_whole_line(piece, len(piece) - len(view))
                    raise SystemRefused(
                        f"cannot go on writing '{self._name}': {error.strerror}; "
                        "what was recorded before is in it and can be shown"
                    ) from error
            self._size += len(piece)

    def _cut_after_whole_line(self, piece: bytes, written: int) -> None:
        whole = piece.rfind(b"\n", 0, written) + 1
        with contextlib.suppress(OSError):  # a pipe or device: nothing to cut
            os.ftruncate(self._file, self._size + whole)


def _pieces(records: Iterable[Record]) -> Iterator[bytes]:
    """Lines, put together to pieces of some size."""
    lines: list[bytes] = []
    size = 0
    for record in records:
        lines.append(encode(record))
        size += len(lines[-1])
        if size > 1 << 16:
            yield b"".join(lines)
            lines, size = [], 0
    if lines:
        yield b"".join(lines)


def load(path: Path) -> Trace:
    """Read a trace file; raises TraceFileError with the line and field at fault."""
    try:
        with path.open("rb") as file:
            return read(file, str(path))
    except FileNotFoundError:
        raise TraceFileError(f"there is no file '{path}'") from None
    except OSError as error:
        raise TraceFileError(f"cannot read '{path}': {error.strerror}") from error


@no_garbage_collection()
def read(file: BinaryIO, name: str) -> Trace:
    """Read a trace from an open file; `name` is for messages."""
    records: list[Record] = []
    header: Header | None = None
    skipped = 0
    torn = None
    number = 0
    for number, line in enumerate(file, start=1):
        if line == b"\n":
            continue
        try:
            record = _decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if header is not None and not line.endswith(b"\n"):
                torn = number
                break
            if number > 1 and _is_of_a_later_kind(line):
                skipped += 1
                continue
            raise _complaint(name, number, line, error) from None
        if isinstance(record, Header):
            if header is not None:
                raise TraceFileError(f"'{name}', line {number}: a second header")
            _check_format(record.format, name)
            header = record
        elif header is None:
            raise TraceFileError(f"'{name}' is no echotrace file: line 1 is not a header")
        else:
            records.append(record)
    if header is None:
        raise TraceFileError(f"'{name}' is empty")
    return Trace(header=header, records=tuple(records), skipped=skipped, torn=torn)


def _is_of_a_later_kind(line: bytes) -> bool:
    try:
        return _kind_decoder.decode(line).type not in _KNOWN
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False


def _check_format(number: int, name: str) -> None:
    if number < 1:
        raise TraceFileError(f"'{name}' has format {number}, which never was")
    if number > FORMAT:
        raise TraceFileError(
            f"'{name}' has format {number}, written by a newer echotrace; "
            f"this one reads up to format {FORMAT}: update it (pip install -U echotrace)"
        )


def _complaint(name: str, number: int, line: bytes, error: Exception) -> TraceFileError:
    if number == 1:
        try:
            kind = _kind_decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            kind = None
        if kind is None:
            return TraceFileError(f"'{name}' is no echotrace file: line 1 is not a JSON header")
        if kind.type == "header" and kind.format is not None:
            _check_format(kind.format, name)
    what = "is not JSON" if type(error) is not msgspec.ValidationError else "has a wrong value"
    return TraceFileError(f"'{name}', line {number} {what}: {error}")
