"""--inject as a user meets it: what is refused, shown, blamed, and missed."""

import platform
from pathlib import Path

import pytest
from test_cli import TRACE, echotrace, own_folders, refused

from echotrace.story.replay import replay
from echotrace.story.sequence import canonical
from echotrace.tracefile import load

__all__ = ["own_folders"]
SOON = ("--timeout", "1", "--width", "150")
pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="faults can be injected on x86-64 only"
)


def test_bytes_that_never_come_back() -> None:
    """The view marks the short send, the heading names the fault, the error its likely cause."""
    done = echotrace("fork", "--inject", "send:short=3", "-o", "fork.jsonl", *SOON)
    assert done.returncode == 2
    assert "likely cause is the injected send:short=3" in done.stderr
    assert "Traceback" not in done.stderr
    assert 'send(4) = 3 of 5 (injected short=3) "hey"' in done.stdout
    assert "Faults injected into 2 calls: send:short=3." in done.stdout
    assert "(injected) is echotrace's doing" in done.stdout
    assert load(Path("fork.jsonl")).header.injections == ["send:short=3"]
    again = echotrace("show", "fork.jsonl", "--width", "150")
    assert (again.returncode, again.stdout) == (0, done.stdout)


def test_error_is_marked() -> None:
    """A call that was made to fail is not taken for one that failed."""
    done = echotrace("thread", "--inject", "fork:EAGAIN", *SOON)
    assert done.returncode == 2
    assert "pthread_create() = -1 EAGAIN (injected)" in done.stdout


def test_several_faults() -> None:
    """The option can be given several times; Python's accept copes with EINTR."""
    words = ("--inject", "accept:EINTR", "--inject", "accept:EINTR:when=3")
    done = echotrace("fork", "--lang", "python", *words, "-q", "--width", "160")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("= -1 EINTR (injected)") == 2
    assert "Faults injected into 2 calls: accept:EINTR, accept:EINTR:when=3." in done.stdout


def test_fault_that_never_happened() -> None:
    """What was asked for in vain is told after the run, even to who wants no hints."""
    done = echotrace("fork", "--inject", "send:EPIPE:when=5", "-q")
    assert (done.returncode, done.stderr) == (
        0,
        "echotrace: --inject send:EPIPE:when=5 never happened: the server made 2 such calls\n",
    )
    assert "Faults injected into 0 calls: send:EPIPE:when=5." in done.stdout


@pytest.mark.parametrize("command", [("fork",), ("compare", "fork", "thread")])
def test_mistake_is_refused_before_anything_is_recorded(command: tuple[str, ...]) -> None:
    """A fault that cannot be meant costs no recording."""
    told = refused(*command, "--inject", "acept:EINTR")
    assert told.startswith("echotrace: --inject 'acept:EINTR': no call that echotrace records")
    assert told.endswith("did you mean accept or accept4?\n")
    assert not list(Path("state").rglob("*.jsonl"))


def test_comparison_shows_who_copes() -> None:
    """compare gives both servers the fault, and shows also the one that fails."""
    Path("script").write_text("1 connect\n1 send hey 1\n1 shutdown\n1 expect hey 1\n")
    words = ("-s", "script", "--inject", "send:short=3", "--width", "160")
    done = echotrace("compare", "fork", "thread", *words)
    assert done.returncode == 2
    assert "fork: Faults injected into 1 call: send:short=3." in done.stdout
    assert "thread: Faults injected into 1 call: send:short=3." in done.stdout
    assert done.stdout.count('= 3 of 5 (injected short=3) "hey"') == 2
    assert '= 2 " 1"' in done.stdout
    assert done.stderr.count("likely cause is the injected send:short=3") == 1


def test_comparison_of_traces_takes_no_fault() -> None:
    """Nothing can be injected into what is recorded already."""
    told = refused("compare", TRACE, TRACE, "--inject", "send:short=3")
    assert told == "echotrace: --inject needs a server to record, and both sides are traces\n"


def test_without_the_filter_the_same() -> None:
    """The same calls are hit with --no-seccomp."""
    words = ("thread", "--inject", "send:short=2", "-q", "-o")
    assert echotrace(*words, "with.jsonl").returncode == 0
    assert echotrace(*words, "without.jsonl", "--no-seccomp").returncode == 0
    one, other = (load(Path(f"{name}.jsonl")) for name in ("with", "without"))
    assert canonical(replay(one)) == canonical(replay(other))
    marks, others = ([(c.name, c.injected) for c in t.syscalls()] for t in (one, other))
    assert [mark for mark in marks if mark[1]] == [mark for mark in others if mark[1]]
    assert len([mark for mark in marks if mark[1]]) == 4


def test_help_says_which_calls_are_hit() -> None:
    """The help tells that an error hits one call, and short all."""
    text = " ".join(echotrace("fork", "--help").stdout.split())
    assert "An error hits the first such call of the run, short=N each one that is longer" in text
