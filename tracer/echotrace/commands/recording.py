"""Records a teaching server into a trace file, with progress; only recording commands import it."""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import click
import platformdirs

from echotrace import servers
from echotrace.errors import EchotraceError, StepTimeout, SystemRefused
from echotrace.record import build, script
from echotrace.record.conductor import Conductor
from echotrace.record.recorder import Plan, Recorder
from echotrace.trace import Record, Trace
from echotrace.tracefile import Writer, load

_PATIENCE = 1.0  # seconds before progress is told


@dataclass(frozen=True)
class Wish:
    """What a user asked to have recorded; the fields are the options of the same name."""

    server: str
    clients: int = 2
    script: str = "interleaved"
    lang: str = "c"
    as_posted: bool = False
    everything: bool = False
    snaplen: int = 64
    timeout: float = 5.0
    no_seccomp: bool = False
    no_lines: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Recorded:
    """A finished recording: its file, its trace, and what ended it early, if anything did."""

    path: Path
    trace: Trace
    error: EchotraceError | None = None
    stopped_by: int | None = None

    @property
    def exit_status(self) -> int:
        """0, or what the early end means to whoever called us (128 + n for signal n, as in sh)."""
        if self.stopped_by is not None:
            return 128 + self.stopped_by
        return self.error.exit_status if self.error else 0


def kept_path(name: str) -> Path:
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


def plan_of(wish: Wish) -> Plan:
    """Everything needed to record: the script read, the server compiled."""
    play = script.find(wish.script, wish.clients)
    address = None if wish.as_posted else "127.0.0.1:0"
    wanted: servers.Language = "python" if wish.lang == "python" else "c"
    (program, *arguments), language = build.command(wish.server, wanted, address)
    if language != wish.lang:
        _say("no C compiler found: recording the Python twin (apt-get install gcc gives the other)")
    source = servers.source(wish.server, language)
    return Plan(
        server=wish.server,
        language=language,
        program=program,
        argv=[wish.server if language == "c" else "python3", *arguments],
        script=play,
        source=source.name,
        everything=wish.everything,
        snaplen=wish.snaplen,
        timeout=wish.timeout,
        seccomp=not wish.no_seccomp,
        lines=not wish.no_lines,
        compiled_from=build.inputs(source) if language == "c" else frozenset(),
    )


def record(wish: Wish, path: Path, *, overwrite: bool) -> Recorded:
    """Record into `path`. An early end is no exception here: what was seen is in the trace."""
    plan = plan_of(wish)
    error: EchotraceError | None = None
    stopped_by = None
    with Writer.create(path, overwrite=overwrite) as writer:
        try:
            stopped_by = _play(plan, writer.write, quiet=wish.quiet)
        except StepTimeout as early:
            error = early
        except SystemRefused as refused:
            if not writer.full:
                raise
            error = refused
    return Recorded(path, load(path), error, stopped_by)


def record_and_keep(wish: Wish) -> Recorded:
    """Record, and keep the trace as the last one of its server.

    Two recordings at the same time do not meet: each has a file of its own until it is done.
    """
    path = kept_path(wish.server)
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=path.parent) as folder:
        recorded = record(wish, Path(folder) / path.name, overwrite=False)
        recorded.path.replace(path)
    return replace(recorded, path=path)


def _play(plan: Plan, write: Callable[[Sequence[Record]], None], *, quiet: bool) -> int | None:
    """Record a plan; the signal that ended it, or None."""
    with Recorder(plan, write) as recorder, _Progress(len(plan.script.steps), quiet) as progress:
        try:
            Conductor(recorder, plan.script, progress.tell).play()
        except StepTimeout as early:
            recorder.finish(str(early))
            raise
        recorder.finish("interrupted" if recorder.stopped_by else None)
        return recorder.stopped_by


class _Progress:
    """A counter on stderr for recordings that take longer than a moment."""

    def __init__(self, steps: int, quiet: bool) -> None:
        self._steps = steps
        self._shown = False
        self._silent = quiet or not sys.stderr.isatty()
        self._next = time.monotonic() + _PATIENCE

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)

    def tell(self, done: int) -> None:
        """So many steps are done."""
        if self._silent or time.monotonic() < self._next:
            return
        self._shown = True
        self._next = time.monotonic() + 0.1
        click.echo(f"\rrecording: step {done} of {self._steps}", nl=False, err=True)


def _say(text: str) -> None:
    click.echo(f"echotrace: {text}", err=True)
