"""Records programs in this process, for the tests of the recording side."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from echotrace.commands.recording import Wish, plan_of
from echotrace.record import build, script
from echotrace.record.conductor import Conductor
from echotrace.record.plan import Plan
from echotrace.record.recorder import Recorder
from echotrace.record.script import Script
from echotrace.trace import Header, Record, Trace

PROGRAMS = Path(__file__).parent.parent / "programs"
PATIENCE = 60  # seconds until a recording that hangs fails its test instead of hanging it
NO_STEPS = Script("none", ())


def own_folders(monkeypatch: pytest.MonkeyPatch, factory: pytest.TempPathFactory) -> None:
    """Let this test run keep what it compiles and records in a folder of its own."""
    base = factory.getbasetemp()
    monkeypatch.setenv("XDG_CACHE_HOME", str(base / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(base / "state"))


def program(name: str) -> str:
    """The path of a program of tests/programs, compiled."""
    compiler = build.find_compiler()
    if compiler is None:
        pytest.skip("needs a C compiler")
    return str(build.build(PROGRAMS / f"{name}.c", compiler))


def plan(
    name: str, *arguments: str, steps: Script = NO_STEPS, seccomp: bool = True, snaplen: int = 64
) -> Plan:
    """How to record a program of tests/programs."""
    return Plan(
        server=name,
        language="c",
        argv=[program(name), *arguments],
        script=steps,
        seccomp=seccomp,
        snaplen=snaplen,
    )


def server_plan(
    name: str, clients: int = 2, play: str = "interleaved", language: str = "c"
) -> Plan:
    """How `echotrace NAME` records."""
    return plan_of(Wish(name, clients=clients, script=play, lang=language))


def steps(text: str) -> Script:
    """A script whose steps stand between semicolons."""
    return script.parse(text.replace(";", "\n"), "test")


def free(what: Plan) -> Trace:
    """Record a program that needs no clients, from its start to the end of its last task."""

    def run(recorder: Recorder) -> None:
        recorder.run_freely()
        recorder.finish()

    return _record(what, run)


def played(what: Plan) -> Trace:
    """Record a server, with the clients of the plan's script."""

    def run(recorder: Recorder) -> None:
        Conductor(recorder, what.script).play()
        recorder.finish()

    return _record(what, run)


def watched(what: Plan, look: Callable[[int, Sequence[Record]], None]) -> Trace:
    """Record as `played` does; call `look` with time and records whenever the server rests.

    Calls that have not returned are not among the records yet.
    """
    records: list[Record] = []

    def run(recorder: Recorder) -> None:
        def rests() -> None:
            look(recorder.ledger.time(time.monotonic_ns()), records[1:])

        Conductor(recorder, what.script, at_idle=rests).play()
        recorder.finish()

    return _record(what, run, records)


def _record(
    what: Plan, run: Callable[[Recorder], None], records: list[Record] | None = None
) -> Trace:
    records = [] if records is None else records

    def write(more: Sequence[Record]) -> None:
        records.extend(more)

    with Recorder(what, write) as recorder, _patience(recorder):
        run(recorder)
    assert recorder.stopped_by is None, f"signal {recorder.stopped_by} ended the recording"
    header, *rest = records
    assert isinstance(header, Header)
    return Trace(header, tuple(rest))


@contextmanager
def _patience(recorder: Recorder) -> Iterator[None]:
    out_of_patience = threading.Event()

    def give_up() -> None:
        out_of_patience.set()
        recorder.engine.interrupt()

    timer = threading.Timer(PATIENCE, give_up)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
    assert not out_of_patience.is_set(), f"the recording had not ended after {PATIENCE} s"
