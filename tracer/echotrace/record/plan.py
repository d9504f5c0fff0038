"""What to record, and how: everything that is decided before a recording begins."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from echotrace import __version__
from echotrace.record.inject import Injection
from echotrace.record.script import Script
from echotrace.trace import Header, Load
from echotrace.tracefile import FORMAT

#: Seconds that a program may run until it listens, unless told: an interpreter needs some.
LOADING = 10.0


@dataclass(frozen=True)
class Plan:
    """What to record.

    `program` is the path of the program, `argv[0]` unless given; `server` the name under which it
    is shown; `snaplen` how many bytes of a payload are kept; `timeout`, in seconds, how long a
    client step may take to become possible, `loading` how long the program may run until it
    listens. `everything` records all system calls; `pin` keeps the
    program and us on one processor; `seccomp` is for machines that have it; `injections` are the
    faults that the program is to meet; `mute` throws away what it writes to standard error, and
    `heard` lets its standard output be seen on ours. `lines` finds the source line of each call;
    `compiled_from` are sources that the program is known to be made from; in those of `stand_ins`
    no call has its line, as in a library's, and Python files below `folder` are never taken for a
    library's. Clients go to `port` where the program has several; with `load` they run freely
    instead of playing a script.
    """

    server: str
    language: str
    argv: Sequence[str]
    script: Script
    program: str | None = None
    source: str | None = None
    everything: bool = False
    snaplen: int = 64
    timeout: float = 5.0
    loading: float = LOADING
    pin: bool = True
    seccomp: bool = True
    mute: bool = False
    heard: bool = False
    injections: tuple[Injection, ...] = ()
    lines: bool = True
    compiled_from: frozenset[Path] = frozenset()
    stand_ins: frozenset[Path] = frozenset()
    folder: Path | None = None
    load: Load | None = None
    port: int | None = None


def header(plan: Plan) -> Header:
    """The first record of a recording of `plan` on this machine."""
    library, version = platform.libc_ver()
    return Header(
        format=FORMAT,
        tool=f"echotrace {__version__}",
        server=_kept(plan.server),
        language=plan.language,
        argv=list(map(_kept, plan.argv)),
        script=_kept(plan.script.name),
        clients=plan.load.clients if plan.load else plan.script.clients,
        kernel=f"{platform.system()} {platform.release().partition('-')[0]}",
        machine=platform.machine(),
        libc=f"{library} {version}".strip(),
        started=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        steps=[str(step) for step in plan.script.steps],
        source=plan.source and _kept(plan.source),
        injections=[injection.text for injection in plan.injections],
        load=plan.load,
    )


def _kept(name: str) -> str:
    """A name as a trace keeps it: one whose bytes are no UTF-8 with a character for each."""
    try:
        name.encode()
    except UnicodeEncodeError:  # a lone surrogate stands for a byte (os.fsencode)
        return os.fsencode(name).decode("latin-1")
    return name
