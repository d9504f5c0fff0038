"""Records a teaching server into a trace file, with progress; only recording commands import it."""

import contextlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import platformdirs

from echotrace import servers
from echotrace.commands.progress import Progress
from echotrace.errors import EchoLost, EchotraceError, StepTimeout, SystemRefused, UserError
from echotrace.record import build, inject, script
from echotrace.record.conductor import Conductor
from echotrace.record.freerun import FreeRun
from echotrace.record.generator import LoadGenerator
from echotrace.record.inject import Faults
from echotrace.record.plan import Plan
from echotrace.record.recorder import Recorder
from echotrace.record.script import Script
from echotrace.trace import Load, Record, Trace
from echotrace.tracefile import Writer, load

DEFAULT_SCRIPT = "interleaved"
DEFAULT_ECHOES = 10
DEFAULT_PAYLOAD = 64  # bytes


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
    script: str | None = None
    free_run: bool = False
    echoes: int | None = None
    payload: int | None = None
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
    load = _load(wish)
    play = _FREE if load else script.find(wish.script or DEFAULT_SCRIPT, wish.clients)
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
        pin=load is None,  # a server that is to serve many at the same time has all processors
        load=load,
    )


_FREE = Script("free run", ())


def _load(wish: Wish) -> Load | None:
    """What the clients of a free run are to do; None if they play a script."""
    if not wish.free_run:
        if wish.echoes is not None or wish.payload is not None:
            raise UserError("--echoes and --payload say what clients do under --free-run: add it")
        return None
    if wish.script is not None:
        raise UserError("--free-run plays no script: leave out --script or --free-run")
    return Load(wish.clients, wish.echoes or DEFAULT_ECHOES, wish.payload or DEFAULT_PAYLOAD)


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
        except (StepTimeout, EchoLost) as early:
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
    with contextlib.ExitStack() as stack:
        generator = stack.enter_context(LoadGenerator(plan.load)) if plan.load else None
        recorder = stack.enter_context(Recorder(plan, write))
        progress = stack.enter_context(_progress(plan, quiet=quiet))
        if not tentative:
            recorder.at_exit(lambda: _tell_missed(recorder.faults))
        try:
            if generator is None:
                Conductor(recorder, plan.script, progress.tell).play()
            else:
                FreeRun(recorder, generator, progress.tell).play()
        except StepTimeout as early:
            blamed = _with_a_likely_cause(early, recorder.faults)
            recorder.finish(str(blamed))
            raise blamed from early
        except EchoLost:
            recorder.finish()
            raise
        recorder.finish("interrupted" if recorder.stopped_by else None)
        return recorder.stopped_by


def _progress(plan: Plan, *, quiet: bool) -> Progress:
    if plan.load:
        return Progress("echo", plan.load.clients * plan.load.echoes, quiet=quiet)
    return Progress("recording: step", len(plan.script.steps), quiet=quiet)


def _with_a_likely_cause(early: StepTimeout, faults: Faults) -> StepTimeout:
    made = " and ".join(faults.made())
    return StepTimeout(f"{early}; the likely cause is the injected {made}") if made else early


def _tell_missed(faults: Faults) -> None:
    for sentence in faults.missed():
        _say(sentence)


def _say(text: str) -> None:
    click.echo(f"echotrace: {text}", err=True)
