"""Faults to inject: what `--inject CALL:WHAT[:when=N]` means, and which call it is the turn of.

WHAT is the name of an errno value, with which the call fails without being made, or `short=N`: the
length that the call gives becomes N. Nothing here touches a task; `injecting` does.
"""

import errno
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from echotrace.errors import UserError, did_you_mean
from echotrace.syscalls import ROWS, Effect, Row

#: Words that mean every variant of a logical event; all others mean the calls of that name, and
#: those that the C function of that name makes.
_EVENTS: Mapping[str, str] = {
    "accept": "accept",
    "recv": "recv",
    "send": "send",
    "fork": "spawn",
    "clone": "spawn",
    "pthread_create": "spawn",
    "posix_spawn": "spawn",
    "exec": "exec",
    "wait": "wait",
    "waitpid": "wait",
    "poll": "poll",
    "select": "select",
    "epoll_create": "epoll create",
    "epoll_wait": "epoll wait",
    "pipe": "pipe",
}
#: Words that count on sockets only: the loader closes files, and a line printed is no send.
_ON_SOCKETS = frozenset({"send", "recv", "close"})
_FORM = "write CALL:WHAT or CALL:WHAT:when=N, such as accept:EINTR or send:short=3:when=2"
_NUMBER = "[1-9][0-9]{0,8}"


@dataclass(frozen=True)
class Injection:
    """One `--inject`: `text` as given, `fault` without its `when`, `calls` the system calls meant.

    Either `error` is the errno value to fail with, or `short` the length to cut to. Of the calls
    that it fits, it hits number `first` (from 1), and all later ones too if it goes `onwards`.
    """

    text: str
    fault: str
    calls: frozenset[str]
    error: int | None = None
    short: int | None = None
    first: int = 1
    onwards: bool = False
    on_sockets: bool = False

    def fits(self, name: str, arguments: Sequence[int]) -> bool:
        """Whether a call is meant; one that is no longer than `short` has nothing to lose."""
        if name not in self.calls:
            return False
        at = ROWS[name].length_at
        return self.short is None or (at is not None and arguments[at] > self.short)

    def hits(self, number: int) -> bool:
        """Whether the call with this number, of those that fit, gets the fault."""
        return number == self.first or (self.onwards and number > self.first)


def parse(text: str) -> Injection:
    """What the text of an `--inject` means; UserError with what to write instead."""
    call, *rest = text.split(":")
    if not call or not 1 <= len(rest) <= 2:
        raise _refused(text, _FORM)
    what = rest[0] if rest[0].startswith("short") else rest[0].upper()
    calls = _calls(text, call)
    error, short = None, None
    if what.startswith("short"):
        short = _short(text, what)
        calls = _with_a_length(text, call, calls)
    else:
        error = _error(text, what)
    first, onwards = _when(text, rest[1]) if rest[1:] else (1, short is not None)
    return Injection(
        text=text,
        fault=f"{call}:{what}",
        calls=frozenset(row.name for row in calls),
        error=error,
        short=short,
        first=first,
        onwards=onwards,
        on_sockets=call in _ON_SOCKETS,
    )


def _refused(text: str, why: str) -> UserError:
    return UserError(f"--inject '{text}': {why}")


def _calls(text: str, call: str) -> list[Row]:
    if call in _EVENTS:
        return [row for row in ROWS.values() if row.event == _EVENTS[call]]
    meant = [row for row in ROWS.values() if call in (row.name, row.function)]
    if not meant:
        functions = {row.function for row in ROWS.values()}
        hint = did_you_mean(call, sorted(_EVENTS.keys() | ROWS.keys() | functions))
        known = hint or "; accept, recv, send, close, fork and the calls of a timeline have"
        raise _refused(text, f"no call that echotrace records has the name '{call}'{known}")
    if all(row.effect is Effect.EXITS for row in meant):
        raise _refused(text, f"'{call}' never returns, so it cannot fail; try close or shutdown")
    return meant


def _with_a_length(text: str, call: str, calls: Sequence[Row]) -> list[Row]:
    meant = [row for row in calls if row.length_at is not None]
    if not meant:
        in_memory = any(a.kind.startswith(("msghdr", "iovec")) for r in calls for a in r.arguments)
        why = "keeps its lengths in memory" if in_memory else "has no length argument"
        raise _refused(text, f"'{call}' {why}, so it cannot be shortened; send and recv can")
    return meant


def _short(text: str, what: str) -> int:
    match = re.fullmatch(f"short=({_NUMBER})", what)
    if not match:
        raise _refused(text, f"'{what}' is no length; write short=N with N from 1, as send:short=3")
    return int(match[1])


def _error(text: str, what: str) -> int:
    value = getattr(errno, what, None) if what.startswith("E") else None
    if not isinstance(value, int):
        names = sorted(name for name in vars(errno) if name.startswith("E"))
        known = did_you_mean(what, names) or "; write one of errno(3), as EINTR, or short=N"
        raise _refused(text, f"'{what}' is no error that a call can fail with{known}")
    return value


def _when(text: str, words: str) -> tuple[int, bool]:
    match = re.fullmatch(rf"when=({_NUMBER})(\+?)", words)
    if not match:
        why = "write when=3 for the third such call, when=3+ for it and all later ones"
        raise _refused(text, f"'{words}' does not say when; {why}")
    return int(match[1]), bool(match[2])


class Faults:
    """The injections of one run, and what has become of them.

    `marks` names the fault of each call that got one, by the moment at which the call began.
    """

    def __init__(self, injections: Sequence[Injection]) -> None:
        self.marks: dict[int, str] = {}
        self._injections = tuple(injections)
        self._fitting = [0] * len(injections)
        self._made: set[Injection] = set()

    def choose(
        self, name: str, arguments: Sequence[int], on_socket: Callable[[], bool]
    ) -> Injection | None:
        """Count a call that is about to be made; the injection that it gets, the first of two."""
        chosen = None
        for index, injection in enumerate(self._injections):
            if injection.fits(name, arguments) and (not injection.on_sockets or on_socket()):
                self._fitting[index] += 1
                if chosen is None and injection.hits(self._fitting[index]):
                    chosen = injection
        if chosen:
            self._made.add(chosen)
        return chosen

    def made(self) -> list[str]:
        """The injections that happened, as given."""
        return [each.text for each in self._injections if each in self._made]

    def missed(self) -> list[str]:
        """A sentence for each injection that did not happen."""
        return [
            f"--inject {each.text} never happened: the server made {_such_calls(count, each)}"
            for each, count in zip(self._injections, self._fitting, strict=True)
            if each not in self._made
        ]


def _such_calls(count: int, injection: Injection) -> str:
    calls = f"{count or 'no'} such call{'s' if count > 1 else ''}"
    return calls if injection.short is None else f"{calls} of more than {injection.short} bytes"
