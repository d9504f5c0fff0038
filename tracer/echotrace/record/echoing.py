"""One client of a free run: connects, has its echoes, and checks every byte that comes back."""

import errno
import fcntl
import os
import select
import socket
import struct
import termios
import time
from collections.abc import Callable

from echotrace.record.addresses import spell
from echotrace.record.clients import client_socket
from echotrace.record.services import Service
from echotrace.trace import ClientTotal

_CHUNK = 1 << 16
_TOO_MANY = "more bytes came back than it had sent"
_READ, _WRITE = select.EPOLLIN, select.EPOLLIN | select.EPOLLOUT


class Lost(Exception):
    """A client did not get back what it had sent; the message says what came instead."""


class Echoing:
    """A connection and the echo it waits for; never blocks.

    After the first echo it `rests` until `go_on`. It is `over` when it has had `echoes` of them and
    closed, or when something went wrong: then `error` says what. Times are those of the clock.
    """

    def __init__(self, number: int, echoes: int, size: int) -> None:
        self.number = number
        self.rests = False
        self.over = False
        self.echoes = self.received = 0
        self.error: str | None = None
        self.answered: int | None = None
        self._wanted = echoes
        self._size = size
        self._socket: socket.socket | None = None
        self._payload = b""
        self._got = self._put = 0
        self._sent = 0
        self._began: int | None = None
        self._connected: int | None = None
        self._ended: int | None = None
        self._local: str | None = None
        self._peer: str | None = None

    def begin(self, service: Service) -> int | None:
        """Begin to connect; the descriptor to watch, or None when it has to be tried again."""
        if self._began is None:
            self._began = time.monotonic_ns()
        self._socket = client_socket(service)
        self._peer = spell(service.family, service.address)
        status = self._socket.connect_ex(service.address)
        if status == errno.EAGAIN:  # unix(7): the accept queue is full
            self._socket.close()
            return None
        if status not in (0, errno.EINPROGRESS):
            self.fail(_sentence(status))
            return None
        return self._socket.fileno()

    def act(self, events: int) -> None:
        """Go on with what has become possible."""
        self._try(lambda connection: self._step(connection, events))

    def go_on(self) -> None:
        """Have the further echoes after the rest, or close."""
        self.rests = False
        self._try(self._proceed)

    def _try(self, what: Callable[[socket.socket], None]) -> None:
        assert self._socket is not None
        try:
            what(self._socket)
        except BlockingIOError:
            pass
        except OSError as problem:
            self.fail(f"{_sentence(problem.errno or 0)}; {self._standing()}")
        except Lost as loss:
            self.fail(str(loss))

    def _step(self, connection: socket.socket, events: int) -> None:
        if self._connected is None:
            self._connect(connection)
        elif events & select.EPOLLOUT and self._put < len(self._payload):
            self._send(connection)
        if events & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
            self._receive(connection)

    @property
    def watches(self) -> int:
        """The events of epoll(7) that it waits for."""
        unsent = self._connected is None or self._put < len(self._payload)
        return _WRITE if unsent else _READ

    def give_up(self, reason: str) -> None:
        """End before it is over."""
        self.fail(f"{reason}; {self._standing()}" if self._connected else reason)

    def fail(self, error: str) -> None:
        """End because of an error."""
        self.error = error
        self._close()

    def total(self) -> ClientTotal:
        """What it did."""
        return ClientTotal(
            client=self.number, began=self._began, connected=self._connected,
            answered=self.answered, ended=self._ended, local=self._local, peer=self._peer,
            sent=self._sent, received=self.received, echoes=self.echoes, error=self.error,
        )  # fmt: skip

    def _connect(self, connection: socket.socket) -> None:
        status = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if status:
            raise OSError(status, os.strerror(status))
        self._connected = time.monotonic_ns()
        self._local = spell(connection.family, connection.getsockname())
        self._proceed(connection)

    def _send(self, connection: socket.socket) -> None:
        count = connection.send(memoryview(self._payload)[self._put :][:_CHUNK])
        self._put += count
        self._sent += count

    def _receive(self, connection: socket.socket) -> None:
        data = connection.recv(_CHUNK)
        self.received += len(data)
        if not data:
            raise Lost(f"the server ended the connection; {self._standing()}")
        due = self._payload[self._got : self._got + len(data)]
        if data != due:
            raise Lost(self._difference(data, due))
        self._got += len(data)
        if self._got == self._size:
            self._came_back(connection)

    def _came_back(self, connection: socket.socket) -> None:
        self.echoes += 1
        if self.answered is None:
            self.answered = time.monotonic_ns()
            self.rests = True
        else:
            self._proceed(connection)

    def _proceed(self, connection: socket.socket) -> None:
        """Begin the next echo or, after the last one, close."""
        if self.echoes < self._wanted:
            self._payload = payload(self.number, self.echoes + 1, self._size)
            self._got = self._put = 0
            self._send(connection)
            return
        waiting = fcntl.ioctl(connection, termios.FIONREAD, b"\0" * 4)  # tcp(7), SIOCINQ
        if struct.unpack("i", waiting)[0]:
            raise Lost(_TOO_MANY)
        self._close()

    def _difference(self, data: bytes, due: bytes) -> str:
        if data.startswith(due):
            return _TOO_MANY
        at = next(n for n, (came, sent) in enumerate(zip(data, due, strict=False)) if came != sent)
        return (
            f"byte {self._got + at + 1} of echo {self.echoes + 1} came back as "
            f"{chr(data[at])!a}, not as {chr(due[at])!a}"
        )

    def _standing(self) -> str:
        if self.rests:
            return f"{self.echoes} of {self._wanted} echoes had come back"
        return f"{self._got} of {self._size} bytes of echo {self.echoes + 1} had come back"

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._connected is not None:
            self._ended = time.monotonic_ns()
        self.rests, self.over = False, True


def payload(client: int, echo: int, size: int) -> bytes:
    """What a client sends: no two echoes are alike, so that no answer is taken for another."""
    text = b"C%d echo %d " % (client, echo)
    return (text * (size // len(text) + 1))[:size]


def _sentence(number: int) -> str:
    return f"{os.strerror(number)} ({errno.errorcode.get(number, number)})"
