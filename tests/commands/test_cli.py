"""The command line as a user meets it: results, hints, errors in one line, exit statuses."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from echotrace.cli import ENTRIES
from echotrace.record.script import BUILT_IN
from echotrace.servers import NAMES, find, traces_dir
from echotrace.story.replay import replay
from echotrace.story.sequence import canonical
from echotrace.tracefile import load

TRACE = str(traces_dir() / "fork-interleaved.jsonl")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has its own state and working directory, and shares the compiled servers."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


def echotrace(*words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "echotrace", *words],
        capture_output=True, check=False, text=True, input=stdin, errors="surrogateescape",
    )  # fmt: skip


def refused(*words: str, status: int = 2) -> str:
    """Run a command that must fail with one line on stderr, no traceback, no output."""
    done = echotrace(*words)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("server", NAMES)
def test_recording_shows_every_connection_and_what_to_try_next(server: str) -> None:
    """A server's command prints its connections on stdout and a hint on stderr."""
    done = echotrace(server, "--clients", "3")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[-3:]] == ["#1", "#2", "#3"]
    assert f"next: echotrace compare {server} {find(server).neighbour}" in done.stderr
    assert done.stdout.isascii()


def test_python_twin_is_recorded() -> None:
    """--lang python records the twin, whose accept takes flags."""
    done = echotrace("fork", "--lang", "python", "-q", "--width", "160")
    assert done.returncode == 0
    assert "accept4(3, SOCK_CLOEXEC) = 4" in done.stdout
    assert done.stderr == ""


def test_without_a_compiler_the_twin_stands_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On a machine without a C compiler the Python twin is recorded, and one line says so."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    done = echotrace("fork", "-q")
    assert done.returncode == 0
    assert "no C compiler found: recording the Python twin" in done.stderr
    assert done.stdout.startswith("fork - Python")


def test_as_posted_calls_no_bind() -> None:
    """With --as-posted the server gets no address, so it listens on every interface."""
    done = echotrace("fork", "--as-posted", "-q")
    assert done.returncode == 0
    assert "bind(" not in done.stdout
    assert "0.0.0.0:" in done.stdout


def test_all_records_what_the_table_leaves_out() -> None:
    """--all records and shows calls such as mmap."""
    done = echotrace("fork", "--all", "-q")
    assert done.returncode == 0
    assert "mmap(" in done.stdout


def test_recording_without_the_filter_is_the_same() -> None:
    """Without seccomp every call stops the server, and the same events are recorded."""
    assert echotrace("thread", "-q", "-o", "with.jsonl").returncode == 0
    assert echotrace("thread", "-q", "--no-seccomp", "-o", "without.jsonl").returncode == 0
    one, other = (canonical(replay(load(Path(f"{n}.jsonl")))) for n in ("with", "without"))
    assert one == other


def test_trace_is_kept_and_shown_again() -> None:
    """-o with .jsonl keeps the trace; show prints what recording printed."""
    first = echotrace("fork", "-q", "-o", "fork.jsonl")
    again = echotrace("show", "fork.jsonl")
    assert first.returncode == again.returncode == 0
    assert first.stdout == again.stdout


def test_trace_goes_through_a_pipe() -> None:
    """--format jsonl prints the trace, and show reads it from standard input."""
    lines = echotrace("thread", "-q", "--format", "jsonl").stdout
    assert json.loads(lines.splitlines()[0])["type"] == "header"
    assert echotrace("show", "-", stdin=lines).stdout.startswith("thread - C")


def test_explain_says_what_each_event_means() -> None:
    """--explain works on a recording and on a trace, and through a pipe it is ASCII."""
    for words in (("show", TRACE), ("fork", "-q")):
        done = echotrace(*words, "--explain", "--width", "200")
        assert done.returncode == 0
        assert "What happened, event by event" in done.stdout
        assert "P1 still holds it, so the connection stays open and no FIN is sent." in (
            done.stdout.replace("\n      ", " ")
        )
        assert done.stdout.isascii()


def test_view_is_written_to_a_file() -> None:
    """-o with another name takes what would be printed, in Unicode."""
    done = echotrace("show", TRACE, "-o", "view.txt", "--width", "80")
    assert (done.returncode, done.stdout) == (0, "")
    assert "░" in Path("view.txt").read_text(encoding="utf-8")


def test_output_that_exists_is_kept() -> None:
    """No command overwrites a file without -f."""
    Path("mine.txt").write_text("precious")
    Path("mine.jsonl").write_text("precious")
    for words in (("show", TRACE), ("fork",), ("compare", TRACE, TRACE)):
        assert "exists; -f overwrites it" in refused(*words, "-o", "mine.txt")
    assert "exists; -f overwrites it" in refused("fork", "-o", "mine.jsonl")
    assert Path("mine.txt").read_text() == Path("mine.jsonl").read_text() == "precious"
    assert echotrace("show", TRACE, "-o", "mine.txt", "-f").returncode == 0
    assert "P0" in Path("mine.txt").read_text(encoding="utf-8")


def test_directory_that_is_missing_is_named() -> None:
    """An output in a directory that does not exist is refused before anything is recorded."""
    assert "there is no directory 'nowhere'" in refused("fork", "-o", "nowhere/fork.jsonl")
    assert not Path("state").exists()


def test_directory_that_cannot_be_written_is_named() -> None:
    """A directory in which nothing can be made gives one sentence."""
    assert "cannot write '/proc/view.txt'" in refused(
        "show", TRACE, "-o", "/proc/view.txt", status=3
    )
    assert "cannot write '/proc/t.jsonl'" in refused("fork", "-o", "/proc/t.jsonl")


def test_full_device_is_no_traceback() -> None:
    """A device that is full refuses with the system's word, and stays what it is."""
    assert "No space left" in refused("show", TRACE, "-o", "/dev/full", "-f", status=3)
    assert Path("/dev/full").is_char_device()


def test_unknown_server_gets_the_nearest_names() -> None:
    """A mistyped command or target is answered with the nearest names."""
    assert "did you mean fork?" in refused("frok")
    assert "did you mean thread?" in refused("compare", "fork", "thraed")
    assert "no server or command 'xyzzy'" in refused("xyzzy")


def test_wrong_script_line_says_what_is_allowed() -> None:
    """A wrong script line is named with file, line and what is allowed."""
    Path("bad.txt").write_text("1 connect\n1 sned hello\n")
    message = refused("fork", "-s", "bad.txt")
    assert "'bad.txt', line 2" in message
    assert "connect, send TEXT, expect TEXT" in message
    assert "interleaved" in refused("fork", "-s", "no-such-script")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\x7fELF\x00\x01\xff", "no echotrace file"),
        (Path(TRACE).read_bytes().replace(b'"format":1', b'"format":99', 1), "newer echotrace"),
    ],
)
def test_bad_trace_file_has_its_message(content: bytes, message: str) -> None:
    """A file that is no trace is refused with its own sentence."""
    Path("bad.jsonl").write_bytes(content)
    assert message in refused("show", "bad.jsonl")
    assert message in refused("compare", "bad.jsonl", TRACE)


def test_torn_trace_is_shown_and_told() -> None:
    """A file cut in the middle of a line shows what is whole, says so, and exits with 2."""
    Path("torn.jsonl").write_bytes(Path(TRACE).read_bytes()[:8000])
    done = echotrace("show", "torn.jsonl")
    assert done.returncode == 2
    assert "is cut off in line" in done.stderr
    assert "P0 listen(3, 100)" in done.stdout


def test_trace_without_end_is_shown() -> None:
    """A recording that was cut off between two lines is shown, and the view says so."""
    lines = Path(TRACE).read_text().splitlines(keepends=True)
    Path("cut.jsonl").write_text("".join(lines[:40]))
    done = echotrace("show", "cut.jsonl")
    assert done.returncode == 0
    assert "The recording was cut off: it has no end." in done.stdout


def test_compare_twins() -> None:
    """A server is compared with its Python twin by name."""
    done = echotrace("compare", "fork", "fork:python", "-q")
    assert done.returncode == 0
    assert done.stdout.startswith("fork:c against fork:python; ")


def test_closed_reader_is_no_error() -> None:
    """A reader that leaves early, as head does, ends the command quietly."""
    words = f"'{sys.executable}' -m echotrace show '{TRACE}' | head -n 1"
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("fork - C")
    assert done.stderr == ""


def test_terminal_gets_unicode_and_colour() -> None:
    """On a UTF-8 terminal the view has colour and Unicode, and NO_COLOR takes the colour away."""
    assert "\x1b[" in _on_terminal({})
    plain = _on_terminal({"NO_COLOR": "1"})
    assert "\x1b[" not in plain
    assert "░" in plain


def _on_terminal(more: dict[str, str]) -> str:
    """What a command prints on a pseudo terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "TERM": "xterm", "COLUMNS": "100"}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "echotrace", "show", TRACE]
    with subprocess.Popen(command, stdout=theirs, env=environment | more) as process:
        os.close(theirs)
        output = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # EIO: the other side is closed
                break
            if not piece:
                break
            output += piece
        os.close(ours)
        assert process.wait() == 0
    return output.decode()


@pytest.mark.parametrize("name", [entry.name for entry in ENTRIES])
def test_every_command_has_help(name: str) -> None:
    """Every command explains itself within 80 columns."""
    done = echotrace(name, "--help")
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_help_names_every_script() -> None:
    """The help of a server names all built-in scripts."""
    text = " ".join(echotrace("fork", "--help").stdout.split()).replace("- ", "-")
    assert all(name in text for name in BUILT_IN)


def test_servers_and_doctor_answer() -> None:
    """servers lists the servers; doctor finds that this machine can record."""
    assert "fork" in echotrace("servers").stdout
    done = echotrace("doctor")
    assert done.returncode == 0
    assert "ptrace" in done.stdout


def test_trace_is_not_written_into_a_pipe() -> None:
    """A trace is kept in a file only; for a pipe there is --format jsonl."""
    os.mkfifo("pipe.jsonl")
    assert "--format jsonl" in refused("fork", "-f", "-o", "pipe.jsonl")


def test_two_recordings_at_once_keep_apart() -> None:
    """Recordings of one server at the same time each show their own script."""
    scripts = list(BUILT_IN)
    running = [
        subprocess.Popen([sys.executable, "-m", "echotrace", "fork", "-q", "-s", script],
                         stdout=subprocess.PIPE, text=True)
        for script in scripts
    ]  # fmt: skip
    for script, process in zip(scripts, running, strict=True):
        output, _ = process.communicate()
        assert process.returncode == 0
        assert f"clients, {script} -" in output


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_are_no_traceback(closed: str) -> None:
    """A caller that closed a standard stream gets what is left, and no traceback."""
    words = f"'{sys.executable}' -m echotrace fork {closed}"
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_full_standard_output_is_told() -> None:
    """Standard output on a full device gives one line and exit status 3."""
    words = f"'{sys.executable}' -m echotrace show '{TRACE}' > /dev/full"
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr == "echotrace: No space left on device\n"


def test_timeout_must_be_a_time() -> None:
    """nan is no timeout: it would never end."""
    assert "is no time" in refused("fork", "--timeout", "nan")


def test_client_that_comes_again_has_two_connections() -> None:
    """A client that connects twice is compared visit by visit."""
    steps = ["1 connect", "1 send a", "1 expect a", "1 close", "2 connect", "2 close",
             "1 connect", "1 send b", "1 expect b", "1 close"]  # fmt: skip
    Path("again.txt").write_text("\n".join(steps))
    text = echotrace("compare", "fork", "thread", "-q", "-s", "again.txt", "--whole").stdout
    assert "no such connection" not in text
    first = text.index('"a"')
    assert text.count('"a"', first) == text.count('"b"') == 4


@pytest.mark.parametrize("server", ["fork", "thread"])
def test_call_in_which_a_server_hangs_is_in_its_trace(server: str) -> None:
    """When a step waits in vain, the trace ends with the calls that the server waits in."""
    Path("hang.txt").write_text("1 connect\n1 send a\n1 expect aa\n")
    assert refused(server, "-s", "hang.txt", "--timeout", "2", "-o", "hang.jsonl")
    waiting = [call.name for call in load(Path("hang.jsonl")).syscalls() if call.result is None]
    assert sorted(waiting) == ["accept", "recvfrom"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "--port", "x", "true"),
         "invalid value for '--port' / '-p': 'x' is not a valid whole number; see echotrace run"),
        (("attach", "abc"),
         "invalid value for 'PID': 'abc' is not a valid whole number; see echotrace attach"),
        (("frok",), "there is no server or command 'frok'; did you mean fork? See echotrace"),
        (("run",), "missing argument '[--] COMMAND [ARGUMENTS]...'; see echotrace run"),
    ],
)  # fmt: skip
def test_usage_errors_are_one_line_like_all_others(words: tuple[str, ...], said: str) -> None:
    """What is wrong with a command line is said in one line, with where to read on."""
    assert refused(*words) == f"echotrace: {said} --help\n"


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("--format", "jsonl"), "--format jsonl"),
        (("-o", "x.txt"), "-o x.txt"),
        (("--explain", "-o", "x.txt"), "--explain and -o x.txt"),
    ],
)
def test_live_names_what_it_cannot_go_with(words: tuple[str, ...], option: str) -> None:
    """--live says which option to leave out."""
    assert f": leave out {option}; -o FILE.jsonl keeps" in refused("fork", "--live", *words)
