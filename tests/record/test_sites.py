"""Sites where something is missing, changed or in the way: what is known is told, nothing else."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from recordings import NO_STEPS, free, own_folders, plan, played, server_plan

from echotrace.record import ptrace
from echotrace.record.plan import Plan
from echotrace.trace import Site, Source, Trace
from echotrace.tracefile import encode

PROGRAM = """#include <stdio.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    if (argc > 1) unlink(argv[1]);
    dup2(0, 30);
    return 0;
}
"""
SITE = Site("p.c", 6, "main", "dup2")


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., str]:
    """Compiles a program of one file, p.c."""

    def compiled(*options: str, text: str = PROGRAM) -> str:
        source, binary = tmp_path / "p.c", tmp_path / "p"
        source.write_text(text)
        words = ["cc", "-O0", "-o", str(binary), str(source), *options]
        subprocess.run(words, check=True, stderr=subprocess.DEVNULL)
        return str(binary)

    return compiled


def record(*argv: str, **wish: Any) -> Trace:
    """Record a program that needs no clients."""
    return free(Plan("p", "c", argv, NO_STEPS, **wish))


def sites(trace: Trace, name: str) -> list[Site | None]:
    """The sites of the calls of a name."""
    return [call.site for call in trace.syscalls() if call.name == name]


def test_site_and_source_of_a_program(build: Callable[..., str]) -> None:
    """A call has its line, function and C function; the source is kept before the first site."""
    trace = record(build("-g"))
    assert sites(trace, "dup2") == [SITE]
    assert trace.sources() == {"p.c": Source("p.c", PROGRAM)}
    kinds = [type(record) for record in trace.records]
    named = [getattr(record, "site", None) for record in trace.records]
    assert kinds.index(Source) == named.index(SITE) - 1


@pytest.mark.parametrize("options", [(), ("-g", "-s")], ids=["without -g", "stripped"])
def test_program_without_lines_has_no_sites(
    options: tuple[str, ...], build: Callable[..., str]
) -> None:
    """Without debug information there are neither sites nor sources, and all else is there."""
    trace = record(build(*options))
    assert sites(trace, "dup2") == [None]
    assert trace.sources() == {}


def test_no_lines_leaves_them_out(build: Callable[..., str]) -> None:
    """A recording that is told not to look for lines has none."""
    trace = record(build("-g"), lines=False)
    assert sites(trace, "dup2") == [None]
    assert trace.sources() == {}


def test_changed_source_keeps_its_sites(build: Callable[..., str], tmp_path: Path) -> None:
    """The lines are facts of the program; the text, which is not, is withheld."""
    binary = build("-g")
    later = Path(binary).stat().st_mtime + 10
    os.utime(tmp_path / "p.c", (later, later))
    trace = record(binary)
    assert sites(trace, "dup2") == [SITE]
    (source,) = trace.sources().values()
    assert source.text is None
    assert "changed" in (source.problem or "")


def test_moved_source_keeps_its_sites(build: Callable[..., str], tmp_path: Path) -> None:
    """A source that is not there any more is named as it was."""
    binary = build("-g")
    (tmp_path / "p.c").unlink()
    trace = record(binary)
    assert sites(trace, "dup2") == [SITE]
    assert "is not where it was" in (trace.sources()["p.c"].problem or "")


def test_program_that_is_deleted_while_it_runs(build: Callable[..., str]) -> None:
    """The file of a running program can be read even when it has no name any more."""
    binary = build("-g")
    assert sites(record(binary, binary), "dup2") == [SITE]


def test_library_without_a_file(build: Callable[..., str], tmp_path: Path) -> None:
    """A library that was loaded from memory cannot be read: its calls have no site, not a guess."""
    source, library = tmp_path / "memory.c", tmp_path / "memory.so"
    source.write_text("#include <unistd.h>\nint f(void) { return dup2(0, 30); }\n")
    words = ["cc", "-g", "-shared", "-fPIC", "-o", str(library), str(source)]
    subprocess.run(words, check=True)
    text = """#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    char name[40];
    int memory = memfd_create("library", 0);
    sendfile(memory, open(argv[1], O_RDONLY), NULL, 1 << 20);
    sprintf(name, "/proc/self/fd/%d", memory);
    ((int (*)(void))dlsym(dlopen(name, RTLD_NOW), "f"))();
    dup2(0, argc);
}
"""
    trace = record(build("-g", "-w", text=text), str(library))
    assert sites(trace, "dup2") == [None, Site("p.c", 15, "main", "dup2")]


@pytest.mark.parametrize("section", [".debug_line", ".debug_info", ".debug_abbrev", ".eh_frame"])
def test_broken_tables_tell_nothing_wrong(
    section: str, build: Callable[..., str], tmp_path: Path
) -> None:
    """A module whose tables are garbage has its sites right or not at all."""
    binary = build("-g")
    garbage = tmp_path / "garbage"
    garbage.write_bytes(bytes(range(1, 200)))
    change = ["--update-section", f"{section}={garbage}"]
    subprocess.run(["objcopy", *change, binary], check=True, stderr=subprocess.DEVNULL)
    (site,) = sites(record(binary), "dup2")
    assert site is None or (site.file, site.line) == (SITE.file, SITE.line)


def test_libraries_that_take_the_place_of_others(build: Callable[..., str], tmp_path: Path) -> None:
    """A library that is loaded where another was has lines of its own."""
    for name, blank in (("one", 1), ("two", 5)):
        source, library = tmp_path / f"{name}.c", tmp_path / f"{name}.so"
        source.write_text("#include <unistd.h>\n" * blank + "int f(void) { return dup2(0, 30); }")
        words = ["cc", "-g", "-shared", "-fPIC", "-o", str(library), str(source)]
        subprocess.run(words, check=True)
    text = """#include <dlfcn.h>
int main(int argc, char **argv)
{
    for (int n = 1; n < argc; n++) {
        void *library = dlopen(argv[n], RTLD_NOW);
        ((int (*)(void))dlsym(library, "f"))();
        dlclose(library);
    }
}
"""
    one, two = str(tmp_path / "one.so"), str(tmp_path / "two.so")
    trace = record(build("-g", "-w", text=text), one, two, one)
    assert sites(trace, "dup2") == [
        Site("one.c", 2, "f", "dup2"), Site("two.c", 6, "f", "dup2"), Site("one.c", 2, "f", "dup2"),
    ]  # fmt: skip


def test_calls_of_another_program_have_its_lines() -> None:
    """After vfork and exec, in the child and in its parent, each call is on its own line."""
    trace = free(plan("vforks"))
    lines = {
        (call.name, call.args.get("newfd")): call.site.line if call.site else None
        for call in trace.syscalls()
        if call.name in ("vfork", "dup2", "execve", "wait4")
    }
    assert lines == {
        ("execve", None): 13, ("vfork", None): 11, ("dup2", 20): 8, ("dup2", 21): 16,
        ("wait4", None): 17,
    }  # fmt: skip
    first = next(trace.syscalls())
    assert (first.name, first.site) == ("execve", None)


def test_program_in_the_place_of_another(build: Callable[..., str], tmp_path: Path) -> None:
    """A program at the addresses of the one that called exec has lines of its own."""
    text = """#include <unistd.h>
int main(int argc, char **argv)
{
    dup2(0, 30);
    if (argc > 1) execv(argv[1], argv + 1);
}
"""
    later = build("-g", "-static", "-no-pie", text="\n" * 9 + text)
    moved = tmp_path / "later"
    Path(later).rename(moved)
    trace = record(build("-g", "-static", "-no-pie", text=text), str(moved))
    assert [site.line if site else None for site in sites(trace, "dup2")] == [4, 13]


@pytest.mark.parametrize("seccomp", [True, False], ids=["filter", "no filter"])
def test_one_read_of_memory_an_event(seccomp: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Payload and stack are read together: lines cost no read for a call that has a payload."""
    reads = 0

    def counted(*arguments: Any) -> int:
        nonlocal reads
        reads += 1
        return int(really(*arguments))

    really = ptrace.process_vm_readv
    monkeypatch.setattr(ptrace, "process_vm_readv", counted)
    free(plan("many_calls", "400", seccomp=seccomp))
    few, reads = reads, 0
    free(plan("many_calls", "2400", seccomp=seccomp))
    assert reads - few <= 2000 * (1 if seccomp else 2) + 20


def test_trace_has_no_path_of_this_machine() -> None:
    """Sites and sources of the teaching servers do not tell where they were compiled."""
    trace = played(server_plan("fork"))
    assert {call.site.file for call in trace.syscalls() if call.site} == {"fork.c"}
    (source,) = trace.sources().values()
    assert source.problem is None
    assert source.text == Path(__file__).parents[2].joinpath("servers/fork.c").read_text()
    told = [call.site for call in trace.syscalls()]
    assert "/" not in msgspec.json.encode(told).decode()
    assert encode(msgspec.structs.replace(source, text=None)) == (
        b'{"type":"source","file":"fork.c"}\n'
    )
