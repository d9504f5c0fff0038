"""A free run: clients at full speed, and a recording that only looks on.

Nothing here decides who acts next. The recording looks up at every tick: when the server rests
though clients wait for a first answer, it lets the others go on; when no client gets anything back
for as long as the timeout, it ends the run.
"""

import time
from collections.abc import Callable

from msgspec.structs import replace

from echotrace.errors import EchoLost, NotReachable, StepTimeout
from echotrace.record.generator import LoadGenerator
from echotrace.record.recorder import Recorder
from echotrace.trace import ClientTotal

#: Ticks without a stop, with all at rest, after which nobody else will be answered.
_REST = 25
_DATAGRAMS = (
    "takes datagrams, and --free-run needs a server that accepts connections; "
    "leave it out to play a script"
)
_CLIENTS_GONE = "the process with the clients was killed, so what they did is not known"
_RUNS_ON = "after the last echo: the server runs on without waiting for anything"


class FreeRun:
    """Lets the clients of a generator loose on the server of a recording.

    `tell` is told how many echoes have come back.
    """

    def __init__(
        self, recorder: Recorder, generator: LoadGenerator, tell: Callable[[int], None]
    ) -> None:
        self._recorder = recorder
        self._engine = recorder.engine
        self._generator = generator
        self._tell = tell
        self._timeout = recorder.plan.timeout
        self._asked = recorder.plan.load.clients if recorder.plan.load else 0
        self._seen = generator.progress
        self._handled = -1
        self._rests = 0
        self._reached = self._let_go = False
        self._problem: str | None = None
        self._patience = _Patience(recorder.plan.loading)

    def play(self) -> None:
        """Let the clients run, then the server until it rests; write down what each client did.

        Raises StepTimeout when the run had to be ended, EchoLost when a client did not get back
        what it had sent.
        """
        self._reach()
        if self._reached:
            self._recorder.run_freely(enough=self._served)
            if not self._engine.pids:  # the kernel closes all connections: the clients notice
                self._generator.wait(self._timeout)
        self._generator.stop(self._problem or "the recording was interrupted")
        if self._reached and len(self._generator.totals) < self._asked:
            self._problem = _CLIENTS_GONE
        if not self._problem and not self._engine.interrupted:
            self._patience, self._rests = _Patience(self._timeout), 0
            self._recorder.run_freely(enough=self._at_rest)
        totals = [self._dated(total) for total in self._generator.totals]
        self._recorder.write(totals)
        if self._engine.interrupted:
            return
        lost = _lost(totals) if self._reached else None
        if self._problem:
            raise StepTimeout(self._with_the_end(self._problem))
        if lost:
            raise EchoLost(self._with_the_end(lost))

    def _with_the_end(self, problem: str) -> str:
        """The problem; behind how the server has ended, if it has: that explains it."""
        end = self._recorder.beginning.end
        return f"'{self._recorder.plan.server}' {end}, and {problem}" if end else problem

    def _reach(self) -> None:
        """Wait for the server, and send the clients to it; NotReachable when it takes none."""
        self._recorder.run_freely(enough=self._listens)
        self._recorder.settle()
        if self._engine.interrupted:
            return
        service = self._recorder.service()
        if service is None:
            raise self._recorder.why_unreachable()
        if service.datagrams:
            raise NotReachable(f"'{self._recorder.plan.server}' {_DATAGRAMS}")
        self._reached = True
        self._patience = _Patience(self._timeout)
        self._generator.connect_to(service)

    def _listens(self) -> bool:
        """Whether the server rests and takes clients, or has had time enough to."""
        rests = self._engine.idle()
        return (rests and self._recorder.service() is not None) or self._patience.is_over()

    def _served(self) -> bool:
        """Whether the clients are over, or will never be."""
        self._generator.look()
        progress = self._generator.progress
        self._tell(progress.echoes)
        if self._generator.done or self._problem:
            return True
        if progress != self._seen:
            self._seen = progress
            self._patience = _Patience(self._timeout)
        over = self._patience.is_over()
        if (self._rested() > _REST or over) and not self._let_go:
            self._let_go = True
            self._generator.go()
            self._patience, over = _Patience(self._timeout), False
        if over:
            self._problem = f"for {self._timeout:g} s no client got anything back"
        return self._problem is not None

    def _at_rest(self) -> bool:
        if self._patience.is_over():
            self._problem = _RUNS_ON
        return self._problem is not None or self._rested() > 0

    def _rested(self) -> int:
        """For how many ticks nothing has happened while server and clients were waiting."""
        if self._engine.handled != self._handled or not self._engine.idle():
            self._handled, self._rests = self._engine.handled, 0
        elif self._generator.rests():  # else they have yet to act: that is no tick of rest
            self._rests += 1
        return self._rests

    def _dated(self, total: ClientTotal) -> ClientTotal:
        """A total with the times of the trace."""
        times = {name: getattr(total, name) for name in _TIMES}
        told = {n: self._recorder.ledger.time(t) for n, t in times.items() if t is not None}
        return replace(total, **told)


_TIMES = ("began", "connected", "answered", "ended")


def _lost(totals: list[ClientTotal]) -> str | None:
    """A sentence on the clients that did not get back what they sent."""
    failed = [total for total in totals if total.error]
    if not failed:
        return None
    return (
        f"{len(failed):,} of {len(totals):,} clients did not get back all they sent, "
        f"first C{failed[0].client}: {failed[0].error}"
    )


class _Patience:
    """A time that runs while it is looked at: what the recording itself takes long for is free."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._looked = time.monotonic()

    def is_over(self) -> bool:
        """Whether it has run out."""
        now = time.monotonic()
        self._left -= min(now - self._looked, _LONGEST_LOOK)
        self._looked = now
        return self._left <= 0


_LONGEST_LOOK = 0.25  # seconds between two looks that count at most
