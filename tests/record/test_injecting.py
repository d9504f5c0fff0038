"""Injected faults, on servers and on programs that say what they saw, with the filter and without.

The program is the witness: it prints what its calls returned, and so must the trace.
"""

import dataclasses
import errno
import platform
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from recordings import free, own_folders, plan, played, steps

from echotrace.commands.kept import Recorded
from echotrace.commands.recording import Wish, record
from echotrace.record.inject import parse
from echotrace.record.plan import Plan
from echotrace.story.replay import replay
from echotrace.story.sequence import canonical
from echotrace.syscalls import logical_event
from echotrace.trace import Exit, Syscall, Trace

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="faults can be injected on x86-64 only"
)
both_ways = pytest.mark.parametrize("seccomp", [True, False], ids=["filter", "no filter"])


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def faulty_plan(what: Plan, *injections: str) -> Plan:
    """The plan, with faults."""
    return dataclasses.replace(what, injections=tuple(map(parse, injections)))


def served(path: Path, name: str, *injections: str, **wished: Any) -> Recorded:
    """A server recorded as `echotrace NAME --inject …` does it; what failed early is kept."""
    wish = Wish(name, inject=injections, quiet=True, **wished)
    return record(wish, path / "t.jsonl", overwrite=True)


def injected(trace: Trace) -> list[str]:
    """The calls that got a fault."""
    return [
        f"{call.name} {call.result} {call.errno} {call.injected}"
        for call in trace.syscalls()
        if call.injected is not None
    ]


# What the program sees


def told(trace: Trace) -> list[str]:
    """The lines that tests/programs/tells.c must print, by the trace."""
    calls = list(trace.syscalls())
    begin = next(index for index, call in enumerate(calls) if call.name == "socketpair")
    first = calls[begin].tid
    return [
        f"{call.name} {call.result} {getattr(errno, call.errno) if call.errno else 0}"
        for call in calls[begin + 1 :]
        if call.tid == first and call.name != "exit_group" and call.args.get("fd") != 2
    ]


@both_ways
@pytest.mark.parametrize(
    ("injections", "marked"),
    [
        ((), []),
        (("accept:EMFILE",), ["accept -1 EMFILE accept:EMFILE"]),
        (("accept:EINTR:when=2",), ["accept -1 EINTR accept:EINTR"]),
        (("accept:ECONNABORTED:when=1+",), ["accept -1 ECONNABORTED accept:ECONNABORTED"] * 2),
        (("send:EPIPE",), ["sendto -1 EPIPE send:EPIPE"]),
        (("send:EPIPE:when=2",), ["write -1 EPIPE send:EPIPE"]),
        (
            ("send:EPIPE:when=2+",),
            ["write -1 EPIPE send:EPIPE", "sendto -1 EPIPE send:EPIPE"],
        ),
        (("send:short=3",), ["sendto 3 None send:short=3", "write 3 None send:short=3"]),
        (("send:short=1:when=3",), ["sendto 1 None send:short=1"]),
        (("recv:ECONNRESET",), ["recvfrom -1 ECONNRESET recv:ECONNRESET"]),
        (
            ("recv:short=2",),
            ["recvfrom 2 None recv:short=2", "read 2 None recv:short=2",
             "recvfrom 2 None recv:short=2"],
        ),
        (("fork:EAGAIN",), ["clone -1 EAGAIN fork:EAGAIN"]),
        (("wait:ECHILD",), ["wait4 -1 ECHILD wait:ECHILD"]),
        (("shutdown:ENOTCONN",), ["shutdown -1 ENOTCONN shutdown:ENOTCONN"]),
        (("close:EIO",), ["close -1 EIO close:EIO"]),
        (("close:EBADF",), ["close -1 EBADF close:EBADF"]),
        (
            ("send:short=3", "send:EPIPE:when=2", "recv:EIO"),
            ["sendto 3 None send:short=3", "write 3 None send:short=3",
             "recvfrom -1 EIO recv:EIO"],
        ),
        (("epoll_wait:EINTR",), []),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_program_prints_what_the_trace_says(
    injections: tuple[str, ...], marked: list[str], seccomp: bool,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Results and errors are those that the program saw; the marks are on the calls that got one.

    close fails after it was made, unless with EBADF: the second close of the number shows it.
    """
    trace = free(faulty_plan(plan("tells", seccomp=seccomp), *injections))
    assert capfd.readouterr().err.splitlines() == told(trace)
    assert injected(trace) == marked
    assert trace.header.injections == list(injections)
    again = [call.errno for call in trace.syscalls() if call.name == "close"][-1]
    assert again == (None if injections == ("close:EBADF",) else "EBADF")


@both_ways
def test_arguments_are_those_the_program_gave(seccomp: bool) -> None:
    """A call that was shortened or skipped is booked with its own number and arguments."""
    what = plan("tells", seccomp=seccomp)
    trace = free(faulty_plan(what, "send:short=3", "accept:EINTR", "recv:EIO"))
    marked = [call for call in trace.syscalls() if call.injected]
    assert [(call.name, call.args["fd"], call.args.get("len", call.args.get("count")))
            for call in marked] == [
        ("accept", 3, None), ("sendto", 4, 5), ("write", 4, 5), ("recvfrom", 5, 4),
    ]  # fmt: skip
    assert [call.data for call in marked] == [None, "hel", "hel", None]
    assert all(call.start < (call.end or 0) for call in marked)


@both_ways
@pytest.mark.parametrize(
    ("injection", "status"),
    [((), 5), (("write:short=3",), 3), (("write:EPIPE",), errno.EPIPE)],
)
def test_registers_are_as_the_program_left_them(
    injection: tuple[str, ...], status: int, seccomp: bool
) -> None:
    """A system call changes rax, rcx and r11 only, also one that was shortened or skipped."""
    trace = free(faulty_plan(plan("registers", seccomp=seccomp), *injection))
    assert [r.status for r in trace.records if isinstance(r, Exit)] == [status]


# What servers do

SHORT = {"fork": False, "thread": True}  # who sends the rest
EXAMPLES = [
    # what is injected, the logical event, the error, and who survives it (server, language)
    ("accept:EINTR", "accept", "EINTR", {("fork", "python"), ("thread", "python")}),
    ("recv:ECONNRESET", "recv", "ECONNRESET", set()),
    ("send:EPIPE", "send", "EPIPE", set()),
    ("fork:EAGAIN", "spawn", "EAGAIN", set()),
    ("accept:EMFILE", "accept", "EMFILE", set()),
]


@pytest.mark.parametrize(
    ("lang", "seccomp"), [("c", True), ("c", False), ("python", True)],
    ids=["c", "c, no filter", "python"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["fork", "thread"])
@pytest.mark.parametrize(
    ("text", "event", "error", "survivors"), EXAMPLES, ids=[row[0] for row in EXAMPLES]
)
def test_call_fails(
    text: str, event: str, error: str, survivors: set[tuple[str, str]],
    name: str, lang: str, seccomp: bool, tmp_path: Path,
) -> None:  # fmt: skip
    """The first such call on a socket fails, no other; whoever does not cope is told why."""
    done = served(tmp_path, name, text, lang=lang, no_seccomp=not seccomp)
    (call,) = [call for call in done.trace.syscalls() if call.injected]
    assert (logical_event(call.name), call.errno, call.injected) == (event, error, text)
    same = [c for c in done.trace.syscalls() if logical_event(c.name) == event]
    sockets = {e.fd for c in done.trace.syscalls() for e in c.endpoints}
    if event in ("recv", "send"):
        same = [c for c in same if c.args["fd"] in sockets and c.start > call.start - 1]
    assert same[0] == call
    if (name, lang) in survivors:
        assert done.error is None
    else:
        assert done.error is not None
        assert str(done.error).endswith(f"; the likely cause is the injected {text}")
        assert done.trace.end is not None
        assert done.trace.end.reason == str(done.error)


@pytest.mark.parametrize(
    ("lang", "seccomp"), [("c", True), ("c", False), ("python", True)],
    ids=["c", "c, no filter", "python"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["fork", "thread"])
def test_bytes_that_never_come_back(name: str, lang: str, seccomp: bool, tmp_path: Path) -> None:
    """Of `hey 1` only `hey` is taken: fork loses the rest, thread sends it."""
    wished = {"lang": lang, "no_seccomp": not seccomp, "script": "half-close"}
    done = served(tmp_path, name, "send:short=3", **wished)
    sent = [
        (call.data, call.result, call.args["len"], call.injected)
        for call in done.trace.syscalls()
        if call.name == "sendto"
    ]
    shortened = ("hey", 3, 5, "send:short=3")
    if SHORT[name]:
        assert sent == [shortened, (" 1", 2, 2, None), shortened, (" 2", 2, 2, None)]
        assert done.error is None
    else:
        assert sent == [shortened]
        assert "the server ended the connection after 3 bytes" in str(done.error)
        assert str(done.error).endswith("; the likely cause is the injected send:short=3")


@pytest.mark.parametrize(
    ("name", "injections", "hit"),
    [
        ("fork", ("recv:EIO:when=3", "send:short=2:when=1"), ["P3 recv:EIO", "P1 send:short=2"]),
        ("thread", ("send:EIO:when=4", "send:short=1:when=1"), ["T1 send:short=1", "T3 send:EIO"]),
    ],
)
def test_five_recordings_with_faults_are_one(
    name: str, injections: tuple[str, ...], hit: list[str], tmp_path: Path
) -> None:
    """The call that is hit is the same every time, and so is all that follows."""
    runs = set()
    for _ in range(5):
        done = served(tmp_path, name, *injections, clients=3, timeout=0.3)
        story = replay(done.trace)
        faulty = [c for c in done.trace.syscalls() if c.injected]
        marks = tuple((story.roles.of(c.tid, c.start), c.seq, c.injected) for c in faulty)
        runs.add((canonical(story), marks, str(done.error)))
    assert len(runs) == 1
    assert [f"{role} {fault}" for role, _, fault in runs.pop()[1]] == hit


def test_server_that_tries_for_ever_is_given_up(tmp_path: Path) -> None:
    """Python's accept is made again after EINTR; when that never ends, the recording does."""
    done = served(tmp_path, "fork", "accept:EINTR:when=1+", lang="python", timeout=2.0)
    assert re.search(r"runs on .* got nothing done; the likely cause", str(done.error))


# Calls that end otherwise


def calls(trace: Trace, name: str) -> list[tuple[int | None, str | None, object, str | None]]:
    """Result, error, length and fault of the calls of a name."""
    return [
        (call.result, call.errno, call.args.get("len"), call.injected)
        for call in trace.syscalls()
        if call.name == name
    ]


@both_ways
def test_call_that_has_not_returned(seccomp: bool, tmp_path: Path) -> None:
    """A shortened call in progress at the end has the program's length, and its mark."""
    script = tmp_path / "script"
    script.write_text("1 connect\n")
    done = served(tmp_path, "thread", "recv:short=3", script=str(script), no_seccomp=not seccomp)
    assert calls(done.trace, "recvfrom") == [(None, None, 1024, "recv:short=3")]


@both_ways
def test_task_killed_in_a_shortened_call(seccomp: bool) -> None:
    """What a killed task was in the middle of is booked as the program made it."""
    script = steps("1 connect;1 send hey;1 expect hey;2 connect;2 expect done;2 close")
    trace = played(faulty_plan(plan("kills", steps=script, seccomp=seccomp), "recv:short=5"))
    assert (None, None, 100, "recv:short=5") in calls(trace, "recvfrom")


@both_ways
def test_call_that_the_kernel_makes_again_counts_once(seccomp: bool) -> None:
    """accept that a signal interrupts is made again by the kernel: to the program it is one."""
    script = steps("1 connect;1 send crash;2 connect;2 send hey;2 expect hey;2 close")
    what = plan("segv", steps=script, seccomp=seccomp)
    without = calls(played(what), "accept")
    assert [error for _, error, *_ in without] == [
        None, "ERESTARTSYS", None, "ERESTARTSYS", None,
    ]  # fmt: skip
    trace = played(faulty_plan(what, "accept:EMFILE:when=3"))
    found = calls(trace, "accept")
    assert [error for _, error, *_ in found] == [None, "ERESTARTSYS", None, "EMFILE"]


@both_ways
def test_interrupted_call_is_short_again(seccomp: bool) -> None:
    """A shortened call that the kernel makes again is shortened again, and hits once."""
    script = steps("1 connect;1 send hey;1 expect hey;1 close;2 connect;2 close")
    what = plan("interrupted", steps=script, seccomp=seccomp)
    found = calls(played(faulty_plan(what, "recv:short=2:when=1")), "recvfrom")
    assert found[0] == (2, None, 100, "recv:short=2")
    assert {fault for *_, fault in found[1:]} == {None}


@both_ways
def test_call_after_an_interrupted_one_is_another(seccomp: bool) -> None:
    """A handler lets accept end with EINTR: what the program calls next counts for itself."""
    script = steps("1 connect;1 send hey;1 expect hey;1 close")
    what = plan("interrupted", steps=script, seccomp=seccomp)
    trace = played(faulty_plan(what, "wait:ECHILD"))
    assert [error for _, error, *_ in calls(trace, "accept")] == [None, "ERESTARTSYS"]
    assert injected(trace) == ["wait4 -1 ECHILD wait:ECHILD"]


@both_ways
def test_exec_that_fails(seccomp: bool) -> None:
    """The exec that starts the program is ours and is not counted; the program's own fails."""
    trace = free(faulty_plan(plan("execs", seccomp=seccomp), "execve:EACCES:when=2"))
    found = [(c.args["path"], c.errno) for c in trace.syscalls() if c.name == "execve"]
    assert found == [
        (trace.header.argv[0], None),
        ("/no/such/program", "ENOENT"),
        (trace.header.argv[0], "EACCES"),
    ]


def test_vfork_that_fails() -> None:
    """vfork skipped makes no task."""
    trace = free(faulty_plan(plan("vforks"), "vfork:EAGAIN"))
    assert injected(trace) == ["vfork -1 EAGAIN vfork:EAGAIN"]
    assert len({call.tid for call in trace.syscalls()}) == 1


def test_exec_of_a_thread_after_faults() -> None:
    """The leader is in a shortened call when a thread execs: its id goes on with nothing of it."""
    script = steps("1 connect;2 connect;2 send exec")
    what = plan("thread_execs", steps=script)
    whole = canonical(replay(played(what)))
    trace = played(faulty_plan(what, "recv:short=4", "accept:EMFILE:when=9"))
    bare = Trace(trace.header, tuple(
        replace(r, injected=None) if isinstance(r, Syscall) else r for r in trace.records
    ))  # fmt: skip
    assert canonical(replay(bare)) == whole
    assert {call.injected for call in trace.syscalls()} == {None, "recv:short=4"}
