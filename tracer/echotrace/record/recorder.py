"""One recording: starts a program under trace, books what happens, ends and reaps the program."""

import contextlib
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from echotrace.pauses import no_garbage_collection
from echotrace.record import launch, means, ptrace, seccomp
from echotrace.record.attention import attention
from echotrace.record.engine import Engine
from echotrace.record.inject import Faults
from echotrace.record.inspect import Inspector
from echotrace.record.launch import Launch
from echotrace.record.ledger import Ledger
from echotrace.record.origins import Origins
from echotrace.record.plan import Plan, header
from echotrace.record.services import Service, Services
from echotrace.record.sources import Sources
from echotrace.record.spool import Spool
from echotrace.trace import End, Record

#: Bytes of raw facts after which they are decoded even if there is no time for it.
_SPOOL_LIMIT = 256 << 20


@dataclass
class Recorder:
    """The running recording. Use as a context manager: leaving it ends and reaps the program.

    `write` takes records as they are settled; `services` are the places where the program takes
    clients; `stopped_by` is the signal that ended the recording; `faults` knows what has become of
    the plan's injections.
    """

    plan: Plan
    write: Callable[[Sequence[Record]], None]
    engine: Engine = field(init=False)
    ledger: Ledger = field(init=False)
    services: Services = field(init=False, default_factory=Services)
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
        self._origins = means.origins(self.plan, pids, memory)
        stops = means.stops(
            self.plan, inspector, pids, self._origins, memory, self.faults,
            filtered=program is not None,
        )  # fmt: skip
        self.engine = Engine(stops, inspector, pids)
        sources = Sources(self._origins.found, self.plan.compiled_from, Path.cwd())
        self.ledger = Ledger(names, inspector.rows, sources, self.faults.marks)
        self._spool = Spool()
        with contextlib.ExitStack() as stack:
            stack.callback(self._origins.close)
            stack.callback(self._spool.close)
            self.tick = stack.enter_context(attention(self._stop))
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
            if records:
                self.services.learn(records)
                self.write(records)
                see(records)

    def put_aside(self) -> None:
        """Keep raw facts for later; decode them now only when there are very many."""
        self._spool.put(self.engine.take())
        if self._spool.size > _SPOOL_LIMIT:
            self.settle()

    def run_freely(self, announce: Callable[[Service], None] = lambda _: None) -> None:
        """Follow the program at full speed until it ends or an interrupt comes.

        `announce` is called once, with the first service, when there is one.
        """
        handled = 0

        def lull() -> bool:
            nonlocal handled
            if self.engine.handled - handled < 100:
                self.settle()
                if self.services.found and not announced:
                    announced.append(self.services.found[0])
                    announce(announced[0])
            handled = self.engine.handled
            return False

        announced: list[Service] = []
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

    def _stop(self, number: int) -> None:
        """A signal to us ends the recording."""
        self.stopped_by = number
        self.engine.interrupt()

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
