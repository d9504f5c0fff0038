"""Advances the scripted clients: each step is taken when the server is idle.

So the order of events is the same every time, and what follows a step was caused by it. A server is
idle when no stop waits for us, every task sleeps, and still no stop waits for us. Between two steps
the server's tasks run one by one, each until it sleeps, so that they never race each other.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from echotrace.effort import Effort, effort
from echotrace.errors import StepTimeout
from echotrace.record.clients import Client, Impossible
from echotrace.record.recorder import Recorder
from echotrace.record.script import Script, Step
from echotrace.record.services import Service
from echotrace.trace import ClientStep, Record, Syscall

#: How often to give the server the processor before waiting for it with a timer.
_YIELDS = 2000
#: After how many stops without a rest to look whether the server gets on; a call is two stops.
_STRETCH = 4000
#: A server spins if a stretch has no progress, and at least this part of its calls is futile.
_MOSTLY = 1 / 4
_RUNS_ON = "the server runs on without waiting for anything"


class Conductor:
    """Plays a script to the server of a recording.

    `progress` is told how many steps are done, before each; `at_idle` is called whenever the server
    has come to rest and what it did is written down.
    """

    def __init__(
        self,
        recorder: Recorder,
        script: Script,
        progress: Callable[[int], None] = lambda _: None,
        at_idle: Callable[[], None] = lambda: None,
    ) -> None:
        self._recorder = recorder
        self._engine = recorder.engine
        self._script = script
        self._progress = progress
        self._at_idle = at_idle
        self._timeout = recorder.plan.timeout
        self._clients: dict[int, Client] = {}
        self._service: Service | None = None
        self._engine.turns.begin()
        recorder.at_exit(self._leave)

    def play(self) -> None:
        """Take all steps, then let the server become idle.

        Raises StepTimeout when a step does not become possible.
        """
        self._wait_for_listening()
        for done, step in enumerate(self._script.steps):
            if self._engine.interrupted:
                return
            self._progress(done)
            self._take(done + 1, step)
        self._until_idle("after the last step", self._deadline())

    def _leave(self) -> None:
        for client in self._clients.values():
            client.abandon()

    def _deadline(self) -> float:
        return time.monotonic() + self._timeout

    def _wait_for_listening(self) -> None:
        """Find the service that the clients are sent to; NotReachable when there is none."""
        what, recorder = "before the first step", self._recorder
        self._until_idle(what, time.monotonic() + recorder.plan.loading)
        deadline = self._deadline()
        while not self._engine.interrupted:
            self._service = recorder.service()
            if self._service is not None:
                return
            if not self._engine.pids or time.monotonic() > deadline:
                raise recorder.why_unreachable()
            self._pass_time(what, deadline)

    def _until_idle(self, what: str, deadline: float) -> None:
        """Let the server run until it waits for something outside, and book what it did."""
        engine, turns, looked = self._engine, 0, self._engine.handled
        while not engine.interrupted:
            if engine.pump(block=False):
                turns = 0
                if engine.handled - looked > _STRETCH:
                    self._look_for_progress(what)
                    looked = engine.handled
            elif not engine.pids:
                break
            elif engine.idle():
                if not engine.pump(block=False) and not engine.next_turn():
                    break
            elif turns > _YIELDS and engine.next_turn():
                turns = 0  # whoever's turn it is may be spinning until another gets on
            elif time.monotonic() > deadline:
                raise self._runs_on(what)
            else:
                turns += 1
                self._give_way(turns)
        self._recorder.settle()
        self._at_idle()

    def _look_for_progress(self, what: str) -> None:
        """Write down what the server did without a rest, and end the play if it got nothing done.

        It has nothing to wait for: time alone would fill the trace with the same calls.
        """
        came = Counter[Effort]()

        def see(records: Sequence[Record]) -> None:
            came.update(effort(record) for record in records if isinstance(record, Syscall))

        self._recorder.settle(see)
        if not came[Effort.PROGRESS] and came[Effort.FUTILE] > _MOSTLY * came.total():
            raise self._runs_on(what, f"; {came.total()} calls in a row got nothing done")

    def _runs_on(self, what: str, how: str = "") -> StepTimeout:
        """That the server does not come to rest; NotReachable if it does not even listen."""
        self._recorder.settle()
        if self._service is None and not self._recorder.services.found and not how:
            return self._recorder.why_unreachable()
        return StepTimeout(f"{what}: {_RUNS_ON}{how}")

    def _give_way(self, turns: int) -> None:
        if turns < _YIELDS or not self._recorder.tick:
            os.sched_yield()
        else:
            self._engine.pump(block=True, until=lambda: True)

    def _wait(self, what: str, deadline: float) -> None:
        """Wait until the server does something by itself, or the next tick; then until it idles."""
        if not self._engine.pids:
            raise StepTimeout(f"{what}: the server has ended")
        if time.monotonic() > deadline:
            raise StepTimeout(f"{what}; waited {self._timeout:g} s, the server is idle")
        self._pass_time(what, deadline)

    def _pass_time(self, what: str, deadline: float) -> None:
        if self._recorder.tick:
            self._engine.pump(block=True, until=lambda: True)
        else:
            os.sched_yield()
        self._until_idle(what, deadline)

    def _take(self, number: int, step: Step) -> None:
        deadline = self._deadline()
        name = f"step {number} of {len(self._script.steps)}, '{step}'"
        what = f"{name}, did not become possible"
        if step.action == "wait":
            self._pause(step)
            return
        started = [self._begin(client, step) for client in step.clients]
        waiting = [pair for pair in started if not self._try(pair, step, what)]
        self._until_idle(what if waiting else f"after {name}", deadline)
        while waiting and not self._engine.interrupted:
            waiting = [pair for pair in waiting if not self._try(pair, step, what)]
            if waiting:
                self._wait(what, deadline)
            else:
                self._until_idle(f"after {name}", deadline)

    def _pause(self, step: Step) -> None:
        end = time.monotonic_ns() + step.wait
        what = f"'{step}'"
        while time.monotonic_ns() < end and self._engine.pids and not self._engine.interrupted:
            self._wait(what, self._deadline())

    def _begin(self, number: int, step: Step) -> tuple[Client, ClientStep]:
        assert self._service is not None
        client = self._clients.setdefault(number, Client(number, self._service))
        limit = self._recorder.plan.snaplen
        return client, ClientStep(
            seq=self._recorder.ledger.number(),
            client=number,
            action=step.action,
            time=self._recorder.ledger.time(time.monotonic_ns()),
            text=step.data[:limit].decode("latin-1") if step.data else None,
            size=len(step.data) if step.data else None,
            datagram=self._service.datagrams,
        )

    def _try(self, pair: tuple[Client, ClientStep], step: Step, what: str) -> bool:
        """Take the step if it is possible, and write it down."""
        client, begun = pair
        error = None
        try:
            if not client.act(step):
                return False
        except Impossible as reason:
            error = str(reason)
        now = self._recorder.ledger.time(time.monotonic_ns())
        self._recorder.write([_finished(begun, now, client, error)])
        if error:
            raise StepTimeout(f"{what}: {error}")
        return True


def _finished(begun: ClientStep, end: int, client: Client, error: str | None) -> ClientStep:
    unread = client.unread if begun.action in ("close", "reset") else None
    return replace(begun, end=end, local=client.local, error=error, peer=client.peer, unread=unread)
