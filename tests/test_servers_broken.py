"""The sources of the find-the-bug gallery: small, documented, and servers all the same."""

import difflib
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tabulate import tabulate

from echotrace import servers
from echotrace.gallery import CLEAN, MUTANTS, Mutant
from echotrace.record import build
from echotrace.record.script import BUILT_IN

CLEAN_NAMES = [clean.name for clean in CLEAN]
NAMES = [*CLEAN_NAMES, *(mutant.finding for mutant in MUTANTS)]
PATIENCE = 30  # seconds until a silent server fails the test instead of hanging it

#: With one connection at a time, the second client is served when the first has left.
ONE_AT_A_TIME = {"clean_iterative"} | {
    mutant.finding for mutant in MUTANTS if mutant.counterpart == "clean_iterative"
}
#: The bug is that no client is served.
SERVES_NOBODY = {"used_after_close"}


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's cache; all tests share what was compiled."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    if build.find_compiler() is None:
        pytest.skip("needs a C compiler")


def source(name: str) -> Path:
    """The source of a server of the gallery."""
    return servers.source(f"broken/{name}", "c")


def binary(name: str) -> str:
    """A server of the gallery, compiled: warnings are errors."""
    return build.command(f"broken/{name}", "c", None)[0][0]


def body(name: str) -> list[str]:
    """The lines of a source after the comment at its head."""
    return source(name).read_text(encoding="utf-8").partition("*/\n")[2].splitlines()


@contextmanager
def running(*words: str) -> Iterator[tuple[str, int]]:
    """A server that runs; its address. What it leaves is ended with it."""
    with subprocess.Popen(
        [*words, "127.0.0.1:0"], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            found = re.fullmatch(r"listening on (127\.0\.0\.1):(\d+)\n", process.stdout.readline())
            assert found
            yield found[1], int(found[2])
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def ask(client: socket.socket, data: bytes) -> bytes:
    """Send, and receive the answer."""
    client.sendall(data)
    return client.recv(100)


def test_catalogue_lists_what_is_there() -> None:
    """Every source is in the catalogue, every entry has its source, no name is there twice."""
    folder = source(NAMES[0]).parent
    assert sorted(NAMES) == sorted(path.stem for path in folder.glob("*.c"))
    for mutant in MUTANTS:
        assert mutant.counterpart in CLEAN_NAMES
        assert set(mutant.scripts) <= set(BUILT_IN)


@pytest.mark.parametrize("name", NAMES)
def test_fits_on_a_projector_and_compiles(name: str) -> None:
    """A server is at most 80 lines of at most 80 columns, and compiles without a warning."""
    lines = source(name).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 80
    assert max(map(len, lines)) <= 80
    assert not any("\t" in line for line in lines)
    assert Path(binary(name)).name == name


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.finding)
def test_differs_in_a_few_lines(mutant: Mutant) -> None:
    """A mutant differs from its clean counterpart in at most 12 lines, its head aside."""
    pair = difflib.ndiff(body(mutant.counterpart), body(mutant.finding))
    changed = [line for line in pair if line[:2] in ("- ", "+ ")]
    assert 1 <= len(changed) <= 12, "\n".join(changed)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.finding)
def test_head_says_what_its_author_thinks(mutant: Mutant) -> None:
    """The comment at a mutant's head names it and quotes its author; the answer is elsewhere."""
    head = source(mutant.finding).read_text(encoding="utf-8").partition("*/\n")[0]
    told = " ".join(head.replace("\n *", " ").split())
    assert re.fullmatch(
        rf'/\* {mutant.finding}: [\w ]+, and one bug\. Its author thinks: "[^"]+\."', told
    )


def test_readme_gives_the_answers_of_the_catalogue() -> None:
    """The table of answers in the gallery's README is the catalogue's."""
    rows = [[m.finding, m.counterpart, f"`{m.command}`", m.shows] for m in MUTANTS]
    headers = ["bug", "made from", "command", "what the trace shows"]
    table = tabulate(rows, headers=headers, tablefmt="github")
    assert table in source(NAMES[0]).with_name("README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SERVES_NOBODY])
def test_serves_two_clients(name: str) -> None:
    """Untraced, a server of the gallery gives two clients at a time what each of them sent."""
    with running(binary(name)) as address:
        first = socket.create_connection(address, PATIENCE)
        assert ask(first, b"one") == b"one"
        second = socket.create_connection(address, PATIENCE)
        with first, second:
            if name in ONE_AT_A_TIME:
                first.shutdown(socket.SHUT_WR)
            else:
                assert ask(first, b"more") == b"more"
            assert ask(second, b"two") == b"two"
