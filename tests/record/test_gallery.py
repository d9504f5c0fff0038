"""Each bug of the gallery shows in the trace of its mutant, and not in its clean counterpart's."""

import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from recordings import own_folders
from symptoms import SYMPTOMS

from echotrace import servers
from echotrace.commands.kept import Recorded
from echotrace.commands.recording import Wish, record
from echotrace.errors import StepTimeout
from echotrace.gallery import CLEAN, MUTANTS, Mutant
from echotrace.record import build
from echotrace.trace import Exit

RECORDED = [mutant for mutant in MUTANTS if not mutant.injections]
PATIENCE = 30  # seconds until a silent server fails the test instead of hanging it


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders; all tests share what was compiled."""
    own_folders(monkeypatch, tmp_path_factory)
    if build.find_compiler() is None:
        pytest.skip("needs a C compiler")


def recorded(name: str, script: str, folder: Path) -> Recorded:
    """The recording of a server of the gallery."""
    wish = Wish(f"broken/{name}", script=script, timeout=0.3, quiet=True)
    return record(wish, folder / f"{name}.jsonl", overwrite=True)


@pytest.mark.parametrize("mutant", RECORDED, ids=lambda mutant: mutant.finding)
def test_bug_shows_in_the_mutant_only(mutant: Mutant, tmp_path: Path) -> None:
    """Under its script a mutant's trace shows its bug, and its counterpart's does not."""
    script, shows = mutant.scripts[0], SYMPTOMS[mutant.finding]
    broken = recorded(mutant.finding, script, tmp_path)
    clean = recorded(mutant.counterpart, script, tmp_path)
    assert shows(broken.trace)
    assert isinstance(broken.error, StepTimeout) == mutant.ends_early
    assert not shows(clean.trace)
    assert clean.error is None


@pytest.mark.parametrize("name", [clean.name for clean in CLEAN])
def test_clean_servers_survive_a_reset(name: str, tmp_path: Path) -> None:
    """A client that resets its connection costs a clean server that client, and no other."""
    script = tmp_path / "reset.txt"
    script.write_text("1 connect\n1 send hey\n1 expect hey\n1 reset\n"
                      "2 connect\n2 send hey\n2 expect hey\n2 close\n")  # fmt: skip
    assert recorded(name, str(script), tmp_path).error is None


def test_sigpipe_ends_the_server(tmp_path: Path) -> None:
    """The README's script kills the mutant with SIGPIPE; its counterpart serves the last client."""
    readme = servers.source("broken/clean_fork", "c").with_name("README.md")
    found = re.search(r"^```\n(1 connect\n.*?)```$", readme.read_text(), re.MULTILINE | re.DOTALL)
    assert found
    script = tmp_path / "early.txt"
    script.write_text(found[1])
    broken = recorded("sigpipe_possible", str(script), tmp_path).trace
    assert [end.signal for end in broken.records if isinstance(end, Exit)] == ["SIGPIPE"]
    assert recorded("clean_iterative", str(script), tmp_path).error is None


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace to make a call fail")
@pytest.mark.parametrize(
    ("name", "fault", "shows"),
    [
        ("short_send_ignored", "sendto:retval=3:when=1", r"sendto\(.*= 3 .*\n.*recvfrom\("),
        ("clean_thread", "sendto:retval=3:when=1", r'sendto\(.*= 3 .*\n.*sendto\(\d+, "lo", 2'),
        ("accept_unchecked", "accept:error=ECONNABORTED:when=1", r"recvfrom\(-1, .*EBADF"),
        ("clean_iterative", "accept:error=ECONNABORTED:when=1", r"INJECTED\)\n.*accept\("),
        ("clean_iterative", "accept:error=EINTR:when=1", r"INJECTED\)\n.*accept\("),
    ],
)
def test_fault_shows_in_the_mutant_only(name: str, fault: str, shows: str, tmp_path: Path) -> None:
    """With a call made to fail, the mutant goes on as if it had not; the clean server copes."""
    log = tmp_path / "strace.txt"
    (server,), _ = build.command(f"broken/{name}", "c", None)
    watch = ("-f", "-D", "-e", "trace=accept,recvfrom,sendto", "-e", f"inject={fault}")
    with subprocess.Popen(
        ["strace", *watch, "-o", str(log), server],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        host, port = process.stdout.readline().split()[-1].split(":")
        with socket.create_connection((host, int(port)), PATIENCE) as client:
            client.sendall(b"hello")
            client.shutdown(socket.SHUT_WR)
            while client.recv(100):
                pass  # until the server has ended the connection
        process.kill()
    lines = log.read_text(encoding="utf-8").splitlines()
    task = next(line.split()[0] for line in lines if "INJECTED" in line)
    assert re.search(shows, "\n".join(line for line in lines if line.startswith(task)))
