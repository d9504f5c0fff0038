"""strace as a witness of injected errors: its own `-e inject` gives the same record."""

import os
import platform
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from recordings import NO_STEPS, own_folders, played, server_plan, steps
from stracing import server_under_strace
from test_strace_witness import events_of_log, events_of_trace

from echotrace.record.inject import parse

WHOLE = "1 connect;1 send hey;1 expect hey;1 close"


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


@pytest.mark.skipif(
    platform.machine() != "x86_64" or (shutil.which("strace") is None and not os.environ.get("CI")),
    reason="needs strace, and x86-64",
)
@pytest.mark.parametrize(
    ("name", "ours", "theirs", "script"),
    [
        ("fork", "accept:EMFILE:when=2", "accept:error=EMFILE:when=2", WHOLE),
        ("fork", "accept:EINTR", "accept:error=EINTR:when=1", ""),
        ("thread", "accept:EINTR", "accept:error=EINTR:when=1", ""),
        ("fork", "recv:ECONNRESET", "recvfrom:error=ECONNRESET:when=1", "1 connect"),
        ("fork", "send:EPIPE", "sendto:error=EPIPE:when=1", "1 connect;1 send hey"),
        ("thread", "send:EPIPE", "sendto:error=EPIPE:when=1", "1 connect;1 send hey"),
        ("fork", "fork:EAGAIN", "clone,clone3:error=EAGAIN:when=1", "1 connect"),
        ("thread", "fork:EAGAIN", "clone,clone3:error=EAGAIN:when=1", "1 connect"),
        ("fork", "shutdown:ENOTCONN:when=1+", "shutdown:error=ENOTCONN", WHOLE),
    ],
)
def test_agrees_with_strace_that_injects_the_same(
    name: str, ours: str, theirs: str, script: str, tmp_path: Path
) -> None:
    """Each task makes the calls that strace logs of a server that meets the same error.

    Only cases in which no two tasks run at once: strace leaves their order to the scheduler.
    """
    plan = replace(server_plan(name), script=steps(script) if script else NO_STEPS)
    seen = events_of_trace(played(replace(plan, injections=(parse(ours),))))
    log = tmp_path / "strace.log"
    with server_under_strace(plan, log, "-e", f"inject={theirs}") as server:
        server.play(plan.script)
    assert seen == events_of_log(log.read_text())
    error = ours.split(":")[1]
    assert sum(f" = {error}" in event for own in seen.values() for event in own) == 1
