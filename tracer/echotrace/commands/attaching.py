"""Records a running process into a trace file; only `attach` imports it, for it needs Linux."""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from echotrace.commands.kept import Recorded, keep
from echotrace.commands.progress import Progress
from echotrace.commands.wish import say
from echotrace.errors import CutShort, EchotraceError, SystemRefused
from echotrace.record import procfs
from echotrace.record.attached import AttachedRecorder, plan_of
from echotrace.tracefile import Writer
from echotrace.views.words import count
from echotrace.views.words import path as readable

#: What of a program's name is no part of the name of a file.
_NOT_PLAIN = re.compile(r"[^\w.+-]", re.ASCII)


@dataclass(frozen=True)
class Wish:
    """What a user asked to have recorded; the fields are the options of the same name.

    `seconds` is the time after which to detach, None to wait for a signal or the end.
    """

    pid: int
    seconds: float | None = None
    everything: bool = False
    snaplen: int = 64
    no_lines: bool = False
    quiet: bool = False


def record(wish: Wish, path: Path, *, overwrite: bool) -> Recorded:
    """Record into `path`, until the time is over, a signal comes, or the program ends.

    Being told to end is no error here: it is how such a recording ends.
    """
    plan = plan_of(
        wish.pid, everything=wish.everything, snaplen=wish.snaplen, lines=not wish.no_lines
    )
    stopped = procfs.state(wish.pid) == "T"
    error: EchotraceError | None = None
    with Writer.create(path, overwrite=overwrite) as writer:
        try:
            with (
                Progress("decoding: call", quiet=wish.quiet) as progress,
                AttachedRecorder(
                    plan, writer.write, decoding=progress.tell, pid=wish.pid
                ) as recorder,
            ):
                if not wish.quiet:
                    tasks = count(recorder.tasks, "task")
                    name = f"attached to {wish.pid} ({readable(plan.server)})"
                    click.echo(f"{name}: {tasks}; {_until(wish.seconds)}", err=True)
                    if stopped:
                        say(f"it is stopped; 'kill -CONT {wish.pid}' lets it go on")
                with _time_limit(wish.seconds, recorder.engine.interrupt):
                    recorder.run_freely()
                recorder.finish()
        except SystemRefused as refused:
            if not writer.full:
                path.unlink(missing_ok=True)
                raise
            error = refused
        except CutShort as short:
            error = short
        except EchotraceError:
            path.unlink(missing_ok=True)
            raise
    return Recorded(path, error)


def record_and_keep(wish: Wish) -> Recorded:
    """Record, and keep the trace as the last one of its program."""
    name = f"attach-{_NOT_PLAIN.sub('_', procfs.name(wish.pid))}"
    return keep(name, lambda path: record(wish, path, overwrite=False))


def _until(seconds: float | None) -> str:
    return "Ctrl-C detaches" if seconds is None else f"for {seconds:g} s, or until Ctrl-C"


@contextlib.contextmanager
def _time_limit(seconds: float | None, end: Callable[[], None]) -> Iterator[None]:
    if seconds is None:
        yield
        return
    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
