"""`echotrace check` as a user meets it: findings, exit status, and why there may be none."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from echotrace import cli
from echotrace.commands import battery
from echotrace.commands.battery import Outcome, Run
from echotrace.commands.target import Target
from echotrace.record import build
from echotrace.servers import traces_dir
from echotrace.tracefile import load

TRACE = traces_dir() / "fork-interleaved.jsonl"
STILL = "import signal, socket\nsocket.create_server(('127.0.0.1', 0))\nsignal.pause()\n"
MUTE = """
import socket
with socket.create_server(("127.0.0.1", 0)) as listener:
    while True:
        connection, _ = listener.accept()
        with connection:
            while connection.recv(100):
                pass
"""


pytestmark = pytest.mark.usefixtures("own_state")


@pytest.fixture(autouse=True)
def compiler() -> None:
    """The servers are compiled for these tests."""
    if build.find_compiler() is None:
        pytest.skip("needs a C compiler")


def check(*words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run `echotrace check` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "echotrace", "check", *words],
        capture_output=True, check=False, text=True, input=stdin,
    )  # fmt: skip


def refused(*words: str) -> str:
    """What a check says that finds nothing to check: exit status 2, nothing on stdout."""
    done = check(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr


def test_error_is_exit_status_1() -> None:
    """A server with an error is told with its proof, remedy and cost, in ASCII into a pipe."""
    done = check("broken/closed_twice")
    assert done.returncode == 1
    assert done.stdout.isascii()
    assert "error    closed-twice" in done.stdout
    for label in ("events  ", "remedy  ", "cost    "):
        assert label in done.stdout
    assert done.stdout.endswith("\n1 error, 0 warnings, 1 note.\n")
    assert done.stderr.startswith("next: echotrace show ")


def test_server_without_an_error_is_exit_status_0() -> None:
    """Warnings and notes do not fail a check, and -q leaves stderr empty."""
    assert check("broken/clean_select", "-q").returncode == 0
    done = check("broken/listens_on_every_interface", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 errors, 1 warning, 1 note." in done.stdout


def test_hint_names_the_recording_of_the_gravest_finding() -> None:
    """The recording to look at next is the one that shows the first finding."""
    done = check("broken/recv_error_ends_all")
    path = Path(done.stderr.split()[-1])
    assert "check-reset" in path.name
    assert path.is_file()


def test_json() -> None:
    """--format json has every recording and every finding, with events and source lines."""
    done = check("thread", "--format", "json", "-q")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert set(told) == {"target", "recordings", "shortcomings", "findings"}
    assert told["target"] == "thread"
    assert [set(recording) for recording in told["recordings"]] == [{"name", "trace", "ended"}] * 6
    names = {recording["name"] for recording in told["recordings"]}
    for finding in told["findings"]:
        assert set(finding) == {
            "id", "severity", "sentence", "events", "sites", "remedy", "cost", "seen",
        }  # fmt: skip
        assert finding["severity"] in ("error", "warning", "note")
        assert all(isinstance(event, int) for event in finding["events"])
        assert finding["seen"] in names


@pytest.mark.parametrize("target", [str(TRACE), "-"])
def test_trace_is_checked(target: str) -> None:
    """A trace, from a file or standard input, is checked as it is."""
    done = check(target, stdin=TRACE.read_text(encoding="utf-8"))
    assert done.returncode == 1
    assert "error    child-never-reaped" in done.stdout
    assert done.stdout.splitlines()[0].startswith("fork - C - script interleaved")
    assert done.stderr == ""


def test_trace_without_connections() -> None:
    """A trace in which no client was accepted says so, and is no error."""
    lines = TRACE.read_text(encoding="utf-8").splitlines()
    Path("idle.jsonl").write_text("\n".join(line for line in lines if '"accept"' not in line))
    done = check("idle.jsonl")
    assert "No connection was accepted in this trace" in done.stdout


def test_trace_that_is_cut_off() -> None:
    """That a trace is not whole is said, a torn line is exit status 2."""
    text = TRACE.read_text(encoding="utf-8")
    Path("torn.jsonl").write_text(text[: len(text) // 3])
    done = check("torn.jsonl")
    assert done.returncode == 2
    assert "The file is cut off in line " in done.stdout
    told = json.loads(check("torn.jsonl", "--format", "json").stdout)
    assert [sentence.split(" in line ")[0] for sentence in told["shortcomings"]] == [
        "The file is cut off"
    ]
    Path("endless.jsonl").write_text("".join(text.splitlines(keepends=True)[:-1]))
    done = check("endless.jsonl")
    assert done.returncode == 0
    assert "The recording was cut off: it has no end." in done.stdout
    assert "child-never-reaped" not in done.stdout


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_recordings_do_not_hold_is_said_once(
    form: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of a server too it is told what its recordings lack, in text of the first that lacks it."""
    whole = load(TRACE)
    trace = replace(whole, records=whole.records[:-1])
    outcomes = [Outcome(Run(name), Target(trace)) for name in ("burst", "reset")]
    monkeypatch.setattr(battery, "play", lambda *_, **__: iter(outcomes))
    assert cli.run(["check", "fork", "--format", form, "-q"]) == 0
    said = capfd.readouterr().out
    assert "burst: The recording was cut off: it has no end." in said
    assert said.count("it has no end") == (1 if form == "text" else 2)


def test_one_script_or_fault_only() -> None:
    """--script and --inject replace the battery; a trace takes neither."""
    done = check("thread", "--script", "reset", "-q")
    assert done.stdout.startswith("thread - C - 1 script - 0 experiments")
    assert "recv-error-ends-all" in done.stdout
    done = check("broken/short_send_ignored", "--inject", "send:short=3", "-q")
    assert "error    short-send-ignored" in done.stdout
    assert "need a server to record" in refused(str(TRACE), "--script", "reset")


def test_file_takes_unicode_and_is_not_overwritten() -> None:
    """-o writes what would be printed, once."""
    assert check(str(TRACE), "-o", "report.txt").stdout == ""
    assert Path("report.txt").read_text(encoding="utf-8").startswith("fork · C")
    assert "exists; -f overwrites it" in refused(str(TRACE), "-o", "report.txt")


def test_width() -> None:
    """Everything fits into --width."""
    done = check("fork", "--width", "60", "-q")
    assert max(map(len, done.stdout.splitlines())) <= 60


def test_what_cannot_be_checked() -> None:
    """A file that is not there, or does not compile, is the user's to mend."""
    assert "is neither a server nor a file" in refused("nowhere.c")
    Path("wrong.c").write_text("int main( {")
    assert "wrong.c:1" in refused("wrong.c")


def test_server_that_is_not_ready_for_clients() -> None:
    """A server that ends at once is told in one sentence."""
    Path("ends.c").write_text("int main(void) { return 3; }")
    assert refused("ends.c", "-q") == (
        "echotrace: nothing to check: 'ends.c' exits with status 3 before it listens; run it by "
        "itself to see what it says\n"
    )


def test_server_that_does_not_echo() -> None:
    """Where no script could be played to its end nothing is proved: exit status 2, and why."""
    Path("mute.py").write_text(MUTE)
    told = "could be played to its end, so this is no clean bill."
    done = check("mute.py", "-q")
    assert done.returncode == 2
    assert done.stdout.endswith(f"\n0 errors, 0 warnings, 1 note.\nNo script {told}\n")
    assert "an iterative server" in done.stdout
    shortcomings = json.loads(check("mute.py", "-q", "--format", "json").stdout)["shortcomings"]
    assert shortcomings[-1] == f"No script {told}"
    alone = check("mute.py", "-q", "--script", "interleaved")
    assert alone.returncode == 2
    assert "The script could not be played to its end, " in alone.stdout
    for words in (("--script", "idle"), ("--inject", "recv:EINTR")):
        assert "played to its end" not in check("mute.py", "-q", *words).stdout


def test_errors_go_before_what_could_not_be_played() -> None:
    """An error that is proved is exit status 1 even where no script could be played."""
    done = check("broken/used_after_close", "-q")
    assert done.returncode == 1
    assert "No script could be played to its end" in done.stdout


def test_server_that_accepts_nobody() -> None:
    """A server that listens and serves nobody is checked: the report says what it did not do."""
    Path("still.py").write_text(STILL)
    done = check("still.py", "--script", "idle", "-q")
    assert done.returncode == 2
    assert "0 errors" in done.stdout


def test_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    """Ctrl-C ends a check with status 130: no process, no unfinished recording."""
    Path("still.py").write_text(STILL)
    marker = str(tmp_path / "still.py")
    command = [sys.executable, "-m", "echotrace", "check", marker, "--timeout", "600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        while not _is_served(marker):
            assert running.poll() is None
            os.sched_yield()
        running.send_signal(signal.SIGINT)
        _, told = running.communicate()
    assert running.returncode == 130
    assert told.decode().endswith("echotrace: interrupted\n")
    assert not _is_served(marker)
    state = tmp_path / "state" / "echotrace"
    assert [path for path in state.iterdir() if path.name.startswith("unfinished")] == []


def _is_served(source: str) -> bool:
    """Whether a process runs the server; the command that checks it names it too."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:  # it has ended meanwhile
                continue
            if source.encode() in words and b"check" not in words:
                return True
    return False
