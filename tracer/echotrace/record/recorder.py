"""One recording: starts a program under trace, books what happens, ends and reaps the program."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from echotrace.errors import CutShort, NotReachable
from echotrace.pauses import no_garbage_collection
from echotrace.record import arrival, launch, means, ptrace, seccomp
from echotrace.record.arrival import Beginning
from echotrace.record.attention import attention
from echotrace.record.engine import Engine
from echotrace.record.inject import Faults
from echotrace.record.inspect import Found, Inspector
from echotrace.record.launch import Launch
from echotrace.record.ledger import Ledger
from echotrace.record.machine import Call
from echotrace.record.origins import Origins
from echotrace.record.plan import Plan, header
from echotrace.record.services import Service, Services
from echotrace.record.sources import Sources
from echotrace.record.spool import Batch, Spool
from echotrace.record.stops import Stops
from echotrace.record.terminal import terminal_restored
from echotrace.trace import End, Record, Syscall

#: Bytes of raw facts after which they are decoded even if there is no time for it.
_SPOOL_LIMIT = 256 << 20
#: Seconds in which a program that runs freely may come to rest when its recording ends.
_LAST_MOMENT = 0.1


@dataclass
class Recorder:
    """The running recording. Use as a context manager: leaving it ends and reaps the program.

    `write` takes records as they are settled; `services` are the places where the program takes
    clients, `beginning` knows why there is none; `stopped_by` is the signal that ended the
    recording; `faults` knows what has become of the plan's injections. `glimpse` is shown each call
    that goes on when all that has ended is settled, once; `decoding` is told how many of how many
    calls are decoded, where they are very many.
    """

    plan: Plan
    write: Callable[[Sequence[Record]], None]
    glimpse: Callable[[Sequence[Syscall]], None] | None = None
    decoding: Callable[[int, int], None] = lambda _done, _all: None
    engine: Engine = field(init=False)
    ledger: Ledger = field(init=False)
    services: Services = field(init=False, default_factory=Services)
    beginning: Beginning = field(init=False, default_factory=Beginning)
    stopped_by: int | None = field(init=False, default=None)
    tick: bool = field(init=False, default=False)
    faults: Faults = field(init=False)
    _finishing: bool = field(init=False, default=False)
    _hurried: bool = field(init=False, default=False)
    _glimpsed: set[tuple[int, int]] = field(init=False, default_factory=set)
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
        stops = self._make_stops(inspector, pids, memory, filtered=program is not None)
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
            self._begin(stack, program)
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
        """Write down everything that has happened; `see` is shown what is written.

        A second signal to us ends that early.
        """
        last, spooled = self.engine.take(), self._spool.calls
        for batch in self._spool.drain():
            see(self._enter(batch))
            self.decoding(spooled - self._spool.calls, spooled)
            if self._hurried:
                self._spool.put(last)
                return
        see(self._enter(last))
        if self.glimpse is not None:
            self.glimpse(self._new_waits())

    def _enter(self, batch: Batch) -> list[Record]:
        records = self.ledger.enter(*batch)
        if records:
            self.services.learn(records)
            self.beginning.learn(records)
            self.write(records)
        return records

    def _new_waits(self) -> list[Syscall]:
        waiting = self.engine.waiting
        new = [pair for pair in waiting.items() if pair not in self._glimpsed]
        self._glimpsed = set(waiting.items())
        calls = ((*pair, self.engine.stops.in_progress(pair[0])) for pair in new)
        return [
            self.ledger.glimpse(tid, start, call, self.engine.look(tid, call))
            for tid, start, call in calls
            if call is not None
        ]

    def put_aside(self) -> None:
        """Keep raw facts for later; decode them now only when there are very many."""
        batch = self.engine.take()
        self.beginning.learn(batch[1])
        self._spool.put(batch)
        if self._spool.size > _SPOOL_LIMIT:
            self.settle()

    def _settle_for_a_moment(self) -> None:
        """Write down what there is time for in a lull, and keep the rest for the next."""
        if self.glimpse is not None or not self._spool.calls:
            self.settle()
        else:
            self.put_aside()
            self._enter(self._spool.take() or ([], [], {}))

    def run_freely(
        self,
        announce: Callable[[Service], None] = lambda _: None,
        enough: Callable[[], bool] = lambda: False,
    ) -> None:
        """Follow the program at full speed until it ends, an interrupt comes, or it is `enough`.

        `announce` is called with each service, when there is one. `enough` is asked at every tick
        while the program rests, and from time to time while it does not. What happened last is yet
        to be settled: it may be much.
        """
        handled = announced = 0

        def lull() -> bool:
            nonlocal handled, announced
            if self.glimpse is not None or self.engine.handled - handled < 100:
                self._settle_for_a_moment()
                for service in self.services.found[announced:]:
                    announce(service)
                announced = len(self.services.found)
            handled = self.engine.handled
            return enough()

        def overflow() -> bool:
            self.put_aside()
            return enough()

        self.engine.turns.end()
        self.engine.overflow = overflow
        self.engine.pump(block=True, until=lull)
        self._come_to_rest()
        self.put_aside()

    def _come_to_rest(self) -> None:
        """Let what has begun be finished: a call that has returned must not seem to wait."""
        self.engine.interrupted = False
        deadline = time.monotonic() + _LAST_MOMENT
        self.engine.overflow = lambda: time.monotonic() > deadline
        while time.monotonic() < deadline and not self.engine.idle():
            self.engine.pump(block=False)
        self.engine.pump(block=False)
        self.engine.interrupted = self.stopped_by is not None

    def service(self) -> Service | None:
        """The service that clients are sent to, as far as it is known yet.

        NotReachable when there are several to choose from.
        """
        return arrival.choose(self.plan.server, self.services.found, self.plan.port)

    def why_unreachable(self) -> NotReachable:
        """Why there is still no service for clients: the program has ended, or waits."""
        plan, found = self.plan, self.services.found
        if not self.engine.pids:
            return NotReachable(self.beginning.ended(plan.server))
        if found and plan.port is not None:
            return NotReachable(arrival.elsewhere(plan.server, plan.port, found))
        if not self.engine.idle():
            return NotReachable(self.beginning.runs_on(plan.server, plan.loading))
        calls = self.engine.calls_in_progress()
        return NotReachable(self.beginning.waits(plan.server, plan.timeout, calls))

    def finish(self, reason: str | None = None) -> None:
        """Write what is yet to be settled, the calls that have not returned, and the end record.

        Raises CutShort when a signal ends that early; the trace says how much it lacks.
        """
        if not self.engine.pids and not self.engine.interrupted:
            self.engine.pump(block=False)
        now, self._finishing = self.ledger.time(time.monotonic_ns()), True
        going_on = list(self._unfinished())
        self.settle()
        if self._hurried:
            reason = f"interrupted, the last {self._spool.calls:,} calls are not in the trace"
        else:
            for call in going_on:
                self.write(self.ledger.unfinished(*call))
        self.write([End(syscalls=self.ledger.syscalls, time=now, reason=reason)])
        if self._hurried:
            raise CutShort(f"{reason}")

    def _unfinished(self) -> Iterator[tuple[int, int, Call, Found, int]]:
        """The calls that have not returned."""
        for tid, start in self.engine.waiting.items():
            call = self.engine.stops.in_progress(tid)
            if call is not None:
                origin = self.engine.stops.origin(tid, call)
                yield tid, start, call, self.engine.look(tid, call), origin

    def _stop(self, number: int) -> None:
        """A signal to us ends the recording; one after that, the work that is left to do."""
        self._hurried = self._finishing or self.stopped_by is not None
        self.stopped_by = number
        self.engine.interrupt()

    def _make_stops(
        self, inspector: Inspector, pids: dict[int, int], memory: ptrace.Memory, *, filtered: bool
    ) -> Stops:
        return means.stops(
            self.plan, inspector, pids, self._origins, memory, self.faults, filtered=filtered
        )

    def _begin(self, stack: contextlib.ExitStack, filter_: bytes | None) -> None:
        """Begin to trace; put into `stack` what ends it."""
        stack.enter_context(terminal_restored())
        stack.callback(self.engine.kill)
        path = self.plan.program or self.plan.argv[0]
        mute, heard = self.plan.mute, self.plan.heard
        self._start(Launch(path, self.plan.argv, filter_, mute=mute, heard=heard))

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
