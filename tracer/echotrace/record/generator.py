"""The clients of a free run as the recording has them: a process to start, to tell and to ask."""

import contextlib
import os
import resource
import signal
import socket
import time
from typing import Self

import msgspec

from echotrace.errors import SystemRefused
from echotrace.record import load as clients
from echotrace.record import procfs
from echotrace.record.load import GO, MESSAGE, Progress
from echotrace.record.services import Service
from echotrace.trace import ClientTotal, Load

_OTHERS = 32  # descriptors that are open besides
_decoder = msgspec.json.Decoder(Progress | ClientTotal)


def check_limit(count: int) -> None:
    """Raise SystemRefused when a process may not have so many connections (getrlimit(2))."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard not in (resource.RLIM_INFINITY, -1) and count + _OTHERS > hard:
        raise SystemRefused(
            f"{count:,} clients need {count + _OTHERS:,} descriptors and this system allows "
            f"{hard:,}: ask for fewer --clients, or raise the hard limit (ulimit -Hn, as root)"
        )


class LoadGenerator:
    """The process with the clients. A context manager: leaving it ends and reaps the process.

    `progress` is what was told last, `totals` are there once it is `done`; times of the clock.
    `pid` is the process.
    """

    def __init__(self, load: Load) -> None:
        check_limit(load.clients)
        self.progress = Progress()
        self.totals: list[ClientTotal] = []
        self.done = False
        self.pid = 0
        self._load = load

    def __enter__(self) -> Self:
        self._control, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if not pid:
            try:  # the child: nothing may return into the caller's frames
                self._control.close()
                os.setsid()  # a terminal's Ctrl-C reaches only the recording
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                clients.run(self._load, far)
            finally:
                os._exit(0)
        self.pid = pid
        self._process = os.pidfd_open(pid)
        far.close()
        return self

    def __exit__(self, *_: object) -> None:
        self._control.close()
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):  # a recording reaps whatever ends
            os.waitid(os.P_PIDFD, self._process, os.WEXITED)
        os.close(self._process)

    def connect_to(self, service: Service) -> None:
        """Let the clients begin."""
        self._tell(msgspec.json.encode(service))

    def go(self) -> None:
        """Let those go on that were answered, though others were not."""
        self._tell(GO)

    def rests(self) -> bool:
        """Whether the clients have nothing to do: the process sleeps, or has ended (proc(5))."""
        return procfs.state(self.pid) != "R"

    def wait(self, seconds: float) -> None:
        """Wait until all clients are over by themselves, but no longer than so many seconds."""
        deadline = time.monotonic() + seconds
        while not self.done and (left := deadline - time.monotonic()) > 0:
            self._control.settimeout(left)
            with contextlib.suppress(TimeoutError):
                self._take(self._control.recv(MESSAGE))

    def stop(self, reason: str) -> None:
        """End all that is not over, and wait for the totals."""
        self._tell(reason.encode())
        self._control.setblocking(True)
        while not self.done:
            self._take(self._control.recv(MESSAGE))

    def look(self) -> None:
        """Take in what has been told."""
        self._control.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while not self.done:
                self._take(self._control.recv(MESSAGE))

    def _take(self, message: bytes) -> None:
        if not message:
            self.done = True
            return
        told = _decoder.decode(message)
        if isinstance(told, Progress):
            self.progress = told
        else:
            self.totals.append(told)

    def _tell(self, message: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # it has told everything and ended
            self._control.send(message)
