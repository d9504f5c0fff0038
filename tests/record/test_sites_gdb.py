"""gdb as a witness: file and line of each call are those of its backtrace."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from recordings import NO_STEPS, PATIENCE, PROGRAMS, free, own_folders, played, server_plan
from witness import Witness

from echotrace.record import seccomp
from echotrace.record.plan import Plan
from echotrace.record.services import Service
from echotrace.story.roles import assign
from echotrace.syscalls import ON_REQUEST, ROWS
from echotrace.trace import Trace

pytestmark = pytest.mark.skipif(
    shutil.which("gdb") is None and not os.environ.get("CI"), reason="needs gdb"
)

NAMES = seccomp.syscall_names()
SCRIPT = Path(__file__).with_name("gdb_sites.py")
SOURCES = PROGRAMS / "sites"
BUILDS = {
    "PIE": ("-O0",),
    "no PIE": ("-O0", "-no-pie"),
    "static": ("-O0", "-static"),
    "static PIE": ("-O0", "-static-pie"),
    "optimized": ("-O2",),
    "without PLT": ("-O3", "-fno-plt"),
    "DWARF 4": ("-O1", "-gdwarf-4"),
}


class Seen(NamedTuple):
    """A call and the line it is on."""

    call: str
    file: str | None
    line: int | None


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


@pytest.mark.parametrize(("name", "child"), [("fork", 0), ("fork", 1), ("fork", 2), ("thread", 0)])
def test_every_event_of_the_servers_is_on_the_line_that_gdb_says(
    name: str, child: int, tmp_path: Path
) -> None:
    """Each call of each task of the C servers has gdb's file and line."""
    plan = server_plan(name)
    ours = by_role(played(plan))
    log = tmp_path / "gdb.log"
    with server_under_gdb(plan, log, child) as server:
        server.play(plan.script)
    theirs = by_role_of_log(log)
    wanted = {f"P{child}"} if name == "fork" else {"P0", "T1", "T2"}
    assert wanted <= theirs.keys()
    for role in wanted:
        assert ours[role] == theirs[role]
        assert {f"{name}.c"} <= {seen.file for seen in ours[role]}


@pytest.mark.parametrize("filtered", [True, False], ids=["filter", "no filter"])
@pytest.mark.parametrize("build", BUILDS)
def test_every_way_to_a_call_is_told_as_gdb_does(
    build: str, filtered: bool, tmp_path: Path
) -> None:
    """However the program is built, and whatever made the call, file and line are gdb's."""
    argv = compiled(BUILDS[build], tmp_path)
    plan = Plan("sites", "c", argv, NO_STEPS, seccomp=filtered)
    log = tmp_path / "gdb.log"
    ours = by_role(free(plan))
    with under_gdb(argv, log, 0) as gdb:
        wait_for_end(gdb, log)
    assert ours == by_role_of_log(log)
    told = [seen.line for task in ours.values() for seen in task]
    assert len(told) - told.count(None) > 40


# What echotrace saw


def by_role(trace: Trace) -> dict[str, list[Seen]]:
    """The calls of each task from behind the exec that began all, which gdb does not see."""
    roles = assign(trace.records)
    found: dict[str, list[Seen]] = {}
    calls = list(trace.syscalls())
    began = next(place for place, call in enumerate(calls) if call.name == "execve")
    for call in calls[began + 1 :]:
        role = roles.of(call.tid, call.start)
        file = Path(call.site.file).name if call.site else None
        seen = Seen(call.name, file, call.site.line if call.site else None)
        found.setdefault(role or "?", []).append(seen)
    return found


# What gdb saw


def by_role_of_log(log: Path) -> dict[str, list[Seen]]:
    """The calls of each task; processes and threads in the order of their first call."""
    roles: dict[tuple[int, int], str] = {}
    found: dict[str, list[Seen]] = {}
    for line in log.read_text().splitlines():
        if line == "end":
            continue
        told = json.loads(line)
        task = told["pid"], told["tid"]
        if task not in roles:
            kind = "P" if task[0] == task[1] else "T"
            threads = sum(role[0] == kind for role in roles.values())
            roles[task] = f"P{told['child']}" if kind == "P" else f"T{threads + 1}"
        file = Path(told["file"]).name if told["file"] else None
        found.setdefault(roles[task], []).append(Seen(NAMES[told["call"]], file, told["line"]))
    return found


@contextmanager
def under_gdb(argv: Sequence[str], log: Path, child: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A program that runs under gdb, which writes the log."""
    calls = " ".join(sorted((ROWS.keys() - ON_REQUEST) & set(NAMES.values())))
    wish = {"SITES_CALLS": calls, "SITES_LOG": str(log), "SITES_CHILD": str(child)}
    with subprocess.Popen(
        ["gdb", "-nx", "-q", "-x", str(SCRIPT), "--args", *argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | wish,
    ) as gdb:
        try:
            yield gdb
        finally:
            Witness(gdb, lambda: None).kill()


def wait_for_end(gdb: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the program under gdb has ended."""
    deadline = time.monotonic() + PATIENCE
    while not (log.exists() and log.read_text().endswith("end\n")):
        assert gdb.poll() is None, "gdb has ended before its program"
        assert time.monotonic() < deadline, "the program under gdb does not end"
        time.sleep(0.01)


@contextmanager
def server_under_gdb(plan: Plan, log: Path, child: int) -> Iterator[Witness]:
    """The server of a plan under gdb, which does not tell the port that the kernel picks."""
    with socket.socket() as free_port:
        free_port.bind(("127.0.0.1", 0))
        address = free_port.getsockname()
    argv = [plan.program or "", f"{address[0]}:{address[1]}"]

    def listening() -> Service | None:
        text = log.read_text() if log.exists() else ""
        return Service(argv[1]) if f'"call": {_NUMBERS["accept"]},' in text else None

    with under_gdb(argv, log, child) as gdb:
        yield Witness(gdb, listening)


_NUMBERS = {name: number for number, name in NAMES.items()}


# The program


def compiled(options: Sequence[str], folder: Path) -> list[str]:
    """The command line of tests/programs/sites, built with -g but for its bare library."""

    def make(*words: str) -> None:
        subprocess.run(["cc", *words], check=True, cwd=SOURCES, stderr=subprocess.DEVNULL)

    own, bare, plugin = (folder / f"{name}.so" for name in ("own", "bare", "plugin"))
    program = folder / "sites"
    if any("static" in option for option in options):
        make("-c", "-O0", "-o", f"{bare}.o", "bare.c")
        make("-g", *options, "-pthread", "-o", str(program), "main.c", "own.c", f"{bare}.o")
        return [str(program), "all"]
    libraries = ["-shared", "-fPIC"]
    make("-O0", *libraries, "-o", str(bare), "bare.c")
    compile_options = [option for option in options if option != "-no-pie"]
    for name, library in (("own.c", own), ("plugin.c", plugin)):
        make("-g", *compile_options, *libraries, "-o", str(library), name)
    make("-g", *options, "-pthread", "-o", str(program), "main.c", str(own), str(bare))
    return [str(program), "all", str(plugin)]
