"""The commands of README and of the guide, each run as it stands there."""

import contextlib
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from recordings import PATIENCE

from echotrace import servers
from echotrace.record import build

ROOT = Path(__file__).parents[1]
ECHOTRACE = f"{sys.executable} -m echotrace"
README, GUIDE = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/guide.md")
)
#: The commands that call echotrace, without those that install it.
COMMANDS = dict.fromkeys(
    line.partition("#")[0].strip().removeprefix(".venv/bin/echotrace ")
    for line in (README + GUIDE).splitlines()
    if line.startswith(".venv/bin/echotrace ")
)
#: What the exit status is, where it is not 0: an error was found; a client waited in vain.
STATUS: Mapping[str, int] = {
    "fork --inject send:short=3": 2,
    "check thread": 1,
    "check traces/thread-reset.jsonl": 1,
}


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server of one's own in three forms, two traces, and the shipped ones."""
    folder = tmp_path_factory.mktemp("kit")
    compiler = build.find_compiler()
    assert compiler, "the commands need a C compiler"
    shutil.copy(servers.source("fork", "c"), folder / "server.c")
    shutil.copy(servers.source("fork", "python"), folder / "server.py")
    shutil.copy(build.build(folder / "server.c", compiler), folder / "server")
    for name in ("fork", "thread"):
        shutil.copy(servers.traces_dir() / f"{name}-interleaved.jsonl", folder / f"{name}.jsonl")
    (folder / "traces").symlink_to(servers.traces_dir())
    return folder


def place_for(command: str, kit: Path, folder: Path) -> Path:
    """A directory with what of the kit the command does not write itself."""
    for each in kit.iterdir():
        if f"-o {each.name}" not in command:
            (folder / each.name).symlink_to(each)
    return folder


@contextmanager
def started(
    command: str,
    place: Path,
    **streams: Any,
) -> Iterator["subprocess.Popen[bytes]"]:
    """A command of README in a session of its own, ended in any case."""
    own = {"XDG_CACHE_HOME": str(place / "cache"), "XDG_STATE_HOME": str(place / "state")}
    terminal = {"TERM": "xterm", "COLUMNS": "100", "LINES": "30"}
    environment = os.environ | own | terminal | {"BROWSER": "true"}  # which opens nothing
    words = f"{ECHOTRACE} {command}".split()
    with subprocess.Popen(
        words, cwd=place, env=environment, start_new_session=True, **streams
    ) as process:
        limit = threading.Timer(PATIENCE, process.kill)
        limit.start()
        try:
            yield process
        finally:
            limit.cancel()
            process.kill()


def run(command: str, place: Path) -> int:
    """Run it to its end."""
    with started(command, place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        errors = process.stderr.read().decode() if process.stderr else ""
        assert "Traceback" not in errors
        return process.wait()


def run_until_it_listens(command: str, place: Path) -> int:
    """Run it until it says that the server is there, then Ctrl-C."""
    with started(command, place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr
        for line in process.stderr:
            if re.search(rb"Ctrl-C", line):
                process.send_signal(signal.SIGINT)
        return process.wait()


def run_attached(command: str, place: Path) -> int:
    """Run it on a server that listens already."""
    with subprocess.Popen([place / "server", "127.0.0.1:0"], stdout=subprocess.PIPE) as server:
        assert server.stdout
        server.stdout.readline()
        status = run_until_it_listens(command.replace("PID", str(server.pid)), place)
        assert server.poll() is None, "the server is to go on"
        server.kill()
    return status


def run_on_a_terminal(command: str, place: Path) -> int:
    """Run it on a terminal of its own, and leave it with `q`."""
    ours, its = pty.openpty()
    streams = {"stdin": its, "stdout": its, "stderr": its}
    with (
        closing(os.fdopen(ours, "r+b", buffering=0)) as terminal,
        started(command, place, **streams) as process,
    ):
        os.close(its)
        terminal.write(b"q")
        with contextlib.suppress(OSError):  # EIO: the other side is closed (pty(7))
            while terminal.read(4096):
                pass
        return process.wait()


WAYS: Mapping[str, Callable[[str, Path], int]] = {
    "run --no-clients": run_until_it_listens,
    "attach": run_attached,
    "step": run_on_a_terminal,
}


@pytest.mark.parametrize("command", COMMANDS)
def test_command_of_readme_works(command: str, kit: Path, tmp_path: Path) -> None:
    """Each command does what it is there for, with the status it promises."""
    way = next((way for name, way in WAYS.items() if command.startswith(name)), run)
    assert way(command, place_for(command, kit, tmp_path)) == STATUS.get(command, 0)


def test_every_kind_of_command_is_there() -> None:
    """README names what is needed to begin."""
    words = {command.split()[0] for command in COMMANDS}
    assert {"fork", "run", "attach", "show", "step", "check", "compare", "doctor"} <= words


def test_python_of_the_guide_runs(kit: Path) -> None:
    """The lines of Python do what they say, on traces of the two servers."""
    (source,) = re.findall(r"^```python\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    ran = subprocess.run(
        [sys.executable, "-c", source], cwd=kit, capture_output=True, text=True, check=False,
        timeout=PATIENCE,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "fork against thread" in ran.stdout
