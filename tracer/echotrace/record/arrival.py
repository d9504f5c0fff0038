"""From a program's start to the service that clients are sent to; or why there is none."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from echotrace.errors import NotReachable
from echotrace.record import launch
from echotrace.record.services import Service
from echotrace.trace import Exec, Exit, Record, Syscall, Task

#: What a program may still do between the question for input or a terminal and its end.
_LAST_WORDS = frozenset(
    {"write", "writev", "ioctl", "close", "dup2", "dup3", "fstat", "newfstatat", "exit_group"}
)
_NO_TERMINAL = (
    "it was given no input and no terminal: run it in a terminal of its own, and there "
    "echotrace attach PID follows it"
)

_MORE_TIME = "; --timeout gives it more time"


def choose(name: str, found: Sequence[Service], port: int | None) -> Service | None:
    """The service for the clients of a program, as far as it is known yet.

    With `port` it is the first with that number; else the first with any, for a port in IPv4 and
    in IPv6 is one service; else the first UNIX socket. NotReachable when there are several ports to
    choose from.
    """
    if port is not None:
        return next((service for service in found if service.port == port), None)
    ports = {service.port: service for service in reversed(found) if service.port is not None}
    if len(ports) > 1:
        places = " and ".join(service.local for service in reversed(ports.values()))
        raise NotReachable(f"'{name}' listens on {places}; say which with --port")
    return next(iter(ports.values()), found[0] if found else None)


@dataclass
class Beginning:
    """What a program's records tell of why it does not listen: its end, and what failed before.

    That it wanted input or a terminal is believed only if that was the last thing it asked for:
    many ask whether they have one, and go on without.
    """

    _first: int | None = None
    _began: bool = False
    _end: Exit | None = None
    _refused: Syscall | None = None
    _wanted_input: bool = False

    def learn(self, records: Iterable[Record]) -> None:
        """Take in what has happened."""
        for record in records:
            match record:
                case Task() if self._first is None:
                    self._first = record.tid
                case Exec():
                    self._began = True
                case Exit() if record.tid == self._first:
                    self._end = record
                case Syscall(name="bind" | "listen", errno=str()):
                    self._refused = record
            if isinstance(record, Syscall):
                if _asks_for_input(record):
                    self._wanted_input = True
                elif record.name not in _LAST_WORDS:
                    self._wanted_input = False

    def ended(self, name: str) -> str:
        """How the program ended without ever listening, in a sentence."""
        if not self._began and self._end and self._end.status not in (None, launch.FAILED):
            return f"cannot run '{name}': {os.strerror(self._end.status or 0)}"
        return f"'{name}' {self.end or 'ends'} before it listens{self._hint()}"

    @property
    def end(self) -> str | None:
        """How the program's first process has ended, as a predicate; None while it lives."""
        if self._end is None:
            return None
        if self._end.signal:
            return f"is ended by {self._end.signal}"
        return f"exits with status {self._end.status}"

    def waits(self, name: str, seconds: float, calls: Sequence[str]) -> str:
        """That the program has not come to listen, and in which calls it waits."""
        where = f", it waits in {' and '.join(calls)}" if calls else ""
        return f"'{name}' does not listen within {seconds:g} s{where}{self._hint() or _MORE_TIME}"

    def runs_on(self, name: str, seconds: float) -> str:
        """That the program has not come to listen, and does not wait for anything."""
        what = f"does not listen within {seconds:g} s, it runs on without waiting for anything"
        return f"'{name}' {what}{self._hint() or _MORE_TIME}"

    def _hint(self) -> str:
        if self._wanted_input:
            return f"; {_NO_TERMINAL}"
        call = self._refused
        if call is None:
            return ""
        address = call.args.get("addr")
        return f": {call.name}({address or ''}) failed with {call.errno}"


def _asks_for_input(call: Syscall) -> bool:
    """Whether a call got nothing for want of input, or of a terminal (tty(4), ioctl_tty(2))."""
    if call.name == "read":
        return call.result == 0 and call.args.get("fd") == 0
    if call.name == "ioctl":
        return call.errno == "ENOTTY" and call.args.get("fd") == 0
    return call.errno == "ENXIO" and call.args.get("path") == "/dev/tty"


def elsewhere(name: str, port: int, found: Sequence[Service]) -> str:
    """That the program does not listen on a port, but on others."""
    places = " and ".join(service.local for service in found)
    return f"'{name}' does not listen on port {port}, but on {places}; leave out --port"
