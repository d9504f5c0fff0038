"""What was recorded, and where it is kept: a file that the user named, or the last of a server."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import platformdirs

from echotrace.commands.show import tell_if_long
from echotrace.errors import EchotraceError, SystemRefused
from echotrace.trace import Trace
from echotrace.tracefile import HASH_DIGITS, read


@dataclass(frozen=True)
class Recorded:
    """A finished recording: its file, and what ended it early, if anything did.

    A file that the next recording of that name replaces is `held` open.
    """

    path: Path
    error: EchotraceError | None = None
    stopped_by: int | None = None
    held: BinaryIO | None = None

    @cached_property
    def trace(self) -> Trace:
        """What was recorded; reading much takes more than a moment."""
        with self._opened() as file:
            tell_if_long(os.fstat(file.fileno()).st_size, str(self.path))
            return read(file, str(self.path))

    def text(self) -> str:
        """The trace as its file has it."""
        with self._opened() as file:
            return file.read().decode()

    def _opened(self) -> BinaryIO:
        """The file from its beginning, though the next recording may have taken its name."""
        if self.held is None:
            return self.path.open("rb")
        again = os.fdopen(os.dup(self.held.fileno()), "rb")
        again.seek(0)
        return again

    @property
    def exit_status(self) -> int:
        """0, or what the early end means to whoever called us (128 + n for signal n, as in sh)."""
        if self.stopped_by is not None:
            return 128 + self.stopped_by
        return self.error.exit_status if self.error else 0


def keep(name: str, make: Callable[[Path], Recorded], *, lasting: bool = False) -> Recorded:
    """Let a recording be made, and keep it as the last one of that name.

    The name of a `lasting` one ends in how its hash begins, so that only the same trace has it.
    Two recordings at the same time do not meet: each has a file of its own until it is done.
    """
    path = _kept_path(name)
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=path.parent) as folder:
        recorded = make(Path(folder) / path.name)
        held = recorded.path.open("rb")
        if lasting:
            path = path.with_stem(f"{path.stem}-{_hash(held)}")
        recorded.path.replace(path)
    return replace(recorded, path=path, held=held)


def _hash(file: BinaryIO) -> str:
    """How the fingerprint of a trace begins: that of the file, which is as it was written."""
    return hashlib.sha256(file.read()).hexdigest()[:HASH_DIGITS]


def _kept_path(name: str) -> Path:
    """Where a trace is kept that nobody gave a name: one a server, the last one."""
    folder = platformdirs.user_state_path("echotrace")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SystemRefused(
            f"cannot keep traces in '{folder}': {error.strerror}; "
            "set XDG_STATE_HOME to a directory that can be written"
        ) from error
    return folder / f"{name}.jsonl"
