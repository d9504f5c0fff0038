"""Where a traced program can be reached: the sockets at which it takes clients."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from echotrace.record.addresses import UNIX
from echotrace.trace import Record, Syscall

#: An address as the socket module wants it: `(host, port)`, or the name of a UNIX socket.
Address: TypeAlias = tuple[str, int] | bytes

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- not bound, only replaced


@dataclass(frozen=True)
class Service:
    """A listening stream socket, or a bound UDP socket, by its own address.

    `local` is spelt as in a trace: `127.0.0.1:80`, `[::1]:80`, `unix:/run/x`, `unix:@abstract`;
    `datagrams` tells UDP from streams.
    """

    local: str
    datagrams: bool = False

    @property
    def family(self) -> socket.AddressFamily:
        """The address family of the socket."""
        if self.local.startswith(UNIX):
            return socket.AF_UNIX
        return socket.AF_INET6 if self.local.startswith("[") else socket.AF_INET

    @property
    def kind(self) -> socket.SocketKind:
        """The type of the socket."""
        return socket.SOCK_DGRAM if self.datagrams else socket.SOCK_STREAM

    @property
    def port(self) -> int | None:
        """The port number; None for a UNIX socket."""
        return None if self.family == socket.AF_UNIX else int(self.local.rpartition(":")[2])

    @property
    def address(self) -> Address:
        """Where clients connect: the loopback interface for a socket bound to every interface."""
        port = self.port
        if port is None:
            name = self.local.removeprefix(UNIX).encode("latin-1")
            return b"\0" + name[1:] if name.startswith(b"@") else name
        host = self.local.rpartition(":")[0].strip("[]")
        return _LOOPBACK.get(host, host), port


@dataclass
class Services:
    """Learns the services of a program from its records, in the order in which they come to be."""

    found: list[Service] = field(default_factory=list)
    _datagrams: set[str] = field(default_factory=set)

    def learn(self, records: Iterable[Record]) -> None:
        """Take in what has happened."""
        for record in records:
            if isinstance(record, Syscall) and record.endpoints and record.errno is None:
                self._learn(record)

    def _learn(self, call: Syscall) -> None:
        end = call.endpoints[0]
        if call.name == "socket" and "SOCK_DGRAM" in str(call.args.get("type")):
            self._datagrams.add(end.link or "")
        elif end.local and call.name == "listen":
            self._add(Service(end.local))
        elif end.local and call.name == "bind" and end.link in self._datagrams:
            self._add(Service(end.local, datagrams=True))

    def _add(self, service: Service) -> None:
        if service not in self.found and not (service.datagrams and service.port is None):
            self.found.append(service)
