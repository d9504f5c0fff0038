"""Plays a script to a server under another tracer, whose log the tests compare with a trace."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from recordings import PATIENCE

from echotrace.record import procfs
from echotrace.record.clients import Client
from echotrace.record.script import Script
from echotrace.record.services import Service


class Witness:
    """A server under another tracer, which leads a session of its own.

    `listens` says where the server listens as soon as it does, and is asked when all is idle.
    """

    def __init__(
        self, tracer: "subprocess.Popen[bytes]", listens: Callable[[], Service | None]
    ) -> None:
        self._tracer = tracer
        self._listens = listens

    def play(self, script: Script, look: Callable[[Client], None] = lambda _: None) -> None:
        """Take the steps of a script, each when the server is idle, as the conductor does.

        `look` is shown every client that has done a step.
        """
        clients: dict[int, Client] = {}
        service = self.service()
        try:
            for step in script.steps:
                acting = [
                    clients.setdefault(number, Client(number, service)) for number in step.clients
                ]
                deadline = time.monotonic() + PATIENCE
                while acting := [client for client in acting if not client.act(step)]:
                    assert time.monotonic() < deadline, f"'{step}' did not become possible"
                    self.wait_until_idle()
                for number in step.clients:
                    look(clients[number])
                self.wait_until_idle()
        finally:
            for client in clients.values():
                client.abandon()

    def service(self) -> Service:
        """Where the server listens, as soon as it does."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self.wait_until_idle()
            service = self._listens()
            if service:
                return service
            assert time.monotonic() < deadline, "the server does not listen"

    def wait_until_idle(self) -> None:
        """Wait until the server and its tracer sleep, all in the same moment.

        A task that sleeps in two looks with as many context switches before slept between them; if
        all do, they slept together, and nothing in them can wake another. One that was preempted
        on its way to sleep is told by /proc/TID/syscall, which says that it is running.
        """
        deadline = time.monotonic() + PATIENCE
        before = self._tasks()
        while True:
            now = self._tasks()
            if now == before and all(task[1] in "SZ" for task in now):
                return
            assert time.monotonic() < deadline, f"the server is not idle: {now}"
            os.sched_yield()
            before = now

    def end(self) -> None:
        """Kill the server; its tracer ends when it has written that down."""
        for tid, *_ in self._tasks():
            if tid != self._tracer.pid:
                with suppress(ProcessLookupError):  # a thread of one that is dead already
                    os.kill(tid, signal.SIGKILL)
        self._tracer.wait(PATIENCE)

    def kill(self) -> None:
        """Kill server and tracer."""
        self._tracer.kill()
        self.end()

    def _tasks(self) -> list[tuple[int, str, str, str]]:
        """Each task of the session: id, state, and its context switches (proc(5)).

        The state is S only when the task has given up the processor.
        """
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if int(_stat(process)[3]) != self._tracer.pid:
                    continue
                for task in (process / "task").iterdir():
                    status = dict(
                        line.split(":", 1) for line in (task / "status").read_text().splitlines()
                    )
                    state = _stat(task)[0]
                    if state == "S" and not procfs.sleeps(int(task.name)):
                        state = "R"
                    found.append((
                        int(task.name),
                        state,
                        status["voluntary_ctxt_switches"].strip(),
                        status["nonvoluntary_ctxt_switches"].strip(),
                    ))  # fmt: skip
            except OSError:
                continue  # it is gone
        return sorted(found)


def _stat(task: Path) -> list[str]:
    """The fields of /proc/TID/stat from the state on."""
    return (task / "stat").read_text().rpartition(") ")[2].split()
