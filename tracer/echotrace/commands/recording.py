"""Records a program into a trace file, with progress; only recording commands import it."""

import contextlib
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from echotrace.commands.kept import Recorded, keep
from echotrace.commands.progress import Progress
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
from echotrace.trace import Record, Syscall
from echotrace.tracefile import Writer

__all__ = ["Watcher", "Wish", "plan_of", "record", "record_and_keep"]


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
