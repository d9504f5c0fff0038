"""`echotrace compare --expect FILE` as a user meets it: the view, exit status, mistakes."""

import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest
from recordings import own_folders

from echotrace import cli
from echotrace.servers import SERVERS, traces_dir
from said import Command, Said

EXPECTED = Path(__file__).parents[2] / "servers" / "expected"
FORK = EXPECTED / "fork.expect"
CLEAN = {
    "clean_fork": "accept\nfork\nclose conn in parent\nrecv/send*\nrecv = 0\nclose\nexit\n",
    "clean_thread": "accept\nthread\nrecv/send*\nrecv = 0\nclose\nexit\n",
}


@pytest.fixture(autouse=True)
def folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every test has its own working directory, and shares the compiled servers."""
    own_folders(monkeypatch, tmp_path_factory)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def against(echotrace: Command) -> Command:
    """Runs `echotrace compare --expect FILE` with further words in this process."""

    def run(file: Path, *words: str) -> Said:
        return echotrace("compare", "-q", "--expect", str(file), *words)

    return run


def written(text: str) -> Path:
    """A file of expectations."""
    path = Path("x.expect")
    path.write_text(text)
    return path


def trace(name: str) -> str:
    """A stored trace."""
    return str(traces_dir() / f"{name}.jsonl")


def test_match_is_exit_status_0(against: Command) -> None:
    """A server that does what is expected is said to, with every connection."""
    done = against(FORK, trace("fork-interleaved"), trace("fork-reset"))
    assert done.status == 0
    assert done.output.splitlines() == [
        "fork-interleaved.jsonl: #1, #2 match fork.expect.",
        "",
        "fork-reset.jsonl: #1, #2 match fork.expect.",
    ]


def test_divergence_is_exit_status_1(against: Command) -> None:
    """A server that does not is shown where it parts, in ASCII into a pipe."""
    done = against(FORK, trace("thread-interleaved"), "--width", "100")
    assert done.status == 1
    assert done.output.isascii()
    assert "3 fork ! 26 P0 pthread_create() -> clone3 = T1" in " ".join(done.output.split())
    assert done.output.endswith("thread: 0 of 2 connections match fork.expect.\n")


def test_one_server_of_several_is_enough_to_differ(against: Command) -> None:
    """Each target is told of by itself; exit status 1 if any parts."""
    done = against(FORK, trace("fork-interleaved"), trace("thread-interleaved"))
    assert done.status == 1
    assert "fork: #1, #2 match fork.expect.\n\n" in done.output


@pytest.mark.parametrize("name", [server.name for server in SERVERS])
def test_python_twins_do_the_same(name: str, against: Command) -> None:
    """What is expected of a server in C is what its twin in Python does."""
    done = against(EXPECTED / f"{name}.expect", f"{name}:python")
    assert (done.status, done.output) == (0, f"{name}: #1, #2 match {name}.expect.\n")


@pytest.mark.parametrize("clean", CLEAN)
def test_clean_servers_match(clean: str, against: Command) -> None:
    """The servers without a bug do what is expected of them."""
    assert against(written(CLEAN[clean]), f"broken/{clean}").status == 0


@pytest.mark.parametrize(
    ("mutant", "clean", "sentence"),
    [
        ("connection_leaked_by_parent", "clean_fork", "expected close in parent, but recv of P1"),
        ("connection_leaked_by_parent", "clean_fork", "P0 still has fd 4 open when the course is"),
        ("descriptor_open_at_exit", "clean_fork", "expected close, but P1 calls exit"),
        ("closed_twice", "clean_thread", "expected exit, but close of T1 fails with EBADF"),
        ("used_after_close", "clean_thread", "expected recv = 0 or recv, but P0 calls close"),
    ],
)  # fmt: skip
def test_bugs_are_where_the_servers_part(
    mutant: str, clean: str, sentence: str, against: Command
) -> None:
    """What is expected of the clean server is not what the one with the bug does."""
    done = against(written(CLEAN[clean]), f"broken/{mutant}")
    assert done.status == 1
    assert sentence in " ".join(done.output.split())


def test_one_connection_alone(against: Command) -> None:
    """--connection lets only one count; one that is not there is a mistake."""
    done = against(FORK, trace("fork-interleaved"), "--connection", "2")
    assert (done.status, done.output) == (0, "fork: #2 matches fork.expect.\n")
    done = against(FORK, trace("fork-interleaved"), "--connection", "3")
    assert (done.status, done.output) == (2, "")
    assert done.errors == "echotrace: there is no connection #3 in fork\n"


def test_trace_on_standard_input() -> None:
    """The trace may come from standard input."""
    with Path(trace("fork-interleaved")).open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "echotrace", "compare", "--expect", str(FORK), "-"],
            stdin=file, capture_output=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")


def test_cut_off_trace_is_told(against: Command) -> None:
    """A trace that is cut off in a line is matched as far as it goes, and that is said."""
    whole = Path(trace("fork-interleaved")).read_text().splitlines(keepends=True)
    Path("cut.jsonl").write_text("".join(whole[: len(whole) // 2]) + whole[-1][:10])
    done = against(FORK, "cut.jsonl")
    assert done.status == 1
    assert "with the connection still open" in " ".join(done.output.split())
    assert "is cut off in line" in done.errors
    assert "fork: The file is cut off in line" in done.output


def test_trace_without_an_end_is_told(against: Command) -> None:
    """That a recording was cut off, or had faults injected, is said below: it may be the reason."""
    whole = Path(trace("fork-interleaved")).read_text().splitlines(keepends=True)
    Path("cut.jsonl").write_text("".join(whole[: len(whole) // 2]))
    done = against(FORK, "cut.jsonl")
    assert (done.status, done.errors) == (1, "")
    assert done.output.endswith("fork: The recording was cut off: it has no end.\n")
    assert "has no end" not in against(FORK, trace("thread-interleaved")).output


@pytest.mark.parametrize("words", [["--only", "recv"], ["--ignore", "setup"], ["--whole"]])
def test_options_of_a_comparison_are_refused(words: list[str], against: Command) -> None:
    """What shapes a comparison of sides has no meaning here."""
    done = against(FORK, trace("fork-interleaved"), *words)
    assert (done.status, done.output) == (2, "")
    left_out = " ".join(words) if words[0] == "-o" else words[0]
    assert done.errors.endswith(
        f"--expect lays no two sides against each other: leave out {left_out}\n"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-o", "x.html"], "name a file in .txt, not 'x.html'"),
        (["--format", "json"], "leave out --format json"),
    ],
)
def test_other_formats_than_text_are_refused(words: list[str], told: str, against: Command) -> None:
    """What asks for a format that there is not is named as it was typed."""
    done = against(FORK, trace("fork-interleaved"), *words)
    assert (done.status, done.output) == (2, "")
    assert done.errors == f"echotrace: --expect is told in text alone: {told}\n"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("mine.c", "int main(void) {}", "a program"),
        ("mine.py", "import socket", "a program"),
        ("mine", "#!/bin/sh\n", "a program"),
        ("mine.jsonl", "", "a trace"),
        ("mine.txt", '{"type":"header"}', "a trace"),
    ],
)
def test_a_target_in_place_of_a_file_of_steps_is_told(
    name: str, content: str, kind: str, against: Command
) -> None:
    """A program or a trace is no expectation with a mistake in it."""
    Path(name).write_text(content)
    done = against(Path(name), "fork")
    assert (done.status, done.output) == (2, "")
    assert done.errors.startswith(f"echotrace: '{name}' looks like {kind}: --expect takes a file")


_SERVER = """\
#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
static void reap(int signal) { (void)signal; while (waitpid(-1, NULL, WNOHANG) > 0); }
int main(void)
{
    struct sigaction action = {.sa_handler = reap, .sa_flags = SA_RESTART};
    sigaction(SIGCHLD, &action, NULL);
    int one = 1, listen_fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    listen(listen_fd, 10);
    for (;;) {
        int fd = accept(listen_fd, NULL, NULL);
        if (fork() == 0) {
            char data[4096];
            ssize_t size;
            close(listen_fd);
            while ((size = read(fd, data, sizeof data)) > 0)
                SEND
            CLOSE
            _exit(3);
        }
        close(fd);
    }
}
"""
_ALL = "for (ssize_t n = 0; n < size; n += send(fd, data + n, n ? size - n : 1, MSG_NOSIGNAL));"


@pytest.mark.parametrize(
    ("send", "close", "told"),
    [
        (_ALL, "close(fd);", "#1, #2 match fork.expect."),
        (_ALL, "shutdown(fd, SHUT_RDWR); close(fd);", "#1, #2 match fork.expect."),
        ("send(fd, data, size - 1, 0);", "close(fd);", "expected send = all or send, but"),
        ("send(fd, data, size - 1, 0);", "close(fd);", "; 1 byte not sent."),
        (_ALL, "", "expected close or shutdown, but P1 calls _exit"),
    ],
)
def test_other_ways_to_write_fork(send: str, close: str, told: str, against: Command) -> None:
    """What is right either way matches; a lost byte and a connection left open do not."""
    Path("mine.c").write_text(_SERVER.replace("SEND", send).replace("CLOSE", close))
    done = against(Path("fork"), "mine.c", "--timeout", "1")
    assert told in " ".join(done.output.split())
    assert done.status == int("match fork" not in told)


def test_mistakes_in_the_file_are_told_before_anything_is_recorded(against: Command) -> None:
    """A file that is none is told with its place, and no server is started."""
    done = against(written("accept\nforc\n"), "fork")
    assert (done.status, done.output) == (2, "")
    assert done.errors.startswith(
        "echotrace: 'x.expect', line 2, column 1: found 'forc', expected the name of a step; "
        "did you mean fork"
    )


def test_a_teaching_servers_name_stands_for_its_file(against: Command) -> None:
    """What is expected of fork may be asked for by name; a file of that name comes first."""
    done = against(Path("fork"), trace("fork-interleaved"))
    assert (done.status, done.output) == (0, "fork: #1, #2 match fork.expect.\n")
    Path("fork").write_text("accept")
    assert against(Path("fork"), trace("fork-interleaved")).status == 1
    assert "; did you mean fork?" in against(Path("forc"), "fork").errors


def test_unreadable_files_are_told(tmp_path: Path, against: Command) -> None:
    """What cannot be read as text is refused in a sentence."""
    (tmp_path / "latin").write_bytes(b"accept # caf\xe9")
    (tmp_path / "huge").write_bytes(b" " * (1 << 21))
    assert "cannot read 'nowhere': No such file" in against(Path("nowhere"), "fork").errors
    assert "cannot read '.': Is a directory" in against(Path(), "fork").errors
    assert "'latin' is no text in UTF-8 (byte 12)" in against(Path("latin"), "fork").errors
    assert "'huge' is longer than 1 MB" in against(Path("huge"), "fork").errors


def test_help_shows_an_expectation_that_holds(
    against: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file in the help text is what fork does."""
    assert cli.run(["compare", "--help"]) == 0
    shown = capsys.readouterr().out
    lines = shown[shown.rindex("mine.expect") :].splitlines()[1:]
    steps = [line.strip() for line in takewhile(str.strip, lines)]
    assert "close conn in parent" in steps
    assert against(written("\n".join(steps)), trace("fork-interleaved")).status == 0
