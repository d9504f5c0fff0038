"""Compiling a server once, and starting it."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from echotrace import servers
from echotrace.errors import SystemRefused, UserError
from echotrace.record import build

VERSION_CALL = "--version"


class FakeCompiler:
    """A compiler that logs each call and makes a file; `calls` tells what was asked of it."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "calls"
        self.program = folder / "fakecc"
        self.write("fakecc 1.0")

    @property
    def path(self) -> str:
        """What $CC would be set to."""
        return str(self.program)

    def write(self, version: str) -> None:
        """Install the compiler again, as an update would."""
        self.program.write_text(
            f"""#!/bin/sh
echo "$*" >> '{self.log}'
if [ "$1" = --version ]; then echo '{version}'; echo more; exit 0; fi
while [ "$1" != -o ]; do shift; done
echo binary > "$2"
"""
        )
        self.program.chmod(0o755)

    def calls(self) -> list[str]:
        """The arguments of every call so far."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def compilations(self) -> int:
        """How often something was compiled."""
        return sum(call != VERSION_CALL for call in self.calls())


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own for each test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CC", raising=False)
    return tmp_path / "cache" / "echotrace"


@pytest.fixture
def compiler(tmp_path: Path) -> FakeCompiler:
    """A compiler that can be watched."""
    return FakeCompiler(tmp_path)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A source file."""
    path = tmp_path / "tiny.c"
    path.write_text("int main(void) { return 0; }\n")
    return path


def no_process(*_: object, **__: object) -> None:
    """Stands for subprocess.run where none may be started."""
    pytest.fail("a process was started")


def test_binary_bears_the_name_of_the_source(
    compiler: FakeCompiler, source: Path, cache: Path
) -> None:
    """The binary's file name, which becomes the process's name, is the source's without .c."""
    binary = build.build(source, compiler.path)
    assert binary.name == "tiny"
    assert binary.parent.parent == cache / "bin"


def test_second_build_starts_no_process(
    compiler: FakeCompiler, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was compiled before is found again without starting any process."""
    first = build.build(source, compiler.path)
    assert len(compiler.calls()) == 2
    monkeypatch.setattr(subprocess, "run", no_process)
    assert build.build(source, compiler.path) == first
    assert len(compiler.calls()) == 2


def test_changed_source_is_compiled_again(compiler: FakeCompiler, source: Path) -> None:
    """Another text makes another binary; the compiler's version is not asked for again."""
    first = build.build(source, compiler.path)
    source.write_text("int main(void) { return 1; }\n")
    assert build.build(source, compiler.path) != first
    assert compiler.compilations() == 2
    assert compiler.calls().count(VERSION_CALL) == 1


def test_changed_header_is_compiled_again(
    compiler: FakeCompiler, source: Path, tmp_path: Path
) -> None:
    """A header that the source includes with quotes, also through another header, counts too."""
    source.write_text('#include "outer.h"\n#include <stdio.h>\n#include "missing.h"\n')
    (tmp_path / "outer.h").write_text('  # include "inner.h"\n#include "outer.h"\n')
    (tmp_path / "inner.h").write_text("#define SIZE 1\n")
    first = build.build(source, compiler.path)
    (tmp_path / "inner.h").write_text("#define SIZE 2\n")
    assert build.build(source, compiler.path) != first
    assert compiler.compilations() == 2


def test_updated_compiler_compiles_again(compiler: FakeCompiler, source: Path) -> None:
    """When the compiler's file changes, its version is asked for again and counts."""
    first = build.build(source, compiler.path)
    compiler.write("fakecc 1.0.1")
    assert build.build(source, compiler.path) != first
    assert compiler.calls().count(VERSION_CALL) == 2
    assert build.compiler_version(compiler.path) == "fakecc 1.0.1"


def test_same_source_elsewhere_is_another_binary(
    compiler: FakeCompiler, source: Path, tmp_path: Path
) -> None:
    """Debug information names the source's place, so two places make two binaries."""
    copy = tmp_path / "elsewhere" / source.name
    copy.parent.mkdir()
    copy.write_bytes(source.read_bytes())
    assert build.build(copy, compiler.path) != build.build(source, compiler.path)


def test_lost_binary_is_compiled_again(compiler: FakeCompiler, source: Path) -> None:
    """A cache that was emptied is filled again, at the same place."""
    first = build.build(source, compiler.path)
    first.unlink()
    assert build.build(source, compiler.path) == first
    assert first.is_file()


def test_compile_error_is_shown_as_the_compiler_wrote_it(source: Path, cache: Path) -> None:
    """A source that does not compile is the user's to mend: they see the compiler's words."""
    real = build.find_compiler()
    if real is None:
        pytest.skip("needs a C compiler")
    source.write_text("int main(void) { return nonsense; }\n")
    with pytest.raises(UserError, match=r"tiny\.c:1:.*nonsense") as raised:
        build.build(source, real)
    assert str(raised.value).startswith(f"{real} cannot compile {source}:\n")
    assert [path for path in (cache / "bin").rglob("*") if path.is_file()] == []
    assert list((cache / "bin").rglob(".new-*")) == []


def test_unusable_cache_names_the_directory_and_the_way_out(
    compiler: FakeCompiler, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache that cannot be used is an error that names it and the variable that moves it."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(SystemRefused) as raised:
        build.build(source, compiler.path)
    assert str(tmp_path / "file" / "echotrace") in str(raised.value)
    assert "XDG_CACHE_HOME" in str(raised.value)


def test_missing_source_is_named(compiler: FakeCompiler, tmp_path: Path) -> None:
    """A source that cannot be read is an error that names it."""
    with pytest.raises(UserError, match=r"cannot read .*absent\.c: No such file"):
        build.build(tmp_path / "absent.c", compiler.path)


@pytest.mark.parametrize("program", ["absent", "broken"])
def test_compiler_that_cannot_run_is_named(tmp_path: Path, source: Path, program: str) -> None:
    """A compiler that is not there, or is no program, is an error that names it."""
    (tmp_path / "broken").write_text("#!/no/such/interpreter\n")
    (tmp_path / "broken").chmod(0o755)
    with pytest.raises(UserError, match=f"cannot run the compiler .*{program}: No such file"):
        build.build(source, str(tmp_path / program))


def test_environment_chooses_the_compiler(
    compiler: FakeCompiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """$CC comes before the compilers on PATH."""
    monkeypatch.setenv("CC", compiler.path)
    assert build.find_compiler() == compiler.path


def test_environment_that_names_no_program_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A $CC that names no program is said, not passed over."""
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(UserError, match=r"\$CC is 'no-such-compiler'"):
        build.find_compiler()


@pytest.mark.parametrize(
    ("present", "found"),
    [(["clang", "gcc", "cc"], "cc"), (["clang", "gcc"], "gcc"), (["clang"], "clang"), ([], None)],
)
def test_compilers_are_tried_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, present: list[str], found: str | None
) -> None:
    """Without $CC, cc comes before gcc, and gcc before clang."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in present:
        (programs / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(programs))
    assert build.find_compiler() == (found and str(programs / found))


def test_command_starts_the_compiled_server(
    compiler: FakeCompiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a compiler, the C server is started by its own name with the address."""
    monkeypatch.setenv("CC", compiler.path)
    argv, language = build.command("fork", "c", "127.0.0.1:0")
    assert language == "c"
    assert Path(argv[0]).name == "fork"
    assert argv[1:] == ["127.0.0.1:0"]


def test_no_compiler_falls_back_to_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a compiler, the Python twin is started and the language says so."""
    monkeypatch.setenv("PATH", str(tmp_path))
    argv, language = build.command("fork", "c", "127.0.0.1:0")
    assert language == "python"
    assert argv == [sys.executable, str(servers.source("fork", "python")), "127.0.0.1:0"]


def test_python_needs_no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python server is started without asking for a compiler, and without an address."""
    monkeypatch.setenv("CC", "no-such-compiler")
    argv, language = build.command("thread", "python", None)
    assert language == "python"
    assert argv == [sys.executable, str(servers.source("thread", "python"))]


def test_unknown_server_is_a_user_error() -> None:
    """A server that is not in the catalogue is an error that names it."""
    with pytest.raises(UserError, match="no server is called 'frok'"):
        build.command("frok", "python", None)


def test_signal_while_the_compiler_is_started_ends_it(
    compiler: FakeCompiler, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What interrupts us before we know the compiler's process ends that process all the same."""
    started: list[subprocess.Popen[str]] = []

    class Interrupted(subprocess.Popen[str]):
        def __init__(self, *_words: object, **more: Any) -> None:
            super().__init__(["sleep", "1000"], **more)
            started.append(self)
            signal.raise_signal(signal.SIGTERM)

    def end(_number: int, _frame: object) -> None:
        sys.exit(143)

    former = signal.signal(signal.SIGTERM, end)
    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    try:
        with pytest.raises(SystemExit):
            build.build(source, compiler.path)
    finally:
        signal.signal(signal.SIGTERM, former)
    (process,) = started
    assert process.returncode == -signal.SIGKILL
