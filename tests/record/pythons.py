"""Runs Python programs under trace and asks at each call for its line, for the tests."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from recordings import NO_STEPS, free

from echotrace.record import means, seccomp
from echotrace.record.engine import Engine
from echotrace.record.info_stops import InfoStops
from echotrace.record.inspect import Inspector
from echotrace.record.machine import Call
from echotrace.record.origins import Nowhere
from echotrace.record.plan import Plan
from echotrace.record.ptrace import Memory
from echotrace.record.python.sites import PythonSites
from echotrace.record.scatter import ScatterReader
from echotrace.trace import Site

#: Versions whose structures are known.
VERSIONS = ("3.11", "3.12", "3.13", "3.14")


def interpreters() -> dict[str, str]:
    """The running interpreter, and those of known versions that are installed: name and path.

    Of several paths that lead to one file one is taken; what only says what is missing, is none.
    """
    ask = "import os, sys; print(sys.version.split()[0], os.path.realpath(sys.executable))"
    found: dict[str, str] = {}
    for path in (sys.executable, *_candidates()):
        done = subprocess.run([path, "-c", ask], capture_output=True, text=True, check=False)
        version, _, real = done.stdout.strip().partition(" ")
        if done.returncode == 0 and real not in found.values():
            name = version if version not in found else f"{version} once more"
            found[name] = real
    return found


def _candidates() -> Iterator[str]:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in VERSIONS:
        folders = [*os.get_exec_path(), *(str(path / "bin") for path in pyenv.glob(f"{version}*"))]
        yield from filter(None, (shutil.which(f"python{version}", path=f) for f in folders))


class Seen(NamedTuple):
    """A call: its task, its name, what it wrote, its line as we found it, our reads for that."""

    tid: int
    name: str
    text: str
    site: Site | None
    reads: int


class Eyes:
    """What is there to see with: the sites, and what was seen."""

    def __init__(self) -> None:
        self.reader = ScatterReader()
        self.sites = PythonSites(self.reader)
        self.seen: list[Seen] = []
        self._memory = Memory()
        self._names = seccomp.syscall_names()

    def see(self, tid: int, call: Call) -> None:
        """A task stands at the exit of a call."""
        before = self.reader.calls
        site = self.sites.site(self.sites.number(tid))
        reads = self.reader.calls - before
        name, text = self._names[call.number], ""
        if name == "write":
            raw = self._memory.read(tid, call.arguments[1], call.arguments[2]) or b""
            text = raw.partition(b"\0")[0].decode("utf-8", "replace")
        self.seen.append(Seen(tid, name, text, site, reads))


class SeeingStops(InfoStops):
    """Asks for the line while the task still stands at the exit of its call."""

    eyes: Eyes

    def _look(self, tid: int, call: Call) -> Any:
        self.eyes.see(tid, call)
        return super()._look(tid, call)


def watched(monkeypatch: pytest.MonkeyPatch, *argv: str) -> list[Seen]:
    """The calls of a program that runs to its end."""
    eyes = Eyes()
    born, replaced, reaped = Engine._born, Engine._replaced, Engine._reaped

    def stops(
        _plan: Plan, inspector: Inspector, pids: dict[int, int], *_: object, **__: object
    ) -> SeeingStops:
        made = SeeingStops(
            inspector,
            pids,
            Nowhere(),
            wanted=lambda _: True,
            changed=lambda _: False,
            filtered=False,
        )  # fmt: skip
        made.eyes = eyes
        return made

    def see_birth(engine: Engine, child: int, parent: int | None, *rest: Any) -> None:
        if parent is not None:
            thread = Path(f"/proc/{engine.pids[parent]}/task/{child}").exists()
            eyes.sites.born(child, parent, thread=thread)
        born(engine, child, parent, *rest)

    def see_exec(engine: Engine, tid: int, *rest: Any) -> None:
        eyes.sites.replaced(tid)
        if not engine._running:
            eyes.seen.clear()  # our own preparation
        replaced(engine, tid, *rest)

    def see_end(engine: Engine, tid: int, *rest: Any) -> None:
        eyes.sites.gone(tid)
        reaped(engine, tid, *rest)

    monkeypatch.setattr(means, "stops", stops)
    monkeypatch.setattr(Engine, "_born", see_birth)
    monkeypatch.setattr(Engine, "_replaced", see_exec)
    monkeypatch.setattr(Engine, "_reaped", see_end)
    free(Plan("test", "python", argv, NO_STEPS, seccomp=False))
    return eyes.seen
