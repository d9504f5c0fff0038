"""The conductor: when it takes a step, and what it says when none can be taken."""

import os
import re
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from recordings import NO_STEPS, own_folders, plan, played, program, server_plan, steps

from echotrace.commands.recording import Wish, plan_of, record
from echotrace.errors import StepTimeout
from echotrace.record import conductor, procfs, ptrace
from echotrace.record.conductor import Conductor
from echotrace.record.info_stops import InfoStops
from echotrace.record.plan import Plan
from echotrace.record.recorder import Recorder
from echotrace.trace import ClientStep, Record, Syscall, Task


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def impossible(what: Plan, patience: float = 30) -> tuple[str, list[Record]]:
    """Why a script could not be played, and what was recorded until then."""
    records: list[Record] = []

    def write(more: Sequence[Record]) -> None:
        records.extend(more)

    with Recorder(replace(what, timeout=patience), write) as recorder:
        with pytest.raises(StepTimeout) as raised:
            Conductor(recorder, what.script).play()
        recorder.finish(str(raised.value))
    return str(raised.value), records


def test_clients_stay_until_all_is_written() -> None:
    """After the last step nothing more happens: clients that are connected stay so."""
    records: list[Record] = []

    def write(more: Sequence[Record]) -> None:
        records.extend(more)

    what = replace(server_plan("fork"), script=steps("1 connect;1 send hey;1 expect hey"))
    with Recorder(what, write) as recorder:
        Conductor(recorder, what.script).play()
        for _ in range(2000):
            assert recorder.engine.pump(block=False) == 0
            os.sched_yield()
        recorder.finish()
    waiting = [record.name for record in records if isinstance(record, Syscall) and not record.end]
    assert waiting == ["accept", "recvfrom"]


def test_steps_lie_between_the_calls_that_they_cause() -> None:
    """What a step causes begins after it, and before the next step."""
    trace = played(server_plan("fork", play="sequential"))
    events = list(trace.events())
    asked = {(e.client, e.action): e for e in events if isinstance(e, ClientStep)}
    assert [step.action for step in asked.values()] == ["connect", "send", "expect", "close"] * 2
    assert all(step.end is not None and step.error is None for step in asked.values())
    sent = asked[1, "send"]
    (received,) = (e for e in trace.syscalls() if e.name == "recvfrom" and e.data == "hey 1")
    (answered,) = (e for e in trace.syscalls() if e.name == "sendto" and e.data == "hey 1")
    assert received.end is not None
    assert answered.end is not None
    assert sent.time < received.end < answered.start < answered.end < asked[1, "expect"].time
    assert (sent.text, sent.size) == ("hey 1", 5)
    connected = {step.client: step.local for step in asked.values() if step.action == "connect"}
    accepted = [call.endpoints[0].peer for call in trace.syscalls() if call.endpoints
                and call.name == "accept"]  # fmt: skip
    assert accepted == [connected[1], connected[2]]


def test_server_that_spins_until_another_task_gets_on() -> None:
    """A task that waits by running lets the others have their turn."""
    trace = played(plan("spins", "thread", steps=steps("1 connect;1 send hey;1 expect hey")))
    assert [task.kind for task in trace.records if isinstance(task, Task)] == ["process", "thread"]
    names = [call.name for call in trace.syscalls()]
    assert names.index("dup2") < names.index("accept") < names.index("sendto")


def test_task_on_its_way_to_sleep_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that says it sleeps and has yet to give up the processor may still go on."""
    in_vain = iter([False] * 50)
    asked = procfs.sleeps
    monkeypatch.setattr(procfs, "sleeps", lambda tid: next(in_vain, True) and asked(tid))
    trace = played(server_plan("fork"))
    assert next(in_vain, None) is None
    assert trace.end is not None
    assert trace.end.reason is None


def test_sleeping_and_running_are_told_apart() -> None:
    """What waits in a call sleeps; what computes does not; what is gone, nobody waits for."""
    with (
        subprocess.Popen(["sleep", "600"]) as sleeper,
        subprocess.Popen([program("spins")]) as runner,
    ):
        try:
            while procfs.state(sleeper.pid) != "S" or procfs.call_in_progress(sleeper.pid) is None:
                os.sched_yield()
            assert procfs.sleeps(sleeper.pid)
            while procfs.state(runner.pid) != "R":
                os.sched_yield()
            assert not procfs.sleeps(runner.pid)
        finally:
            sleeper.kill()
            runner.kill()
    assert procfs.sleeps(sleeper.pid)
    assert procfs.state(sleeper.pid) == "X"


def test_kernel_without_seccomp_records_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no filter can be set, every call stops the server instead, unasked."""
    wanted = plan("spins", steps=steps("1 connect"))
    assert ptrace.can_filter()
    monkeypatch.setattr(ptrace, "can_filter", lambda: False)
    with Recorder(replace(wanted, program="/bin/true", argv=["true"]), lambda _: None) as recorder:
        assert isinstance(recorder.engine.stops, InfoStops)
        recorder.run_freely()
        recorder.finish()
        assert recorder.ledger.syscalls > 2


def test_server_that_never_waits() -> None:
    """A server that only runs is told from one that waits; what it did is kept."""
    what = replace(plan("spins", steps=steps("1 connect")), loading=1)
    reason, records = impossible(what, patience=1)
    assert reason == ("before the first step: the server runs on without waiting for anything")
    assert "listen" in [record.name for record in records if isinstance(record, Syscall)]


def test_server_that_spins_is_ended_before_its_trace_fills_the_disk(tmp_path: Path) -> None:
    """Calls that get nothing done end a recording by their number, long before the timeout."""
    wish = Wish("broken/readiness_loop_spins", quiet=True, timeout=3600)
    recorded = record(wish, tmp_path / "spins.jsonl", overwrite=False)
    assert re.search(r"runs on .*; \d+ calls in a row got nothing done$", str(recorded.error))
    assert 2000 < len(recorded.trace.records) < 7000
    assert recorded.trace.end is not None
    assert "got nothing done" in str(recorded.trace.end.reason)


def test_server_that_is_busy_is_let_go_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Thousands of calls without a rest are fine as long as bytes move: nobody counts them."""
    monkeypatch.setattr(conductor, "_STRETCH", 20)
    script = tmp_path / "much.txt"
    script.write_text('1 connect\n1 send "x" * 100000\n1 expect "x" * 100000\n1 close\n')
    for server in ("fork", "broken/clean_epoll"):
        wish = Wish(server, script=str(script), quiet=True)
        assert record(wish, tmp_path / "busy.jsonl", overwrite=True).error is None


def test_server_that_takes_long_to_load_is_waited_for() -> None:
    """The timeout is for clients' steps: to load, a program has longer, as long as it runs."""
    wish = Wish("fork", lang="python", quiet=True, timeout=0.05)
    with Recorder(plan_of(wish), lambda _: None) as recorder:
        Conductor(recorder, NO_STEPS).play()
        assert recorder.services.found


def test_server_that_does_not_listen() -> None:
    """A program that waits for something else is no server to connect to."""
    what = replace(plan("spins"), program="/bin/sleep", argv=["sleep", "600"])
    reason, _ = impossible(replace(what, script=steps("1 connect")), patience=1)
    assert reason == (
        "'spins' does not listen within 1 s, it waits in clock_nanosleep; "
        "--timeout gives it more time"
    )


def test_server_that_ends_at_once() -> None:
    """A program that ends before it listens has ended, whatever the time."""
    what = replace(plan("spins"), program="/bin/sh", argv=["sh", "-c", "exit 3"])
    reason, records = impossible(replace(what, script=steps("1 connect")))
    assert reason == "'spins' exits with status 3 before it listens"
    assert getattr(records[-2], "status", None) == 3


def test_program_that_cannot_be_started() -> None:
    """What is no program ends at once, with the reason of the kernel."""
    what = replace(plan("spins"), program="/no/such/program")
    reason, _ = impossible(replace(what, script=steps("1 connect")))
    assert reason == "cannot run 'spins': No such file or directory"


def test_recording_in_another_thread() -> None:
    """Where signals cannot be handled, outside the main thread, a recording is the same."""
    found: list[int] = []

    def record() -> None:
        found.append(len(list(played(server_plan("fork")).syscalls())))

    thread = threading.Thread(target=record)
    thread.start()
    thread.join()
    assert found == [len(list(played(server_plan("fork")).syscalls()))]
