"""The commands that record a trace again, or try more of its server, as its header tells."""

import shlex
from collections.abc import Iterator

from echotrace.servers import ALL_NAMES
from echotrace.trace import Header
from echotrace.views import words

_BUILT = ".c"  # what a name ends in that was compiled first
_SOURCES = (_BUILT, ".py")


def command(header: Header) -> str:
    """The command line, all that shapes the trace spelt out; what a header lacks is not in it."""
    return words.path(shlex.join(_words(header)))


def check(header: Header) -> str:
    """The command that tries more scripts and faults; empty if the header names nothing to try."""
    if header.attached is not None:
        return ""
    if _taught(header):
        twin = ":python" if header.language == "python" else ""
        return f"echotrace check {header.server}{twin}"
    if header.server.endswith(_SOURCES) and header.source:
        return words.path(shlex.join(("echotrace", "check", header.server)))
    return ""


def _taught(header: Header) -> bool:
    return header.server in ALL_NAMES and header.argv[:1] in ([header.server], ["python3"])


def _words(header: Header) -> Iterator[str]:
    if header.attached is not None:
        yield from ("echotrace", "attach", "PID")
        return
    taught = _taught(header)
    yield from ("echotrace", header.server if taught else "run")
    if taught and header.language == "python":
        yield from ("--lang", "python")
    yield from _clients(header)
    for fault in header.injections:
        yield from ("--inject", fault)
    if not taught:
        yield from _program(header)


def _clients(header: Header) -> Iterator[str]:
    if header.load is not None:
        yield from ("--clients", str(header.load.clients), "--free-run")
        yield from ("--echoes", str(header.load.echoes), "--payload", str(header.load.payload))
    elif header.script:
        yield from ("--clients", str(header.clients), "--script", header.script)
    else:
        yield "--no-clients"


def _program(header: Header) -> Iterator[str]:
    """The words behind the options; a C file is named, not what was compiled from it."""
    if header.server.endswith(_BUILT) and header.source:
        yield header.server
        yield from ("--", *header.argv[1:]) if header.argv[1:] else ()
    else:
        yield from ("--", *header.argv)
