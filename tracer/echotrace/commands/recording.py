"""Records a teaching server into a trace file, with progress; only recording commands import it."""

import signal
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import platformdirs

from echotrace import servers
from echotrace.commands.progress import Progress
from echotrace.errors import EchotraceError, NotReachable, StepTimeout, SystemRefused
from echotrace.record import build, inject, program, script
from echotrace.record.conductor import Conductor
from echotrace.record.inject import Faults
from echotrace.record.plan import Plan
from echotrace.record.program import Program
from echotrace.record.recorder import Recorder
from echotrace.record.services import Service
from echotrace.trace import Record, Trace
from echotrace.tracefile import Writer, load
from echotrace.views.words import safe


@dataclass(frozen=True)
class Wish:
    """What a user asked to have recorded; the fields are the options of the same name.

    `server` is a name of the catalogue; or empty, when `command` has the words that start a program
    of the user's own. `port` is the one that clients go to where it has several; with `no_clients`
    they are the user's, and `until_exit` lets the recording last until the program ends. `heard`
    lets the program's standard output be seen on ours, `mute` throws what it writes to stderr away;
    `tentative` says nothing of faults that meet no call; `label` tells recordings of one server
    apart that are kept at the same time.
    """

    server: str = ""
    command: tuple[str, ...] = ()
    port: int | None = None
    no_clients: bool = False
    until_exit: bool = False
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
    heard: bool = False
    tentative: bool = False
    label: str = ""

    @property
    def kept_as(self) -> str:
        """The name under which the trace is kept; a user's `fork` is not ours."""
        name = self.server.replace("/", "-")
        if self.command:
            called = Path(self.command[0]).name
            name = called if Path(called).suffix in servers.LANGUAGE_OF_SUFFIX else f"run-{called}"
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
    found = program.find(wish.command) if wish.command else _of_catalogue(wish)
    return Plan(
        server=found.name,
        language=found.language,
        program=found.path,
        argv=found.argv,
        script=script.NOTHING if wish.no_clients else script.find(wish.script, wish.clients),
        source=found.source.name if found.source else None,
        everything=wish.everything,
        snaplen=wish.snaplen,
        timeout=wish.timeout,
        pin=not found.own,
        seccomp=not wish.no_seccomp,
        mute=wish.mute,
        heard=wish.heard,
        injections=injections,
        lines=not wish.no_lines,
        compiled_from=found.compiled_from,
        port=wish.port,
    )


def _of_catalogue(wish: Wish) -> Program:
    address = None if wish.as_posted else "127.0.0.1:0"
    wanted: servers.Language = "python" if wish.lang == "python" else "c"
    (path, *arguments), language = build.command(wish.server, wanted, address)
    if language != wanted:
        _say("no C compiler found: recording the Python twin (apt-get install gcc gives the other)")
    source = servers.source(wish.server, language)
    made_from = build.inputs(source) if language == "c" else frozenset({source})
    argv = (wish.server if language == "c" else "python3", *arguments)
    return Program(wish.server, path, argv, language, source, made_from, own=False)


def record(wish: Wish, path: Path, *, overwrite: bool) -> Recorded:
    """Record into `path`. An early end is no exception here: what was seen is in the trace."""
    plan = plan_of(wish)
    error: EchotraceError | None = None
    stopped_by = None
    with Writer.create(path, overwrite=overwrite) as writer:
        try:
            stopped_by = _play(plan, writer.write, wish)
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


def _play(plan: Plan, write: Callable[[Sequence[Record]], None], wish: Wish) -> int | None:
    """Record a plan; the signal that ended it early, or None."""
    with Recorder(plan, write) as recorder:
        if not wish.tentative:
            recorder.at_exit(lambda: _tell_missed(recorder.faults))
        try:
            if not wish.no_clients:
                _serve_clients(recorder, quiet=wish.quiet)
            if wish.no_clients or wish.until_exit:
                _follow(recorder, announces=wish.no_clients and not wish.quiet)
        except StepTimeout as early:
            blamed = _with_a_likely_cause(early, wish, recorder.faults)
            recorder.finish(str(blamed))
            raise blamed from early
        ended_as_meant = wish.no_clients and not wish.until_exit
        stopped_by = recorder.stopped_by
        if stopped_by == signal.SIGINT and ended_as_meant:
            stopped_by = None
        recorder.finish("interrupted" if stopped_by else None)
        return stopped_by


def _serve_clients(recorder: Recorder, *, quiet: bool) -> None:
    """Play the script."""
    steps = recorder.plan.script
    with Progress("recording: step", len(steps.steps), quiet=quiet) as progress:
        Conductor(recorder, steps, progress.tell).play()


def _follow(recorder: Recorder, *, announces: bool) -> None:
    """Record what the program does by itself, until it ends or we are told to end."""

    def announce(service: Service) -> None:
        if announces:
            _say(f"'{recorder.plan.server}' listens on {service.local}; Ctrl-C ends the recording")

    recorder.run_freely(announce)
    recorder.settle()
    if not recorder.services.found and not recorder.stopped_by:
        raise NotReachable(recorder.beginning.ended(recorder.plan.server))


def _with_a_likely_cause(early: StepTimeout, wish: Wish, faults: Faults) -> StepTimeout:
    text = str(early)
    if made := " and ".join(faults.made()):
        text += f"; the likely cause is the injected {made}"
    elif wish.command and wish.script in script.BUILT_IN and " expect " in text:
        text += f"; the script '{wish.script}' expects an echo: --script FILE plays another"
    return type(early)(text)


def _tell_missed(faults: Faults) -> None:
    for sentence in faults.missed():
        _say(sentence)


def _say(text: str) -> None:
    click.echo(f"echotrace: {safe(text)}", err=True)
