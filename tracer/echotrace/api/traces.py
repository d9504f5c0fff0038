"""Where traces come from: a file, or a recording made now."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Literal, TypeAlias, get_args

from echotrace import tracefile
from echotrace.api.nouns import Story, Trace
from echotrace.errors import NotReachable, UserError

_Language: TypeAlias = Literal["c", "python"]
#: The least and the most of each number that may be asked for.
_RANGES = {"clients": (1, 10_000), "snaplen": (0, 65_536), "timeout": (0.01, 86_400)}
_ONE_AT_A_TIME = Lock()


def load(path: str | Path) -> Trace:
    """Read a trace file; TraceFileError says which line and field is at fault.

    A file that is cut off is read as far as it goes: see `Trace.ended_early`.
    """
    return Trace(tracefile.load(Path(path)), Path(path).name)


def replay(trace: Trace) -> Story:
    """What a trace means, as `Trace.story` has it. Never fails: what is odd becomes a doubt."""
    return trace.story


def record_server(
    target: str | Path | Sequence[str],
    *,
    script: str = "interleaved",
    clients: int = 2,
    lang: _Language = "c",
    inject: str | Sequence[str] = (),
    everything: bool = False,
    snaplen: int = 64,
    timeout: float = 5.0,
) -> Trace:
    """Record a server; Linux only (SystemRefused elsewhere).

    `target` is a name of the catalogue (`fork`, `fork:python`, `broken/closed_twice`), a source
    file (.c, .py), an executable, or a command as a list of words. `script` is the name of a script
    or its file, for `clients` clients; `inject` has faults (`"send:short=3"`), `everything` records
    all system calls, `snaplen` bytes of a payload are kept, and `timeout` is how many seconds a
    step of a client may take. A script that cannot be played to its end, as the server has a bug,
    is no error: what happened until then is in the trace (`Trace.ended_early`). The trace is also
    kept as the last one of its server, as the command line does. Recordings take turns: a second
    thread waits for the first.

    UserError for what cannot be found, compiled or reached; ValueError for another language than
    these and a number out of its range; KeyboardInterrupt at Ctrl-C.
    """
    if lang not in get_args(_Language):
        raise ValueError(f"lang is one of {', '.join(get_args(_Language))}, not {lang!r}")
    for name, number in (("clients", clients), ("snaplen", snaplen), ("timeout", timeout)):
        least, most = _RANGES[name]
        if not least <= number <= most:
            raise ValueError(f"{name} is a number from {least:,} to {most:,}, not {number!r}")
    from echotrace.commands import target as targets  # noqa: PLC0415 -- loads what records

    faults = (inject,) if isinstance(inject, str) else tuple(inject)
    if isinstance(target, str | Path):
        name, named = str(target), targets.server_named(str(target))
    else:
        name, named = " ".join(target), {"command": tuple(target)}
    if named is None:
        raise UserError(f"'{target}' is a trace, or nothing that can be recorded: load() reads it")
    wished = {
        "script": script, "clients": clients, "lang": lang, "inject": faults,
        "everything": everything, "snaplen": snaplen, "timeout": timeout, "quiet": True,
    }  # fmt: skip
    with _ONE_AT_A_TIME:  # each is kept as the last one of its server, and read from there
        recorded = targets.record(**(wished | named))
    if isinstance(recorded.error, NotReachable):
        raise recorded.error
    return Trace(recorded.trace, name)
