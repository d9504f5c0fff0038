"""Runs servers and attaches to them with the command, for the tests of `echotrace attach`."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

from recordings import PATIENCE, program

from echotrace import servers
from echotrace.record import build, procfs
from echotrace.trace import Trace
from echotrace.tracefile import load

OFTEN = Path(__file__).with_name("attach_often.py")
ECHOING = Path(__file__).with_name("echoing.py")


def command(name: str) -> list[str]:
    """How to start an echo server that says where it listens."""
    if name in ("epolls", "leaderless"):
        return [program(name)]
    if name == "python":
        script = servers.source("thread", "python")
        return [sys.executable, "-u", str(script), "127.0.0.1:0"]
    compiler = build.find_compiler()
    assert compiler is not None
    return [str(build.build(servers.source(name, "c"), compiler)), "127.0.0.1:0"]


@contextlib.contextmanager
def running(*words: str | Path) -> Iterator["subprocess.Popen[str]"]:
    """A program with its standard streams in pipes; it is killed and reaped in the end."""
    with subprocess.Popen(
        [*map(str, words)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()
            process.communicate(timeout=PATIENCE)


def port_of(process: "subprocess.Popen[str]") -> int:
    """Where a server listens, as it says in its first line."""
    assert process.stdout is not None
    return int(process.stdout.readline().rpartition(":")[2])


def connected(port: int) -> socket.socket:
    """A client."""
    return socket.create_connection(("127.0.0.1", port), PATIENCE)


def echo(client: socket.socket, data: bytes) -> None:
    """Send, and wait for the same to come back."""
    client.sendall(data)
    got = b""
    while len(got) < len(data):
        piece = client.recv(len(data) - len(got))
        assert piece, "the server ended the connection"
        got += piece
    assert got == data


def wait_until(condition: Callable[[], bool], complaint: str) -> None:
    """Give way until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, complaint
        os.sched_yield()


def all_sleep(pid: int, count: int) -> None:
    """Wait until a process has so many tasks, and they all sleep."""

    def sleeping() -> bool:
        tasks = procfs.threads(pid)
        return len(tasks) == count and all(
            procfs.state(tid) in "SZ" and procfs.sleeps(tid) for tid in tasks
        )

    wait_until(sleeping, "the tasks do not sleep")


def settled(pid: int) -> None:
    """Wait until all tasks of a process and its descendants sleep."""

    def sleeping() -> bool:
        tasks = [tid for each in procfs.tree(pid) for tid in procfs.threads(each)]
        return all(procfs.state(tid) in "SZ" and procfs.sleeps(tid) for tid in tasks)

    wait_until(sleeping, "the server is not idle")


class Attachment:
    """An `echotrace attach` that runs; `end` tells it to detach and gives its trace."""

    def __init__(self, pid: int, folder: Path, *options: str) -> None:
        self._file = folder / "attached.jsonl"
        words = ["attach", str(pid), "-f", "-o", str(self._file), *options]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "echotrace", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stderr is not None
        self.said = self.process.stderr.readline()
        self.output = ""
        self.errors = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)

    def wait_for(self, text: str) -> None:
        """Wait until the trace has this text."""
        wait_until(lambda: text in self._file.read_text(), f"{text} is not in the trace")

    def end(self, number: signal.Signals | None = signal.SIGINT) -> Trace:
        """Send a signal, if any, and wait for the end."""
        if number is not None:
            self.process.send_signal(number)
        self.output, self.errors = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, self.errors
        return load(self._file)


def attach_often(pid: int, times: int = 100) -> int:
    """Attach and detach so often; the number of calls that were seen."""
    words: Sequence[str] = [sys.executable, str(OFTEN), str(pid), str(times), "0.002"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def tracers(pid: int) -> set[str]:
    """Who traces the tasks of a process: `0` is nobody; a task may end while we look."""
    found = (procfs.status(tid).get("TracerPid") for tid in procfs.threads(pid))
    return {tracer for tracer in found if tracer is not None}
