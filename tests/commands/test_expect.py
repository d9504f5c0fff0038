"""`echotrace compare --expect FILE` as a user meets it: the view, exit status, mistakes."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest
from recordings import own_folders

from echotrace import cli
from echotrace.servers import SERVERS, traces_dir

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


@dataclass
class Said:
    """What the command said: its exit status, and what stands on which stream."""

    status: int
    output: str
    errors: str


Against: TypeAlias = Callable[..., Said]


@pytest.fixture
def against(capsys: pytest.CaptureFixture[str]) -> Against:
    """Runs `echotrace compare --expect FILE` with further words in this process."""

    def run(file: Path, *words: str) -> Said:
        status = cli.run(["compare", "-q", "--expect", str(file), *words])
        return Said(status, *capsys.readouterr())

    return run


def written(text: str) -> Path:
    """A file of expectations."""
    path = Path("x.expect")
    path.write_text(text)
    return path


def trace(name: str) -> str:
    """A stored trace."""
    return str(traces_dir() / f"{name}.jsonl")


def test_match_is_exit_status_0(against: Against) -> None:
    """A server that does what is expected is said to, with every connection."""
    done = against(FORK, trace("fork-interleaved"), trace("fork-reset"))
    assert done.status == 0
    assert done.output.splitlines() == [
        "fork-interleaved.jsonl: #1, #2 match fork.expect.",
        "",
        "fork-reset.jsonl: #1, #2 match fork.expect.",
    ]


def test_divergence_is_exit_status_1(against: Against) -> None:
    """A server that does not is shown where it parts, in ASCII into a pipe."""
    done = against(FORK, trace("thread-interleaved"), "--width", "100")
    assert done.status == 1
    assert done.output.isascii()
    assert "3 fork ! 26 P0 pthread_create() -> clone3 = T1" in " ".join(done.output.split())
    assert done.output.endswith("thread: 0 of 2 connections match fork.expect.\n")


def test_one_server_of_several_is_enough_to_differ(against: Against) -> None:
    """Each target is told of by itself; exit status 1 if any parts."""
    done = against(FORK, trace("fork-interleaved"), trace("thread-interleaved"))
    assert done.status == 1
    assert "fork: #1, #2 match fork.expect.\n\n" in done.output


@pytest.mark.parametrize("name", [server.name for server in SERVERS])
def test_python_twins_do_the_same(name: str, against: Against) -> None:
    """What is expected of a server in C is what its twin in Python does."""
    done = against(EXPECTED / f"{name}.expect", f"{name}:python")
    assert (done.status, done.output) == (0, f"{name}: #1, #2 match {name}.expect.\n")


@pytest.mark.parametrize("clean", CLEAN)
def test_clean_servers_match(clean: str, against: Against) -> None:
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
    mutant: str, clean: str, sentence: str, against: Against
) -> None:
    """What is expected of the clean server is not what the one with the bug does."""
    done = against(written(CLEAN[clean]), f"broken/{mutant}")
    assert done.status == 1
    assert sentence in " ".join(done.output.split())


def test_one_connection_alone(against: Against) -> None:
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


def test_cut_off_trace_is_told(against: Against) -> None:
    """A trace that is cut off in a line is matched as far as it goes, and that is said."""
    whole = Path(trace("fork-interleaved")).read_text().splitlines(keepends=True)
    Path("cut.jsonl").write_text("".join(whole[: len(whole) // 2]) + whole[-1][:10])
    done = against(FORK, "cut.jsonl")
    assert done.status == 1
    assert "with the connection still open" in " ".join(done.output.split())
    assert "is cut off in line" in done.errors


@pytest.mark.parametrize(
    "words", [["--only", "recv"], ["--ignore", "setup"], ["--whole"], ["-o", "x.md"]]
)
def test_options_of_a_comparison_are_refused(words: list[str], against: Against) -> None:
    """What shapes a comparison of sides has no meaning here."""
    done = against(FORK, trace("fork-interleaved"), *words)
    assert (done.status, done.output) == (2, "")
    left_out = " ".join(words) if words[0] == "-o" else words[0]
    assert done.errors.endswith(
        f"--expect lays no two sides against each other: leave out {left_out}\n"
    )


def test_mistakes_in_the_file_are_told_before_anything_is_recorded(against: Against) -> None:
    """A file that is none is told with its place, and no server is started."""
    done = against(written("accept\nforc\n"), "fork")
    assert (done.status, done.output) == (2, "")
    assert done.errors.startswith(
        "echotrace: 'x.expect', line 2, column 1: found 'forc', expected the name of a step; "
        "did you mean fork"
    )


def test_a_teaching_servers_name_stands_for_its_file(against: Against) -> None:
    """What is expected of fork may be asked for by name; a file of that name comes first."""
    done = against(Path("fork"), trace("fork-interleaved"))
    assert (done.status, done.output) == (0, "fork: #1, #2 match fork.expect.\n")
    Path("fork").write_text("accept")
    assert against(Path("fork"), trace("fork-interleaved")).status == 1
    assert "; did you mean fork?" in against(Path("forc"), "fork").errors


def test_unreadable_files_are_told(tmp_path: Path, against: Against) -> None:
    """What cannot be read as text is refused in a sentence."""
    (tmp_path / "latin").write_bytes(b"accept # caf\xe9")
    (tmp_path / "huge").write_bytes(b" " * (1 << 21))
    assert "cannot read 'nowhere': No such file" in against(Path("nowhere"), "fork").errors
    assert "cannot read '.': Is a directory" in against(Path(), "fork").errors
    assert "'latin' is no text in UTF-8 (byte 12)" in against(Path("latin"), "fork").errors
    assert "'huge' is longer than 1 MB" in against(Path("huge"), "fork").errors


def test_help_shows_an_expectation_that_holds(
    against: Against, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file in the help text is what fork does."""
    assert cli.run(["compare", "--help"]) == 0
    shown = capsys.readouterr().out
    lines = shown[shown.rindex("fork.expect") :].splitlines()[1:]
    steps = [line.strip() for line in lines if line]
    assert "close conn in parent" in steps
    assert against(written("\n".join(steps)), trace("fork-interleaved")).status == 0
