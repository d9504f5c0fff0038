"""The scripted clients: sockets that take one step at a time and never block."""

import errno
import fcntl
import os
import socket
import struct
import termios
from collections.abc import Callable, Mapping

from echotrace.record.addresses import spell
from echotrace.record.script import Step
from echotrace.record.services import Service

_CHUNK = 1 << 16


class Impossible(Exception):
    """A step that can never become possible: refused, reset, or answered with other bytes."""


class Client:
    """One client. Each action returns True when it is done, False to be asked again later.

    `local` and `peer` are the two addresses of its connection, once it has one; `unread` the bytes
    that had arrived and were not read when it was closed.
    """

    def __init__(self, number: int, service: Service) -> None:
        self.number = number
        self.local: str | None = None
        self.peer: str | None = None
        self.unread: int | None = None
        self._service = service
        self._socket: socket.socket | None = None
        self._connected = False
        self._unsent: memoryview | None = None
        self._inbox = bytearray()
        self._actions: Mapping[str, Callable[[Step], bool]] = {
            "connect": self._connect,
            "send": self._send,
            "expect": self._expect,
            "shutdown": self._shutdown,
            "close": self._close,
            "reset": self._reset,
        }

    def act(self, step: Step) -> bool:
        """Take a step, or go on with it; raises Impossible with the reason."""
        if self._socket is None and step.action != "connect":
            raise Impossible("it is not connected")
        try:
            return self._actions[step.action](step)
        except OSError as error:
            name = errno.errorcode.get(error.errno or 0, "")
            raise Impossible(f"{os.strerror(error.errno or 0)} ({name})") from error

    def abandon(self) -> None:
        """Close what is still open."""
        if self._socket is not None:
            self._socket.close()

    def _connect(self, _step: Step) -> bool:
        if self._connected:
            raise Impossible("it is connected already")
        if self._socket is None:
            self._socket = _socket(self._service)
        status = self._socket.connect_ex(self._service.address)
        if status == errno.EINPROGRESS:  # on one machine it is often done already: ask again
            status = self._socket.connect_ex(self._service.address)
        if status in (errno.EINPROGRESS, errno.EALREADY):
            return False
        if status == errno.EAGAIN:
            return False  # unix(7): the accept queue is full
        if status not in (0, errno.EISCONN):
            raise OSError(status, os.strerror(status))
        self.local = spell(self._socket.family, self._socket.getsockname())
        self.peer = spell(self._service.family, self._service.address)
        self._connected = True
        return True

    def _send(self, step: Step) -> bool:
        assert self._socket is not None
        if self._unsent is None:
            self._unsent = memoryview(step.data)
        while self._unsent:
            try:
                sent = self._socket.send(self._unsent[:_CHUNK])
            except BlockingIOError:
                self._receive(1 << 30)  # the server may wait for us to take its answer
                return False
            self._unsent = self._unsent[sent:]
        self._unsent = None
        return True

    def _expect(self, step: Step) -> bool:
        ended = self._receive(len(step.data))
        got = bytes(self._inbox[: len(step.data)])
        if got == step.data:
            del self._inbox[: len(step.data)]
            return True
        if not step.data.startswith(got):
            raise Impossible(f"the server answered {repr(got[:40])[1:]}")
        if ended:
            raise Impossible(f"the server ended the connection after {len(got)} bytes")
        return False

    def _receive(self, enough: int) -> bool:
        """Take what has arrived, up to `enough` bytes in the inbox; True at the end of input."""
        assert self._socket is not None
        while len(self._inbox) < enough:
            try:
                data = self._socket.recv(min(_CHUNK, enough - len(self._inbox)))
            except BlockingIOError:
                return False
            if not data:
                return True
            self._inbox += data
        return False

    def _shutdown(self, _step: Step) -> bool:
        assert self._socket is not None
        self._socket.shutdown(socket.SHUT_WR)
        return True

    def _close(self, _step: Step) -> bool:
        assert self._socket is not None
        waiting = fcntl.ioctl(self._socket, termios.FIONREAD, b"\0" * 4)  # tcp(7), SIOCINQ
        self.unread = int(struct.unpack("i", waiting)[0]) or None
        self._socket.close()
        self._socket, self._connected = None, False
        self._unsent = None
        self._inbox.clear()
        return True

    def _reset(self, step: Step) -> bool:
        """Close with SO_LINGER 0: the kernel sends RST instead of FIN (socket(7))."""
        assert self._socket is not None
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return self._close(step)


def _socket(service: Service) -> socket.socket:
    """A socket that can be connected to the service, and never blocks."""
    made = socket.socket(service.family, service.kind)
    made.setblocking(False)
    if service.family == socket.AF_UNIX:
        made.bind(
            ""
        )  # a name of the kernel's choice (unix(7), autobind): who is who, is known by it
    elif not service.datagrams:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made
