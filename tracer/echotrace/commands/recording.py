"""Records a teaching server into a trace file, with progress; only recording commands import it."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import platformdirs

from echotrace import servers
from echotrace.commands.progress import Progress
from echotrace.errors import EchotraceError, StepTimeout, SystemRefused
from echotrace.record import build, inject, script
from echotrace.record.conductor import Conductor
from echotrace.record.inject import Faults
from echotrace.record.plan import Plan
from echotrace.record.recorder import Recorder
from echotrace.trace import Record, Trace
from echotrace.tracefile import Writer, load


@dataclass(frozen=True)
class Wish:
    """What a user asked to have recorded; the fields are the options of the same name.

    `server` is a name of the catalogue; or, when `source` is the user's own file, what to call it.
    `mute` throws the server's messages on stderr away; `tentative` says nothing of faults that meet
    no call; `label` tells recordings of one server apart that are kept at the same time.
    """

    server: str
    source: Path | None = None
    clients: int = 2
    script: str = "interleaved"
    lang: str = "c"
    as_posted: bool = False
    everything: bool = False
    snaplen: int = 64
    timeout: float = 5.0
    no_seccomp: bool = False
    no_lines: bool = False
    inject: tuple[str, ...] = ()
    quiet: bool = False
    mute: bool = False
    tentative: bool = False
    label: str = ""

    @property
    def kept_as(self) -> str:
        """The name under which the trace is kept; a user's `fork.c` is not our `fork`."""
        name = self.source.name if self.source else self.server.replace("/", "-")
        return f"{name}-{self.label}" if self.label else name


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
    injections = tuple(map(inject.parse, wish.inject))
    play = script.find(wish.script, wish.clients)
    (program, *arguments), language, source = _command(wish)
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
        mute=wish.mute,
        injections=injections,
        lines=not wish.no_lines,
        compiled_from=build.inputs(source) if language == "c" else frozenset({source}),
        stand_ins=servers.stand_ins(),
    )


def _command(wish: Wish) -> tuple[list[str], servers.Language, Path]:
    """The command line, its language, and the source file."""
    if wish.source is not None:
        return *build.own_command(wish.source), wish.source
    address = None if wish.as_posted else "127.0.0.1:0"
    wanted: servers.Language = "python" if wish.lang == "python" else "c"
    argv, language = build.command(wish.server, wanted, address)
    if language != wanted:
        _say("no C compiler found: recording the Python twin (apt-get install gcc gives the other)")
    return argv, language, servers.source(wish.server, language)


def record(wish: Wish, path: Path, *, overwrite: bool) -> Recorded:
    """Record into `path`. An early end is no exception here: what was seen is in the trace."""
    plan = plan_of(wish)
    error: EchotraceError | None = None
    stopped_by = None
    with Writer.create(path, overwrite=overwrite) as writer:
        try:
            stopped_by = _play(plan, writer.write, quiet=wish.quiet, tentative=wish.tentative)
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
    path = kept_path(wish.kept_as)
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=path.parent) as folder:
        recorded = record(wish, Path(folder) / path.name, overwrite=False)
        recorded.path.replace(path)
    return replace(recorded, path=path)


def _play(
    plan: Plan, write: Callable[[Sequence[Record]], None], *, quiet: bool, tentative: bool
) -> int | None:
    """Record a plan; the signal that ended it, or None."""
    with (
        Recorder(plan, write) as recorder,
        Progress("recording: step", len(plan.script.steps), quiet=quiet) as progress,
    ):
        if not tentative:
            recorder.at_exit(lambda: _tell_missed(recorder.faults))
        try:
            Conductor(recorder, plan.script, progress.tell).play()
        except StepTimeout as early:
            blamed = _with_a_likely_cause(early, recorder.faults)
            recorder.finish(str(blamed))
            raise blamed from early
        recorder.finish("interrupted" if recorder.stopped_by else None)
        return recorder.stopped_by


def _with_a_likely_cause(early: StepTimeout, faults: Faults) -> StepTimeout:
    made = " and ".join(faults.made())
    return StepTimeout(f"{early}; the likely cause is the injected {made}") if made else early


def _tell_missed(faults: Faults) -> None:
    for sentence in faults.missed():
        _say(sentence)


def _say(text: str) -> None:
    click.echo(f"echotrace: {text}", err=True)
