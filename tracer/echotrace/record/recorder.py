"""One recording: starts a program under trace, books what happens, ends and reaps the program."""

import contextlib
import itertools
import platform
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Self

from echotrace import __version__
from echotrace.errors import SystemRefused
from echotrace.pauses import no_garbage_collection
from echotrace.record import launch, ptrace, seccomp
from echotrace.record.engine import Engine
from echotrace.record.inject import Faults, Injection
from echotrace.record.injecting import InjectingStops
from echotrace.record.inspect import Inspector
from echotrace.record.launch import Launch
from echotrace.record.ledger import Ledger
from echotrace.record.machine import Call
from echotrace.record.origins import Nowhere, Origins
from echotrace.record.script import Script
from echotrace.record.sources import Sources
from echotrace.record.spool import Spool
from echotrace.record.stops import InfoStops, RegisterStops, Stops
from echotrace.trace import End, Header, Record, Syscall
from echotrace.tracefile import FORMAT

#: How often a waiting recorder looks up, in seconds; nothing depends on it but patience.
TICK = 0.02
#: Bytes of raw facts after which they are decoded even if there is no time for it.
_SPOOL_LIMIT = 256 << 20


@dataclass(frozen=True)
class Plan:
    """What to record.

    `program` is the path of the program, `argv[0]` unless given; `server` the name under which it
    is shown; `snaplen` how many bytes of a payload are kept; `timeout`, in seconds, how long a
    client step may take to become possible. `everything` records all system calls; `pin` keeps the
    program and us on one processor; `seccomp` is for machines that have it; `injections` are the
    faults that the program is to meet; `mute` throws away what it writes to standard error.
    `lines` finds the source line of each call; `compiled_from` are sources that the program is
    known to be made from.
    """

    server: str
    language: str
    argv: Sequence[str]
    script: Script
    program: str | None = None
    source: str | None = None
    everything: bool = False
    snaplen: int = 64
    timeout: float = 5.0
    pin: bool = True
    seccomp: bool = True
    mute: bool = False
    injections: tuple[Injection, ...] = ()
    lines: bool = True
    compiled_from: frozenset[Path] = frozenset()


@dataclass
class Recorder:
    """The running recording. Use as a context manager: leaving it ends and reaps the program.

    `write` takes records as they are settled; `stopped_by` is the signal that ended the recording;
    `faults` knows what has become of the plan's injections.
    """

    plan: Plan
    write: Callable[[Sequence[Record]], None]
    engine: Engine = field(init=False)
    ledger: Ledger = field(init=False)
    listening: str | None = field(init=False, default=None)
    stopped_by: int | None = field(init=False, default=None)
    tick: bool = field(init=False, default=False)
    faults: Faults = field(init=False)
    _spool: Spool = field(init=False)
    _origins: Origins = field(init=False)
    _stack: contextlib.ExitStack = field(init=False, default_factory=contextlib.ExitStack)

    def __enter__(self) -> Self:
        self.faults = Faults(self.plan.injections)
        names = seccomp.syscall_names()
        memory = ptrace.Memory()
        inspector = Inspector(names, memory, self.plan.snaplen)
        pids: dict[int, int] = {}
        program = None
        if self.plan.seccomp and ptrace.can_filter():
            program = seccomp.program(names, everything=self.plan.everything)
        self._origins = _origins(self.plan, pids, memory)
        stops = _stops(self, inspector, pids, self._origins, memory, program)
        self.engine = Engine(stops, inspector, pids)
        sources = Sources(self._origins.found, self.plan.compiled_from, Path.cwd())
        self.ledger = Ledger(names, inspector.rows, sources, self.faults.marks)
        self._spool = Spool()
        with contextlib.ExitStack() as stack:
            stack.callback(self._origins.close)
            stack.callback(self._spool.close)
            stack.enter_context(_attention(self))
            stack.enter_context(no_garbage_collection())
            if self.plan.pin:
                stack.enter_context(launch.one_processor())
            stack.callback(self.engine.kill)
            path = self.plan.program or self.plan.argv[0]
            self._start(Launch(path, self.plan.argv, program, mute=self.plan.mute))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def at_exit(self, callback: Callable[[], None]) -> None:
        """Have something done when the recording is left: after `finish`, before the program ends.

        Closing a client, for one, wakes the server, whose calls in progress `finish` writes down.
        """
        self._stack.callback(callback)

    def settle(self, see: Callable[[Sequence[Record]], None] = lambda _: None) -> None:
        """Write down everything that has happened; `see` is shown what is written."""
        batch = self.engine.take()
        for items, others, waiting in itertools.chain(self._spool.drain(), (batch,)):
            records = self.ledger.enter(items, others, waiting)
            if self.listening is None:
                self.listening = next(filter(None, map(_listening_address, records)), None)
            if records:
                self.write(records)
                see(records)

    def put_aside(self) -> None:
        """Keep raw facts for later; decode them now only when there are very many."""
        self._spool.put(self.engine.take())
        if self._spool.size > _SPOOL_LIMIT:
            self.settle()

    def run_freely(self, announce: Callable[[str], None]) -> None:
        """Follow the program at full speed until it ends or an interrupt comes.

        `announce` is called once, with the address, when it listens.
        """
        handled = 0

        def lull() -> bool:
            nonlocal handled
            if self.engine.handled - handled < 100:
                self.settle()
                if self.listening is not None and not announced:
                    announced.append(self.listening)
                    announce(self.listening)
            handled = self.engine.handled
            return False

        announced: list[str] = []
        self.engine.overflow = self.put_aside
        self.engine.pump(block=True, until=lull)

    def finish(self, reason: str | None = None) -> None:
        """Write the calls that have not returned, and the end record."""
        if not self.engine.pids and not self.engine.interrupted:
            self.engine.pump(block=False)
        self.settle()
        for tid, start in self.engine.waiting.items():
            call = self.engine.stops.in_progress(tid)
            if call is not None:
                found, origin = self.engine.look(tid, call), self.engine.stops.origin(tid, call)
                self.write(self.ledger.unfinished(tid, start, call, found, origin))
        now = self.ledger.time(time.monotonic_ns())
        self.write([End(syscalls=self.ledger.syscalls, time=now, reason=reason)])

    def _start(self, start: Launch) -> None:
        self.write([header(self.plan)])
        pid, gate = launch.start(start)
        try:
            ptrace.seize(pid)
        except BaseException:
            launch.abandon(pid, gate)
            raise
        now = time.monotonic_ns()
        self.ledger.start(now)
        self.engine.adopt(pid, now)
        if start.filter is None:
            ptrace.ptrace(ptrace.INTERRUPT, pid, 0, 0)  # from this stop on, every call is reported
        launch.release(gate)


def header(plan: Plan) -> Header:
    """The first record of a recording of `plan` on this machine."""
    library, version = platform.libc_ver()
    return Header(
        format=FORMAT,
        tool=f"echotrace {__version__}",
        server=plan.server,
        language=plan.language,
        argv=list(plan.argv),
        script=plan.script.name,
        clients=plan.script.clients,
        kernel=f"{platform.system()} {platform.release().partition('-')[0]}",
        machine=platform.machine(),
        libc=f"{library} {version}".strip(),
        started=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        steps=[str(step) for step in plan.script.steps],
        source=plan.source,
        injections=[injection.text for injection in plan.injections],
    )


def _origins(plan: Plan, pids: dict[int, int], memory: ptrace.Memory) -> Origins:
    """Where calls come from, if that can be told: by the interpreter, or native code's tables."""
    if not plan.lines or platform.machine() != "x86_64":
        return Nowhere()
    if plan.language == "python":
        from echotrace.record.python.origins import PythonOrigins  # noqa: PLC0415 -- as below

        return PythonOrigins()
    from echotrace.record.callsite import CallSites  # noqa: PLC0415 -- pyelftools is slow to load

    return CallSites(pids, memory)


def _stops(
    recorder: Recorder,
    inspector: Inspector,
    pids: dict[int, int],
    origins: Origins,
    memory: ptrace.Memory,
    program: bytes | None,
) -> Stops:
    """The way to read calls that this machine allows."""
    plan, x86_64 = recorder.plan, platform.machine() == "x86_64"
    if program is not None and x86_64 and not plan.injections:
        return RegisterStops(inspector, pids, origins, memory, plan.snaplen)
    rows = inspector.rows
    asking = {n: seccomp.ASKS_WITHOUT.get(row.name) for n, row in rows.items()}

    def wanted(call: Call) -> bool:
        position = asking.get(call.number)
        asks = position is not None and not call.arguments[position]
        return plan.everything or (call.number in rows and not asks)

    changed = {n for n, row in rows.items() if row.name in seccomp.CHANGED_BY_THE_CALL}
    if plan.injections and not x86_64:
        raise SystemRefused("faults can be injected on x86-64 only; record without --inject here")
    kind = partial(InjectingStops, faults=recorder.faults) if plan.injections else InfoStops
    return kind(
        inspector,
        pids,
        origins,
        wanted=wanted,
        changed=changed.__contains__,
        filtered=program is not None,
    )


def _listening_address(record: Record) -> str | None:
    if isinstance(record, Syscall) and record.name == "listen" and record.endpoints:
        return record.endpoints[0].local
    return None


@contextlib.contextmanager
def _attention(recorder: Recorder) -> Iterator[None]:
    """Let SIGINT, SIGTERM and SIGHUP end the recording, and a timer interrupt its waiting.

    Signals can be handled in the main thread only; elsewhere the caller ends the recording.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _frame: FrameType | None) -> None:
        recorder.stopped_by = number
        recorder.engine.interrupt()

    former = {n: signal.signal(n, end) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    former[signal.SIGALRM] = signal.signal(signal.SIGALRM, lambda _number, _frame: None)
    signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
    recorder.tick = True
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in former.items():
            signal.signal(number, handler)
