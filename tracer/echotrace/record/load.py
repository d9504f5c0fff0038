"""The clients of a free run: a process of its own, which nobody traces and nobody conducts.

All connections are open at the same time: each client connects and has one echo, and when all have
had it, all go on at full speed until each has its echoes; then it closes. At most `_RAMP` clients,
and no more than the backlog, have connected and wait for their first echo: when the accept queue is
full the kernel drops their SYN (tcp_conn_request in net/ipv4/tcp_input.c), and only a second later
they try again. A server that serves one client after the other answers the first only: the
recording, which sees that it rests, then lets those `go` that were answered.

The process talks to the recording over a pair of sockets that keeps messages whole (unix(7),
SOCK_SEQPACKET). It is told where to connect, `go`, or why to stop; it tells how far it is, and at
the end a total of each client.
"""

import contextlib
import os
import resource
import select
import signal
import socket
import time
from collections.abc import Iterator
from typing import Self

import msgspec

from echotrace.errors import SystemRefused
from echotrace.record.echoing import Echoing
from echotrace.record.services import Service
from echotrace.trace import ClientTotal, Load

_RAMP = 64
_OTHERS = 32  # descriptors that are open besides
_NEWS = 0.05  # seconds between two messages on how far it is
_GO = b"go"
_MESSAGE = 1 << 16
_GONE = "the recording ended"


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far the clients are: how many are over, and how many echoes and bytes came back."""

    over: int = 0
    echoes: int = 0
    received: int = 0


_decoder = msgspec.json.Decoder(Progress | ClientTotal)


def check_limit(clients: int) -> None:
    """Raise SystemRefused when a process may not have so many connections (getrlimit(2))."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard not in (resource.RLIM_INFINITY, -1) and clients + _OTHERS > hard:
        raise SystemRefused(
            f"{clients:,} clients need {clients + _OTHERS:,} descriptors and this system allows "
            f"{hard:,}: ask for fewer --clients, or raise the hard limit (ulimit -Hn, as root)"
        )


class LoadGenerator:
    """The process with the clients. A context manager: leaving it ends and reaps the process.

    `progress` is what was told last, `totals` are there once it is `done`; times of the clock.
    """

    def __init__(self, load: Load) -> None:
        check_limit(load.clients)
        self.progress = Progress()
        self.totals: list[ClientTotal] = []
        self.done = False
        self._load = load

    def __enter__(self) -> Self:
        self._control, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if not pid:
            try:  # the child: nothing may return into the caller's frames
                self._control.close()
                os.setsid()  # a terminal's Ctrl-C reaches only the recording
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                _run(self._load, far)
            finally:
                os._exit(0)
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
        self._tell(_GO)

    def stop(self, reason: str) -> None:
        """End all that is not over, and wait for the totals."""
        self._tell(reason.encode())
        self._control.setblocking(True)
        while not self.done:
            self._take(self._control.recv(_MESSAGE))

    def look(self) -> None:
        """Take in what has been told."""
        self._control.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while not self.done:
                self._take(self._control.recv(_MESSAGE))

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


def _run(load: Load, control: socket.socket) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    where = control.recv(_MESSAGE)
    clients = _Clients(load, control)
    if where:
        with contextlib.suppress(msgspec.DecodeError):  # it is told to stop
            clients.serve(msgspec.json.decode(where, type=Service))
    with contextlib.suppress(BrokenPipeError):
        for total in clients.totals():
            control.send(msgspec.json.encode(total))


class _Clients:
    """All clients, in one loop."""

    def __init__(self, load: Load, control: socket.socket) -> None:
        self._clients = [Echoing(n + 1, load.echoes, load.payload) for n in range(load.clients)]
        self._control = control
        self._poll = select.epoll()
        self._poll.register(control.fileno(), select.EPOLLIN)
        self._waiting = self._clients[::-1]  # those that have not begun, the next one last
        self._watched: dict[int, tuple[Echoing, int]] = {}
        self._unanswered = 0
        self._over = 0
        self._resting = True
        self._next_news = 0.0

    def totals(self) -> Iterator[ClientTotal]:
        """What each client did."""
        return (client.total() for client in self._clients)

    def serve(self, service: Service) -> None:
        """Go on until every client is over."""
        ramp = max(1, min(_RAMP, _RAMP if service.backlog is None else service.backlog))
        while self._over < len(self._clients):
            self._fill(service, ramp)
            if self._resting and not self._waiting and not self._unanswered:
                self._go()
            for fd, events in self._poll.poll(_NEWS):
                if fd == self._control.fileno():
                    self._obey(self._control.recv(_MESSAGE))
                elif fd in self._watched:
                    self._act(fd, events)
            self._tell_news()

    def _fill(self, service: Service, ramp: int) -> None:
        """Let the next clients begin, as many as may wait for their first answer."""
        while self._waiting and self._unanswered < ramp:
            client = self._waiting[-1]
            fd = client.begin(service)
            if fd is None and not client.over:
                break  # later
            self._waiting.pop()
            if fd is None:
                self._over += 1
            else:
                self._unanswered += 1
                self._watched[fd] = client, client.watches
                self._poll.register(fd, client.watches)

    def _act(self, fd: int, events: int) -> None:
        client, _ = self._watched[fd]
        new = client.answered is None
        client.act(events)
        self._unanswered -= new and (client.answered is not None or client.over)
        if client.rests and not self._resting:
            client.go_on()
        self._watch(fd)

    def _watch(self, fd: int) -> None:
        """Watch for what the client waits for now; a closed descriptor has left by itself."""
        client, watched = self._watched[fd]
        if client.over:
            del self._watched[fd]
            self._over += 1
        elif client.watches != watched:
            self._watched[fd] = client, client.watches
            self._poll.modify(fd, client.watches)

    def _obey(self, message: bytes) -> None:
        if message == _GO:
            self._go()
            return
        for client in self._clients:
            if not client.over:
                client.give_up(message.decode() or _GONE)
        self._watched.clear()
        self._over = len(self._clients)

    def _go(self) -> None:
        self._resting = False
        for fd, (client, _) in list(self._watched.items()):
            if client.rests:
                client.go_on()
                self._watch(fd)

    def _tell_news(self) -> None:
        now = time.monotonic()
        if now < self._next_news:
            return
        self._next_news = now + _NEWS
        echoes = sum(client.echoes for client in self._clients)
        received = sum(client.received for client in self._clients)
        news = msgspec.json.encode(Progress(self._over, echoes, received))
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            self._control.send(news, socket.MSG_DONTWAIT)
