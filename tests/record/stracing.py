"""Runs servers under strace, and reads what it writes: whole lines, and calls taken apart."""

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from witness import Witness

from echotrace.record.plan import Plan
from echotrace.record.services import Service
from echotrace.syscalls import ON_REQUEST, ROWS

SNAPLEN = 64


class Call(NamedTuple):
    """One call as strace writes it; `result` is the name of the error if there was one, or `?`."""

    name: str
    arguments: list[str]
    result: str


@contextmanager
def under_strace(
    plan: Plan,
    log: Path,
    calls: Iterable[str],
    address: Callable[[str], Service | None],
    *more: str,
) -> Iterator[Witness]:
    """Run the server of a plan under strace; `address` finds in the log where it listens."""

    def listens() -> Service | None:
        return address(log.read_text()) if log.exists() else None

    wanted = ",".join(f"?{name}" for name in calls)
    options = ["-f", "-xx", "-s", str(SNAPLEN), "-o", str(log), "-e", f"trace={wanted}", *more]
    with subprocess.Popen(
        ["strace", *options, plan.program or plan.argv[0], *plan.argv[1:]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if plan.mute else None,
        start_new_session=True,
    ) as strace:
        server = Witness(strace, listens)
        try:
            yield server
        finally:
            server.end()


def server_under_strace(plan: Plan, log: Path, *more: str) -> AbstractContextManager[Witness]:
    """Run one of the servers under strace, which logs the calls that echotrace records."""
    service = partial(_service, datagrams=plan.server == "udp")
    return under_strace(plan, log, ROWS.keys() - ON_REQUEST, service, *more)


def _service(log: str, *, datagrams: bool) -> Service | None:
    """Where the server listens, when it has asked for that itself."""
    told = re.search(r"getsockname\(\d+, .*sin_port=htons\((\d+)\)", log)
    return Service(f"127.0.0.1:{told[1]}", datagrams) if told else None


def whole_lines(log: str) -> Iterator[tuple[str, str]]:
    """Each task's id and line, parted calls put together; a child's lines after its maker's."""
    later: dict[str, list[str]] = {}
    known: set[str] = set()

    def told(tid: str, line: str) -> Iterator[tuple[str, str]]:
        yield tid, line
        made = re.match(r"(?:clone3?|v?fork)\(.*= (\d+)$", line)
        if made:
            known.add(made[1])
            for early in later.pop(made[1], ()):  # among which its own children may be made
                yield from told(made[1], early)

    for tid, line in _joined(log):
        if not known:
            known.add(tid)
        if tid in known:
            yield from told(tid, line)
        else:
            later.setdefault(tid, []).append(line)
    assert not later, f"tasks that nobody made: {later}"


def _joined(log: str) -> Iterator[tuple[str, str]]:
    begun: dict[str, str] = {}
    for tid, line in (line.split(maxsplit=1) for line in log.splitlines()):
        if line.endswith("<unfinished ...>") and not line.startswith("<..."):
            begun[tid] = line.removesuffix("<unfinished ...>")
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>", line)
        whole = begun.pop(tid) + line[resumed.end() :] if resumed else line
        yield tid, whole.replace("<unfinished ...>", "")
    for tid, line in begun.items():
        yield tid, f"{line}) = ?"


def taken_apart(line: str) -> Call:
    """A whole line of a call."""
    match = re.fullmatch(r"(\w+)\((.*)\)\s+= (\S+)(.*)", line)
    assert match, line
    result = match[3]
    if result in ("-1", "?") and match[4].strip():
        result = match[4].split()[0]
    if result.startswith("0x"):
        result = str(int(result, 16))
    return Call(match[1], _arguments(match[2]), result)


def _arguments(text: str) -> list[str]:
    """The arguments: what stands between commas outside of brackets."""
    parts = [""]
    depth = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def text_of(quoted: str) -> str:
    """A string as `strace -xx` writes it: each byte in hexadecimal."""
    return bytes.fromhex(quoted.strip('"').replace("\\x", "")).decode("latin-1")
