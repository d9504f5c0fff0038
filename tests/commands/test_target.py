"""What a TARGET names, and what is said when it names nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from echotrace import servers
from echotrace.commands.target import Target, resolve
from echotrace.errors import EchotraceError, StepTimeout, TraceFileError, UserError
from echotrace.record import build
from echotrace.servers import traces_dir
from echotrace.tracefile import load

TRACE = traces_dir() / "fork-interleaved.jsonl"
#: Servers that want no argument.
OWN_C = """#include <netinet/in.h>
#include <unistd.h>
int main(int argc, char **argv) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), unused, conn, size;
    char buffer[100];
    if (argc > 1 || listen(fd, 5)) return 1;
    while ((conn = accept(fd, 0, 0)) >= 0) {
        while ((size = read(conn, buffer, sizeof buffer)) > 0) write(conn, buffer, size);
        close(conn);
    }
}
"""
OWN_PYTHON = """import socket, sys
assert len(sys.argv) == 1
listener = socket.create_server(("127.0.0.1", 0))
while True:
    conn, _ = listener.accept()
    while data := conn.recv(100):
        conn.sendall(data)
    conn.close()
"""

pytestmark = pytest.mark.usefixtures("own_state")


def resolved(target: str, **wished: Any) -> Target:
    """What a target leads to, without progress."""
    return resolve(target, quiet=True, **wished)


def refusal(target: str, kind: type[EchotraceError] = UserError) -> str:
    """What is said of a target that leads to nothing; the user can mend it."""
    with pytest.raises(kind) as raised:
        resolved(target)
    assert raised.value.exit_status == 2
    return str(raised.value)


@pytest.mark.parametrize(
    ("target", "server", "language"),
    [("fork", "fork", "c"), ("fork:python", "fork", "python"), ("thread:c", "thread", "c"),
     ("broken/clean_select", "broken/clean_select", "c")],
)  # fmt: skip
def test_name_is_recorded(target: str, server: str, language: str) -> None:
    """A name of the catalogue, with or without its language, is recorded as wished."""
    header = resolved(target, clients=1, script="sequential").whole().trace.header
    assert (header.server, header.language) == (server, language)
    assert (header.clients, header.script) == (1, "sequential")


def test_each_server_keeps_its_own_last_trace(tmp_path: Path) -> None:
    """A server of the gallery and a user's fork.c do not overwrite the trace of `fork`."""
    Path("fork.c").write_text(OWN_C)
    for target in ("fork", "broken/clean_fork", "./fork.c"):
        resolved(target, clients=1)
    kept = sorted(path.name for path in (tmp_path / "state" / "echotrace").iterdir())
    assert kept == ["broken-clean_fork.jsonl", "fork.c.jsonl", "fork.jsonl"]


def test_c_source_is_compiled_and_recorded() -> None:
    """A user's C file needs no flags, gets no argument, and is called like its file."""
    Path("mine.c").write_text(OWN_C)
    story = resolved("mine.c").whole().story
    assert story.trace.header.server == "mine.c"
    assert story.trace.header.argv == ["mine"]
    assert story.trace.header.source == "mine.c"
    assert len(story.connections) == 2


def test_python_source_is_recorded() -> None:
    """A user's Python file runs with this interpreter, without an argument."""
    Path("mine.py").write_text(OWN_PYTHON)
    trace = resolved("mine.py").whole().trace
    assert (trace.header.server, trace.header.language) == ("mine.py", "python")
    assert len(resolved("mine.py").story.connections) == 2


def test_what_ended_a_recording_early_is_kept_with_its_trace() -> None:
    """A server that leaves a client without an answer still leads to a trace, and to the error."""
    target = resolved("broken/used_after_close")
    assert isinstance(target.error, StepTimeout)
    assert target.story.connections
    with pytest.raises(StepTimeout):
        target.whole()


def test_file_is_read_as_a_trace() -> None:
    """Any other file is read as a trace, also one that is called like a server."""
    Path("fork").write_bytes(TRACE.read_bytes())
    assert resolved(str(TRACE)).whole().trace == load(TRACE)
    assert resolved("./fork").trace == load(TRACE)


def test_dash_is_standard_input() -> None:
    """A trace comes through a pipe."""
    with TRACE.open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "echotrace", "compare", "-", str(TRACE), "--exit-code"],
            stdin=file, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "No difference" in done.stdout


@pytest.mark.parametrize("target", ["./program", "program", "folder/program"])
def test_executable_is_recorded(target: str) -> None:
    """A program that the kernel can start is recorded, with or without its folder in the name."""
    Path("mine.c").write_text(OWN_C)
    Path("folder").mkdir()
    program = Path(target)
    program.write_bytes(build.own(Path("mine.c")).read_bytes())
    program.chmod(0o755)
    story = resolved(target).whole().story
    assert story.trace.header.server == "program"
    assert len(story.connections) == 2


def test_script_with_its_interpreter_is_recorded() -> None:
    """So is a script whose first line names what runs it, whatever its own name."""
    Path("serve").write_text(f"#!{sys.executable}\n{OWN_PYTHON}")
    Path("serve").chmod(0o755)
    trace = resolved("serve").whole().trace
    assert (trace.header.server, trace.header.language) == ("serve", "python")


def test_trace_that_is_executable_is_read() -> None:
    """A file system on which every file is executable makes no program of a trace."""
    Path("mine.jsonl").write_bytes(TRACE.read_bytes())
    Path("mine.jsonl").chmod(0o755)
    assert resolved("mine.jsonl").trace == load(TRACE)


def test_list_of_programs_is_no_one_target() -> None:
    """What only compare takes is told apart from a trace."""
    Path("mine.run").write_text("server.c\n")
    assert "'mine.run' lists programs to compare; name one program" in refusal("mine.run")


def test_compile_error_is_shown_as_it_is() -> None:
    """The compiler's words, with file and line."""
    Path("bad.c").write_text("int main(void) { return nonsense; }\n")
    assert "bad.c:1:" in (said := refusal("bad.c"))
    assert "nonsense" in said


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("closed_twice", "neither a server nor a file; did you mean broken/closed_twice"),
        ("thraed", "did you mean thread"),
        ("serber.c", "did you mean server.c"),
        ("folder/trase.jsonl", "did you mean folder/trace.jsonl?"),
        ("xyzzy", "'xyzzy' is neither a server nor a file; echotrace servers lists them"),
        ("server.c/x", "neither a server nor a file"),
        ("fork:pyhton", "'fork' comes in c and python, not in 'pyhton'"),
        (
            "fork:",
            "'fork:' has nothing behind the colon: write fork:c or fork:python, or",
        ),
        ("broken/closed_twice:python", "'broken/closed_twice' comes in c, not in 'python'"),
        ("folder", "'folder' is a directory; name a source file or a trace in it"),
        ("folder.c", "'folder.c' is a directory"),
        ("pipe.c", "'pipe.c' is no file that could be compiled or run"),
        ("loop.c", "cannot read 'loop.c': Too many levels of symbolic links"),
        ("x" * 300, "File name too long"),
        ("", "'' is neither a server nor a file"),
    ],
)
def test_nothing_of_that_name(target: str, said: str) -> None:
    """What cannot be a target is answered with the reason, and the nearest names."""
    Path("server.c").touch()
    Path("loop.c").symlink_to("loop.c")
    Path("folder.c").mkdir()
    Path("folder").mkdir()
    Path("folder/trace.jsonl").touch()
    os.mkfifo("pipe.c")
    assert said in refusal(target)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"\x7fELF", "no echotrace file"), (b"int main;\n", "no echotrace file")],
)
def test_file_that_is_no_trace(content: bytes, said: str) -> None:
    """A file that is no trace is refused with the reason."""
    Path("odd").write_bytes(content)
    assert said in refusal("odd", TraceFileError)


@contextmanager
def nobody() -> Iterator[None]:
    """Not root, who may read everything."""
    former = os.geteuid()
    if former == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(former)


@pytest.mark.parametrize("name", ["server.c", "server.py", "trace.jsonl"])
def test_unreadable_file(name: str, tmp_path: Path) -> None:
    """A file that must not be read is named, with the system's word."""
    Path(name).touch(mode=0o200)
    tmp_path.chmod(0o755)
    with nobody():
        assert f"cannot read '{name}': Permission denied" in refusal(name)


def test_c_without_a_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What comes in C only is not recorded without a compiler; the message says what to install."""
    Path("server.c").write_text(OWN_C)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    for target in ("server.c", servers.GALLERY[0].name):
        assert "no C compiler was found: install one" in refusal(target)


def test_gallery_has_no_python_twins() -> None:
    """--lang python of a server that comes in C only is refused, and not for want of a compiler."""
    done = subprocess.run(
        [sys.executable, "-m", "echotrace", "broken/clean_fork", "--lang", "python"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "'broken/clean_fork' has no Python source" in done.stderr


@pytest.mark.parametrize(
    ("name", "mode", "command"), [("n.js", 0o644, "node n.js"), ("program", 0o755, "./program")]
)
def test_program_in_another_language_is_recorded_first(name: str, mode: int, command: str) -> None:
    """Of a program that is neither C nor Python it is said how its trace is made."""
    Path(name).write_text("listen();\n")
    Path(name).chmod(mode)
    assert refusal(name) == (
        f"'{name}' is neither C nor Python nor a trace: "
        f"'echotrace run -o t.jsonl -- {command}' records it, and t.jsonl may stand in its place"
    )
