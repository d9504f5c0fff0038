"""--free-run as a user meets it: figures, another look, what is refused, interrupted, lost."""

import platform
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from test_cli import echotrace, own_folders, refused

from echotrace.commands.session import trace_kept
from echotrace.trace import Load
from echotrace.tracefile import load

__all__ = ["own_folders"]
SMALL = ("--free-run", "--clients", "12", "--echoes", "3", "-q")


def test_figures_and_the_beginning_are_shown_again() -> None:
    """A free run is summed up, and `show` says the same of its trace."""
    done = echotrace("thread", *SMALL, "--payload", "100", "-o", "t.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    text = " ".join(done.stdout.split())
    assert "12 clients, free run" in text
    assert "at most 12 connections open and answered at the same time" in text
    assert "Clients and trace count the same bytes on all 12 connections: 3,600 to" in text
    assert "9 of 12 connections, by how long each client waited for its first answer" in text
    assert load(Path("t.jsonl")).header.load == Load(12, 3, 100)
    again = echotrace("show", "t.jsonl")
    assert (again.returncode, again.stdout) == (0, done.stdout)


def test_whole_shows_every_connection() -> None:
    """--whole leaves out nothing: a row and a column for each connection, and every line."""
    assert echotrace("thread", *SMALL, "-o", "t.jsonl").returncode == 0
    text = echotrace("show", "t.jsonl", "--whole").stdout
    for number in range(1, 13):
        assert text.count(f"#{number} ") == 2
    assert "Timeline of the first" not in text
    assert text.count('"C7 echo 3') == 2


@pytest.mark.parametrize(
    ("end", "said"), [("os._exit(3)", "exits with status 3"), ("os.abort()", "is ended by SIGABRT")]
)
def test_end_of_the_server_is_told_with_what_was_lost(end: str, said: str) -> None:
    """When a server dies under its clients, the message says how, before what they lost."""
    Path("dies.py").write_text(
        "import os, socket\nlistener = socket.create_server(('127.0.0.1', 0))\n"
        f"listener.accept()[0].recv(100)\n{end}\n"
    )
    done = echotrace("run", *SMALL, "dies.py")
    assert done.returncode == 2
    assert f"echotrace: 'dies.py' {said}, and 12 of 12 clients did not get back" in done.stderr


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_signal_while_a_trace_is_drawn_says_where_it_is(
    end: type[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    """Who ends us while much is read and drawn is told where the trace is."""
    with pytest.raises(end), trace_kept(Path("t.jsonl")):
        raise end
    assert capsys.readouterr().err.splitlines()[-1] == "trace kept in t.jsonl"


def test_other_views_take_the_trace() -> None:
    """check judges the trace of a free run, and no view is at a loss to explain an event."""
    assert echotrace("broken/clean_epoll", *SMALL, "-o", "t.jsonl").returncode == 0
    done = echotrace("check", "t.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 errors, 0 warnings" in done.stdout
    explained = echotrace("show", "t.jsonl", "--explain").stdout
    assert "could not be explained" not in explained
    assert "C1's connection off the accept queue" in " ".join(explained.split())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--free-run", "-s", "burst"), "--free-run plays no script: leave out --script or"),
        (("--echoes", "5"), "--echoes and --payload say what clients do under --free-run"),
        (("--payload", "5"), "--echoes and --payload say what clients do under --free-run"),
        (("--free-run", "--echoes", "0"), "0 is not in the range"),
        (("--free-run", "--payload", "0"), "0 is not in the range"),
    ],
)
def test_options_that_do_not_go_together(words: tuple[str, ...], sentence: str) -> None:
    """What a script and a free run do not share is refused."""
    assert sentence in refused("fork", *words)


def test_more_clients_than_descriptors() -> None:
    """Where the system allows too few descriptors it is said, before anything is recorded."""
    done = subprocess.run(
        [sys.executable, "-m", "echotrace", "thread", "--free-run", "-n", "500"],
        capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256)),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, "")
    assert "500 clients need 532 descriptors and this system allows 256" in done.stderr


def test_a_low_soft_limit_is_raised() -> None:
    """The soft limit of descriptors is no obstacle to the clients; the server keeps its own."""
    done = subprocess.run(
        [sys.executable, "-m", "echotrace", "fork", "--free-run", "-n", "100", "-q"],
        capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 512)),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "on all 100 connections" in " ".join(done.stdout.split())


@pytest.mark.skipif(platform.machine() != "x86_64", reason="faults are injected on x86-64 only")
def test_lost_bytes_are_told() -> None:
    """Bytes that never come back end the run, which names the fault that was injected."""
    done = echotrace("fork", *SMALL, "--inject", "send:short=3", "--timeout", "0.5")
    assert done.returncode == 2
    text = " ".join(done.stdout.split())
    assert "for 0.5 s no client got anything back; the likely cause is the injected" in done.stderr
    assert "12 of 12 clients did not get back all they sent, first C1: for 0.5 s no client" in text
    assert "3 of 64 bytes of echo 1 had come back" in text
