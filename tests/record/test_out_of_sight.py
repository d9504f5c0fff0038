"""What is out of sight is said in one sentence, and nothing false of what follows from it."""

import platform

import pytest
from recordings import free, own_folders, plan, played, steps

from echotrace.story.explain import explain
from echotrace.story.findings.check import findings
from echotrace.story.findings.nouns import Severity
from echotrace.story.replay import replay
from echotrace.syscalls import FOREIGN
from echotrace.trace import Syscall, Trace
from echotrace.views.shortcomings import shortcomings

TWO_CLIENTS = "1 connect;1 send hi;1 expect hi;1 close;2 connect;2 send yo;2 expect yo;2 close"


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def calls(trace: Trace, name: str) -> list[Syscall]:
    """The calls of a name."""
    return [call for call in trace.syscalls() if call.name == name]


@pytest.mark.parametrize("seccomp", [True, False])
def test_server_on_io_uring(seccomp: bool) -> None:
    """The ring is said to be out of sight, if the kernel gives one; nothing is doubted."""
    trace = played(plan("ring", steps=steps(TWO_CLIENTS), seccomp=seccomp))
    story = replay(trace)
    (setup,) = calls(trace, "io_uring_setup")
    assert story.doubts == ()
    assert all(finding.severity is not Severity.ERROR for finding in findings(story))
    if setup.errno is not None:  # kernel.io_uring_disabled, or a container's filter
        assert shortcomings(story) == []
        assert len(story.connections) == 2
        return
    (told,) = shortcomings(story)
    assert told == (
        f"P0 works through io_uring (event {setup.seq}): the operations it submits there are no "
        "system calls, and are out of sight."
    )
    assert story.connections == ()
    said = " ".join(explain(story, event) for event in story.events)
    assert "accept has not taken" not in said
    assert sum(call.result == 2 for call in calls(trace, "recvfrom")) == 2


@pytest.mark.skipif(platform.machine() != "x86_64", reason="int 0x80 is x86's")
@pytest.mark.parametrize("seccomp", [True, False])
def test_32_bit_calls_are_no_calls_of_ours(seccomp: bool) -> None:
    """Number 3 reads there and closes here: it is recorded as what it is, and as unknown."""
    trace = free(plan("foreign", seccomp=seccomp))
    story = replay(trace)
    first, second = calls(trace, f"{FOREIGN} 3")
    assert (first.args, first.result, second.result) == ({}, 0, 0)
    assert story.doubts == ()
    (note,) = shortcomings(story)
    assert note == (
        f"P0 makes 32-bit system calls (first in event {first.seq}): of these only the number is "
        "recorded, and what they do is out of sight."
    )
    told = explain(story, story.event(first.seq))
    assert told == "P0 makes a 32-bit system call: what it does is out of sight."
