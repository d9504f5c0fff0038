"""However a recording ends, what was seen is kept and shown, and no process is left."""

import os
import select
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from recordings import PATIENCE, own_folders

from echotrace.trace import ClientStep, Exit, Syscall, Task, Trace
from echotrace.tracefile import load

MARK = "ECHOTRACE_TEST_MARK"
FOR_EVER = "1 wait 600s"
SERVED = "1 connect;1 send hey;1 expect hey"


class Command:
    """An `echotrace` that runs, marked in its environment, which its server inherits."""

    def __init__(self, folder: Path, name: str, script: str | None, *options: str) -> None:
        self.trace = folder / "trace.jsonl"
        steps = folder / "script"
        if script is not None:
            steps.write_text(script.replace(";", "\n"))
            options = ("-s", str(steps), *options)
        self._mark = f"{MARK}={uuid.uuid4()}"
        words = [name, "-o", str(self.trace), *options]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "echotrace", *words],
            env=os.environ | dict([self._mark.split("=")]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_for(self, *texts: str) -> None:
        """Wait until all these texts are in the trace."""
        self._wait_until(
            lambda: self.trace.exists() and all(t in self.trace.read_text() for t in texts),
            f"{texts} did not come to be in the trace",
        )

    def _wait_until(self, condition: Callable[[], bool], complaint: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert self.process.poll() is None, f"{complaint}: {self.process.communicate()}"
            assert time.monotonic() < deadline, complaint
            os.sched_yield()

    def end(self) -> tuple[int, str, str]:
        """Wait for its end; exit status, standard output and standard error."""
        output, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output, errors

    def left(self) -> list[int]:
        """The processes that carry its mark."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if self._mark.encode() in (process / "environ").read_bytes():
                    found.append(int(process.name))
            except OSError:
                continue  # it is gone
        return found


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Command]]:
    """Starts commands, and ends with the test what they left."""
    started: list[Command] = []

    def begin(name: str, script: str | None, *options: str) -> Command:
        started.append(Command(tmp_path, name, script, *options))
        return started[-1]

    yield begin
    for command in started:
        for pid in command.left():
            os.kill(pid, signal.SIGKILL)
        command.process.communicate()


def interrupted(command: Command) -> Trace:
    """The trace of a command that a signal ends: kept, whole, and shown; nobody is left."""
    _, output, errors = command.end()
    assert command.left() == []
    trace = load(command.trace)
    assert trace.torn is None
    assert trace.end is not None
    assert trace.end.reason == "interrupted"
    assert output.startswith(f"{trace.header.server} - C - ")
    assert "Traceback" not in errors
    return trace


MOMENTS = {
    "at once": (FOR_EVER, '"type":"header"'),
    "listening": (FOR_EVER, '"name":"listen"'),
    "connected": (f"1 connect;{FOR_EVER}", '"action":"connect"'),
    "sent": (f"1 connect;1 send hey;{FOR_EVER}", '"action":"send"'),
    "served": (f"{SERVED};{FOR_EVER}", '"action":"expect"'),
    "closed": (f"{SERVED};1 close;{FOR_EVER}", '"action":"close"'),
    "burst": (f"1-50 connect;1-50 send hey;{FOR_EVER}", '"client":50,"action":"send"'),
    "busy": (";".join(f"{n} connect;{n} close" for n in range(1, 3000)), '"client":5,'),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", ["fork", "thread"])
def test_interrupt_at_any_moment(name: str, moment: str, start: Callable[..., Command]) -> None:
    """After SIGINT the partial trace is kept and shown, no process is left, and 130 says so."""
    script, sign = MOMENTS[moment]
    command = start(name, script, "--timeout", "60")
    command.wait_for(sign)
    assert command.process.pid in command.left()
    command.process.send_signal(signal.SIGINT)
    trace = interrupted(command)
    assert command.process.returncode == 130
    assert sign in command.trace.read_text()
    assert isinstance(trace.records[0], Task)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_requests_to_end(number: signal.Signals, start: Callable[..., Command]) -> None:
    """SIGTERM and SIGHUP end a recording as SIGINT does."""
    command = start("fork", f"{SERVED};{FOR_EVER}")
    command.wait_for('"action":"expect"')
    assert len(command.left()) == 3  # echotrace, the server, its child
    command.process.send_signal(number)
    trace = interrupted(command)
    assert command.process.returncode in (130, 128 + number)
    waiting = [call.name for call in trace.syscalls() if call.end is None]
    assert waiting == ["accept", "recvfrom"]


@pytest.mark.parametrize("name", ["fork", "thread"])
def test_killed_echotrace_takes_its_server_along(name: str, start: Callable[..., Command]) -> None:
    """When echotrace is killed by SIGKILL, the kernel kills every task that it traced."""
    command = start(name, f"1-3 connect;1-3 send hey;{FOR_EVER}")
    command.wait_for('"client":3,"action":"send"')
    assert _killed(command) == (4 if name == "fork" else 1)
    trace = load(command.trace)
    assert trace.end is None
    assert any(isinstance(record, ClientStep) for record in trace.records)


def test_killed_echotrace_takes_its_free_clients_along(start: Callable[..., Command]) -> None:
    """The process with the clients, which nobody traces, ends with echotrace too."""
    command = start("fork", None, *STUCK)
    command.wait_for('"injected":"send:short=3"')
    assert _killed(command) == 7  # the server with five children, the clients


STUCK = ("--free-run", "-n", "5", "--inject", "send:short=3", "--timeout", "600")
FREELY = {
    "at once": (("--free-run",), '"type":"header"'),
    "full speed": (("--free-run", "-n", "20", "--echoes", "1000000"), '"name":"listen"'),
    "stuck": (STUCK, '"injected":"send:short=3"'),
}


@pytest.mark.parametrize("moment", FREELY)
def test_interrupt_of_a_free_run(moment: str, start: Callable[..., Command]) -> None:
    """After SIGINT what server and free clients had done is kept and shown, and nobody is left."""
    options, sign = FREELY[moment]
    command = start("fork", None, *options)
    command.wait_for(sign)
    command.process.send_signal(signal.SIGINT)
    trace = interrupted(command)
    assert command.process.returncode == 130
    load_asked = trace.header.load
    assert load_asked is not None
    assert len(trace.totals()) == load_asked.clients
    if moment == "stuck":
        error = "the recording was interrupted; 3 of 64 bytes of echo 1 had come back"
        assert [total.error for total in trace.totals()] == [error] * 5


def _killed(command: Command) -> int:
    """Kill echotrace and see all others end that belong to it; how many they were."""
    processes = [pid for pid in command.left() if pid != command.process.pid]
    watch = select.poll()
    watched = {os.pidfd_open(pid) for pid in processes}
    try:
        for pidfd in watched:
            watch.register(pidfd, select.POLLIN)
        command.process.kill()
        command.process.wait(PATIENCE)
        alive = set(watched)
        while alive:
            ended = watch.poll(PATIENCE * 1000)
            assert ended, "a task outlives its tracer"
            for pidfd, _ in ended:
                watch.unregister(pidfd)
                alive.discard(pidfd)
    finally:
        for pidfd in watched:
            os.close(pidfd)
    assert command.left() == []
    return len(processes)


def test_step_that_never_becomes_possible(start: Callable[..., Command]) -> None:
    """After the timeout the step is named, the exit status is 2, and what was seen is shown."""
    command = start("fork", "1 connect;1 send hey;1 expect never;1 close", "--timeout", "0.3")
    status, output, errors = command.end()
    assert status == 2
    assert command.left() == []
    what = "step 3 of 4, '1 expect never', did not become possible: the server answered 'hey'"
    assert f"echotrace: {what}\n" in errors
    trace = load(command.trace)
    assert trace.end is not None
    assert trace.end.reason == what
    assert "accept(3) = 4" in output


def test_step_that_waits_in_vain(start: Callable[..., Command]) -> None:
    """When the server stays silent, the sentence says how long was waited."""
    command = start("fork", "1 connect;1 expect hey", "--timeout", "0.3")
    status, output, errors = command.end()
    assert status == 2
    assert command.left() == []
    what = "step 2 of 2, '1 expect hey', did not become possible; waited 0.3 s, the server is idle"
    assert f"echotrace: {what}\n" in errors
    trace = load(command.trace)
    assert trace.end is not None
    assert trace.end.reason == what
    steps = [record for record in trace.records if isinstance(record, ClientStep)]
    assert [(step.action, step.end is None) for step in steps] == [("connect", False)]
    assert "recv(4)" in output


def test_server_that_dies_in_the_middle(start: Callable[..., Command]) -> None:
    """A step that the dead server cannot answer ends the recording, which shows its death."""
    command = start("thread", f"1 connect;{SERVED.replace('1 ', '2 ')};1 reset;2 expect more")
    status, output, errors = command.end()
    assert status == 2
    assert command.left() == []
    assert "echotrace: step 6 of 6, '2 expect more', did not become possible: " in errors
    trace = load(command.trace)
    ends = [record for record in trace.records if isinstance(record, Exit)]
    assert [end.status for end in ends] == [1, 1, 1]
    failed = [call for call in trace.syscalls() if call.errno == "ECONNRESET"]
    assert [call.name for call in failed] == ["recvfrom"]
    assert "ECONNRESET" in output


def test_connecting_to_a_server_that_is_gone(start: Callable[..., Command]) -> None:
    """A client that comes when the server has died is refused; the sentence names its step."""
    command = start("thread", "1 connect;1 reset;2 connect;2 close")
    status, _, errors = command.end()
    assert status == 2
    assert "step 3 of 4, '2 connect', did not become possible: " in errors
    assert "ECONNREFUSED" in errors
    last = load(command.trace).records[-2]
    assert isinstance(last, ClientStep)
    assert last.error is not None


def test_next_recording_overwrites_only_when_told(start: Callable[..., Command]) -> None:
    """A trace that was kept after an interrupt is not lost to the next recording."""
    command = start("fork", f"1 connect;{FOR_EVER}")
    command.wait_for('"action":"connect"')
    command.process.send_signal(signal.SIGINT)
    trace = interrupted(command)
    again = start("fork", "1 connect;1 close")
    status, _, errors = again.end()
    assert (status, errors) == (2, f"echotrace: '{again.trace}' exists; -f overwrites it\n")
    assert load(again.trace) == trace
    assert any(isinstance(record, Syscall) for record in trace.records)
