"""Client scripts: what the clients do, one step a line.

A line is `CLIENT ACTION [TEXT]`; `CLIENT` may be a list (`1,2`) or a range (`1-3`), whose members
act in the same moment, before the server can answer any of them. `#` begins a comment.

What the actions mean depends on the server's socket:

    action    TCP, UNIX streams                       UDP
    connect   connects                                notes the server's address: nothing is sent
    send      sends all bytes of TEXT                 sends one datagram that holds TEXT
    expect    receives bytes until TEXT is complete   receives one datagram, which must be TEXT
    shutdown  ends its data, and can still receive    sends no more: nothing is sent to tell it
    close     closes, with FIN or reset               closes: nothing is sent
    reset     closes with a reset (RST)               closes: nothing is sent, UDP has no reset
    wait      lets the time pass                      lets the time pass
"""

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from echotrace.errors import ScriptError, UserError
from echotrace.record.order import Order

ACTIONS: Mapping[str, str] = {
    "connect": "",
    "send": "TEXT",
    "expect": "TEXT",
    "shutdown": "",
    "close": "",
    "reset": "",
    "wait": "TIME",
}
_LINE = re.compile(r"(?P<clients>[\d,\-]+)\s+(?P<action>\S+)(?:\s+(?P<text>.*))?")
_TIME = re.compile(r"(\d+)(ms|s)")
#: What stands before a comment: text without `#`, or in double quotes. It always matches, as far as
#: it can at the first attempt: there is nothing behind it for which it would have to go back.
_NO_COMMENT = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^#])*')
_REPEAT = re.compile(r'"(?P<text>.*)"(?:\s*\*\s*(?P<count>\d+))?')
_MOST_CLIENTS = 10_000
_MOST_BYTES = 1 << 30


@dataclass(frozen=True)
class Step:
    """One step: the clients that take it, in order, what they do, and with which bytes.

    `wait` is in nanoseconds.
    """

    clients: tuple[int, ...]
    action: str
    data: bytes = b""
    wait: int = 0

    def __str__(self) -> str:
        who = ",".join(map(str, self.clients))
        if self.action == "wait":
            return f"{who} wait {self.wait // 1_000_000}ms"
        return f"{who} {self.action}" + (f" {spell(self.data)}" if ACTIONS[self.action] else "")


@dataclass(frozen=True)
class Script:
    """A named list of steps."""

    name: str
    steps: tuple[Step, ...]

    @property
    def clients(self) -> int:
        """How many clients take part."""
        return len({client for step in self.steps for client in step.clients})


#: For a program whose clients are not ours.
NOTHING = Script("", ())


def spell(data: bytes) -> str:
    """Bytes as a script's TEXT; a repeated one is written so."""
    for size in (1, 2, 3, 4):
        if len(data) > 40 and data[:size] * (len(data) // size) == data:
            return f'"{_escape(data[:size])}" * {len(data) // size}'
    text = _escape(data)
    return f'"{text}"' if text != text.strip() or text[:1] in ("", '"') else text


def _escape(data: bytes) -> str:
    text = data.decode("latin-1").encode("unicode_escape").decode("ascii")
    return text.replace("#", "\\x23")  # which would begin a comment


def parse(text: str, name: str, order: Order | None = None) -> Script:
    """Read a script; raises ScriptError with the line and what is allowed.

    With an `order`, for a step too that can never be taken after those before it.
    """
    steps = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _NO_COMMENT.match(line)
        words = match[0].strip() if match else ""
        if words:
            try:
                steps.append(step := _step(words))
                if order is not None:
                    order.take(step.clients, step.action)
            except ValueError as error:
                raise ScriptError(f"'{name}', line {number}: {error}") from None
    if not steps:
        raise ScriptError(f"'{name}' has no steps; a step is a line like '1 connect'")
    return Script(name, tuple(steps))


def _step(words: str) -> Step:
    match = _LINE.fullmatch(words)
    if not match:
        raise ValueError(
            f"'{words}' is no step; a step is 'CLIENT ACTION [TEXT]', as '1 send hello'"
        )
    clients = _clients(match["clients"])
    action, text = match["action"], match["text"]
    if action not in ACTIONS:
        allowed = ", ".join(f"{name} {what}".strip() for name, what in ACTIONS.items())
        raise ValueError(f"there is no action '{action}'; allowed are {allowed}")
    if bool(ACTIONS[action]) != bool(text):
        needs = f"needs a {ACTIONS[action]}" if ACTIONS[action] else "takes no text"
        raise ValueError(f"'{action}' {needs}")
    if action == "wait":
        return Step(clients, action, wait=_duration(text))
    return Step(clients, action, data=_bytes(text) if text else b"")


def _clients(words: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in words.split(","):
        first, dash, last = part.partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise ValueError(f"'{words}' names no clients; write '1', '1,2' or '1-3'")
        lowest, highest = int(first), int(last or first)
        if not 1 <= lowest <= highest <= _MOST_CLIENTS:
            raise ValueError(
                f"'{words}' names no clients: they are numbered from 1 to {_MOST_CLIENTS}"
            )
        found.extend(range(lowest, highest + 1))
    return tuple(found)


def _duration(text: str) -> int:
    match = _TIME.fullmatch(text)
    if not match:
        raise ValueError(f"'{text}' is no time; write '50ms' or '2s'")
    return int(match[1]) * (1_000_000 if match[2] == "ms" else 1_000_000_000)


def _bytes(text: str) -> bytes:
    """TEXT: plain or in double quotes, with backslash escapes; `"x" * 5000` repeats."""
    match = _REPEAT.fullmatch(text)
    if text.startswith('"') and not match:
        raise ValueError(
            f"{text} begins with a double quote and does not end with one; "
            'a quote that is to be sent is written \\"'
        )
    count = int(match["count"] or 1) if match else 1
    try:
        data = codecs.escape_decode((match["text"] if match else text).encode())[0]
    except ValueError:
        raise ValueError(f"'{text}' has an escape that is not understood") from None
    if len(data) * count > _MOST_BYTES:
        raise ValueError(f"{len(data) * count} bytes are too many; at most {_MOST_BYTES}")
    return data * count


#: More than the buffer of every server of the series (100 and 1024 bytes).
LARGE = 2500


def _interleaved(count: int) -> str:
    """All connect, all send; then one after the other gets its answer and leaves."""
    every = range(1, count + 1)
    return "\n".join(
        [f"{n} connect" for n in every]
        + [f"{n} send hey {n}" for n in every]
        + [f"{n} expect hey {n}\n{n} close" for n in every]
    )


def _sequential(count: int) -> str:
    """One client comes when the one before has left."""
    return "\n".join(
        f"{n} connect\n{n} send hey {n}\n{n} expect hey {n}\n{n} close" for n in range(1, count + 1)
    )


def _burst(count: int) -> str:
    """All connect in the same moment: the kernel queues those that the server has not accepted."""
    every = range(1, count + 1)
    return "\n".join(
        [f"1-{count} connect"] + [f"{n} send hey {n}\n{n} expect hey {n}\n{n} close" for n in every]
    )


def _silent(count: int) -> str:
    """Client 1 connects and says nothing while the others want service."""
    others = range(2, max(count, 2) + 1)
    return "\n".join(
        ["1 connect"]
        + [f"{n} connect\n{n} send hey {n}" for n in others]
        + ["1 close"]
        + [f"{n} expect hey {n}\n{n} close" for n in others]
    )


def _large(count: int) -> str:
    """Each sends more at once than any server's buffer holds."""
    return "\n".join(
        f'{n} connect\n{n} send "x" * {LARGE}\n{n} expect "x" * {LARGE}\n{n} close'
        for n in range(1, count + 1)
    )


def _half_close(count: int) -> str:
    """Each says that it will send no more, and still reads the answer."""
    return "\n".join(
        f"{n} connect\n{n} send hey {n}\n{n} shutdown\n{n} expect hey {n}\n{n} close"
        for n in range(1, count + 1)
    )


def _reset(count: int) -> str:
    """As interleaved, but each client ends with a reset (RST) instead of an orderly end (FIN)."""
    every = range(1, count + 1)
    return "\n".join(
        [f"{n} connect" for n in every]
        + [f"{n} send hey {n}" for n in every]
        + [f"{n} expect hey {n}\n{n} reset" for n in every]
    )


def _idle(count: int) -> str:
    """Each connects and leaves without a word."""
    return "\n".join(f"{n} connect\n{n} close" for n in range(1, count + 1))


BUILT_IN: Mapping[str, Callable[[int], str]] = {
    "interleaved": _interleaved,
    "sequential": _sequential,
    "burst": _burst,
    "silent": _silent,
    "large": _large,
    "half-close": _half_close,
    "reset": _reset,
    "idle": _idle,
}


def describe(name: str) -> str:
    """What a built-in script shows, in one sentence."""
    return (BUILT_IN[name].__doc__ or "").strip()


def find(name: str, clients: int) -> Script:
    """A built-in script for so many clients, or the script in a file of that name."""
    if name in BUILT_IN:
        return parse(BUILT_IN[name](clients), name)
    try:
        text = Path(name).read_text(encoding="utf-8")
    except FileNotFoundError:
        known = ", ".join(BUILT_IN)
        raise UserError(f"no script '{name}': neither a file nor one of {known}") from None
    except UnicodeDecodeError:
        raise UserError(f"cannot read the script '{name}': it is no text in UTF-8") from None
    except OSError as error:
        raise UserError(f"cannot read the script '{name}': {error.strerror}") from error
    return parse(text, name, Order())
