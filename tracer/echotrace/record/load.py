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
import resource
import select
import socket
import time
from collections.abc import Iterator

import msgspec

from echotrace.record.echoing import Echoing
from echotrace.record.services import Service
from echotrace.trace import ClientTotal, Load

_RAMP = 64
_NEWS = 0.05  # seconds between two messages on how far it is
GO = b"go"
MESSAGE = 1 << 16
_GONE = "the recording ended"


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far the clients are: how many are over, and how many echoes and bytes came back."""

    over: int = 0
    echoes: int = 0
    received: int = 0


def run(load: Load, control: socket.socket) -> None:
    """Be the process with the clients, until all are over or the recording says stop."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    where = control.recv(MESSAGE)
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
                    self._obey(self._control.recv(MESSAGE))
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
        if message == GO:
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
