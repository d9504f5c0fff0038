"""Records a program into a trace file, with progress; only recording commands import it."""

import contextlib
import hashlib
import os
import signal
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Protocol

import platformdirs

from echotrace.commands.progress import Progress
from echotrace.commands.show import tell_if_long
from echotrace.commands.wish import Wish, plan_of, say
from echotrace.errors import (
    CutShort,
    EchoLost,
    EchotraceError,
    NotReachable,
    StepTimeout,
    SystemRefused,
)
from echotrace.record import script
from echotrace.record.conductor import Conductor
from echotrace.record.freerun import FreeRun
from echotrace.record.generator import LoadGenerator
from echotrace.record.inject import Faults
from echotrace.record.plan import Plan
from echotrace.record.recorder import Recorder
from echotrace.record.services import Service
from echotrace.trace import Record, Syscall, Trace
from echotrace.tracefile import HASH_DIGITS, Writer, read

__all__ = ["Recorded", "Watcher", "Wish", "keep", "plan_of", "record", "record_and_keep"]


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


class Watcher(Protocol):
    """Is shown a recording as it grows."""

    def grow(self, records: Sequence[Record]) -> None:
        """Take what was just written, the header first."""

    def begin(self, calls: Sequence[Syscall]) -> None:
        """Take calls that go on, each once."""


def record(wish: Wish, path: Path, *, overwrite: bool, watcher: Watcher | None = None) -> Recorded:
    """Record into `path`. An early end is no exception here: what was seen is in the trace."""
    plan = plan_of(wish)
    error: EchotraceError | None = None
    stopped_by = None
    with Writer.create(path, overwrite=overwrite) as writer:
        try:
            stopped_by = _play(plan, writer.write, wish, watcher)
        except (StepTimeout, EchoLost, CutShort) as early:
            error = early
        except SystemRefused as refused:
            if not writer.full:
                raise
            error = refused
    return Recorded(path, error, stopped_by)


def record_and_keep(wish: Wish, watcher: Watcher | None = None) -> Recorded:
    """Record, and keep the trace as the last one of its server, or for good."""
    return keep(
        wish.kept_as, lambda path: record(wish, path, overwrite=False, watcher=watcher),
        lasting=wish.lasting,
    )  # fmt: skip


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


def _play(
    plan: Plan,
    write: Callable[[Sequence[Record]], None],
    wish: Wish,
    watcher: Watcher | None,
) -> int | None:
    """Record a plan; the signal that ended it early, or None."""

    def write_and_show(records: Sequence[Record]) -> None:
        write(records)
        if watcher is not None:
            watcher.grow(records)

    quiet = wish.quiet or watcher is not None
    with contextlib.ExitStack() as stack:
        generator = stack.enter_context(LoadGenerator(plan.load)) if plan.load else None
        begun = watcher.begin if watcher else None
        decoding = stack.enter_context(Progress("decoding: call", quiet=quiet))
        recorder = stack.enter_context(Recorder(plan, write_and_show, begun, decoding.tell))
        if not wish.tentative:
            recorder.at_exit(lambda: _tell_missed(recorder.faults))
        try:
            if not wish.no_clients:
                _serve_clients(recorder, generator, wish.doing, quiet=quiet)
            if (wish.no_clients or wish.until_exit) and not recorder.stopped_by:
                _follow(recorder, announces=wish.no_clients and not wish.quiet)
        except StepTimeout as early:
            blamed = _with_a_likely_cause(early, wish, recorder.faults)
            recorder.finish(str(blamed))
            raise blamed from early
        except EchoLost:
            recorder.finish()
            raise
        ended_as_meant = wish.no_clients and not wish.until_exit
        stopped_by = recorder.stopped_by
        if stopped_by == signal.SIGINT and ended_as_meant:
            stopped_by = None
        recorder.finish("interrupted" if stopped_by else None)
        return stopped_by


def _serve_clients(
    recorder: Recorder, generator: LoadGenerator | None, doing: str, *, quiet: bool
) -> None:
    """Play the script, or let the clients run freely."""
    steps, wanted = recorder.plan.script, recorder.plan.load
    if generator is not None and wanted is not None:
        echoes = wanted.clients * wanted.echoes
        with Progress("echo", quiet=quiet) as progress:
            FreeRun(recorder, generator, lambda done: progress.tell(done, echoes)).play()
    else:
        count = len(steps.steps)
        with Progress(f"{doing}: step", quiet=quiet) as progress:
            Conductor(recorder, steps, lambda done: progress.tell(done, count)).play()


def _follow(recorder: Recorder, *, announces: bool) -> None:
    """Record what the program does by itself, until it ends or we are told to end."""

    def announce(service: Service) -> None:
        if announces:
            say(f"'{recorder.plan.server}' listens on {service.local}; Ctrl-C ends the recording")

    recorder.run_freely(announce)
    recorder.settle()
    if not recorder.services.found and not recorder.stopped_by:
        raise NotReachable(recorder.beginning.ended(recorder.plan.server))


def _with_a_likely_cause(early: StepTimeout, wish: Wish, faults: Faults) -> StepTimeout:
    text = str(early)
    if made := " and ".join(faults.made()):
        text += f"; the likely cause is the injected {made}"
    elif wish.command and wish.played in script.BUILT_IN and " expect " in text:
        text += f"; the script '{wish.played}' expects an echo: --script FILE plays another"
    return type(early)(text)


def _tell_missed(faults: Faults) -> None:
    for sentence in faults.missed():
        say(sentence)
