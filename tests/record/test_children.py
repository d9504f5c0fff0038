"""What a program says of signals and learns of its children, with strace as the witness."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from recordings import free, own_folders, plan, program

from echotrace.kernel.model import run
from echotrace.trace import Syscall, Trace


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def calls(trace: Trace, name: str) -> list[Mapping[str, object]]:
    """The arguments of all calls of that name."""
    return [call.args for call in trace.syscalls() if call.name == name]


def words(text: object) -> frozenset[str]:
    """The words of a set of flags; waitid calls one as wait4 does (waitid(2))."""
    return frozenset(str(text).replace("WUNTRACED", "WSTOPPED").split("|")) - {"0", ""}


def told_by_strace(log: str) -> tuple[list[tuple[str, ...]], list[tuple[object, ...]]]:
    """What strace logged: settings of signals, and what waitid told."""
    lines = re.sub(r" <unfinished \.\.\.>\n(?:.*\n)*?.*waitid resumed>", "", log).splitlines()
    settings: list[tuple[str, ...]] = []
    ends: list[tuple[object, ...]] = []
    for line in lines:
        if found := re.search(r"rt_sigaction\((\w+), \{sa_handler=(\w+),.*?sa_flags=([^,]+)", line):
            settings.append(found.groups())
        elif " waitid(" in line:
            code, status = (
                found[1] if (found := re.search(rf"si_{what}=(\w+)", line)) else None
                for what in ("code", "status")
            )
            options = re.search(r"(\w[\w|]*), NULL\) =", line)
            ends.append((code, status, words(options and options[1])))
    return settings, ends


@pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CI"), reason="needs strace"
)
def test_signals_and_children_as_strace_tells_them(tmp_path: Path) -> None:
    """Each setting of a signal and each answer of waitid is what strace logs, in the same order."""
    log = tmp_path / "strace.log"
    options = ["-f", "-e", "trace=rt_sigaction,waitid", "-o", str(log)]
    subprocess.run(["strace", *options, program("children")], check=True, timeout=60)
    settings, ends = told_by_strace(log.read_text())
    trace = free(plan("children"))
    for args, (signum, handler, flags) in zip(calls(trace, "rt_sigaction"), settings, strict=True):
        act = args["act"]
        assert isinstance(act, dict)
        assert args["signum"] == signum
        assert act["handler"] == ("function" if handler.startswith("0x") else handler)
        assert words(act["flags"]) == words(flags) - {"0xffffffff00000000"}
    seen = [(args["info"] or {}, words(args["options"])) for args in calls(trace, "waitid")]
    assert [
        (info.get("code"), info.get("status"), options)
        for info, options in seen
        if isinstance(info, dict)
    ] == [(code, _number(status), options) for code, status, options in ends]


def _number(status: object) -> int | None:
    if status is None:
        return None
    text = str(status)
    return int(text) if text.isdigit() else int(signal.Signals[text])


def test_both_ways_to_record_leave_out_questions() -> None:
    """With the filter and without it the same settings are recorded, and no question is."""
    ways = [free(plan("children", seccomp=seccomp)) for seccomp in (True, False)]
    with_filter, without = (calls(trace, "rt_sigaction") for trace in ways)
    assert with_filter == without
    assert [args["signum"] for args in without] == ["SIGUSR1", "SIGPIPE", "SIGPIPE", "SIGCHLD"]


@pytest.mark.parametrize("seccomp", [True, False])
def test_questions_are_recorded_when_all_calls_are(*, seccomp: bool) -> None:
    """With --all a question is a call like others."""
    trace = free(replace(plan("children", seccomp=seccomp), everything=True))
    questions = [args["signum"] for args in calls(trace, "rt_sigaction") if args["act"] is None]
    assert questions == ["SIGCHLD"]


def test_every_child_that_was_waited_for_is_gone() -> None:
    """WNOWAIT, stops and WNOHANG take nobody away; waitid that tells nobody how it ended does."""
    trace = free(plan("children"))
    kernel = run(trace.records)
    assert kernel.ledger.doubts == []
    reaped = [touch.reaped for touch in kernel.ledger.touches.values() if touch.reaped]
    waits = [r.seq for r in trace.records if isinstance(r, Syscall) and r.name == "waitid"]
    assert [seq for seq in waits if kernel.ledger.touches.get(seq)] == [
        waits[1], waits[5], waits[6],
    ]  # fmt: skip
    assert len(set(reaped)) == 3
