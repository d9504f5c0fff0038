"""Sentences on what is out of sight, and what is not said because of it."""

import pytest

from echotrace.kernel.model import run
from echotrace.story.explain import explain
from echotrace.story.findings.check import findings
from echotrace.story.replay import replay
from echotrace.story.sight import out_of_sight
from tracebuilder import TraceBuilder


def rings(b: TraceBuilder) -> int:
    """A ring at fd 9."""
    return b.call(10, "io_uring_setup", 4, "0x1", result=9)


@pytest.mark.parametrize(
    ("name", "values", "result", "told"),
    [
        ("io_uring_setup", (4, "0x1"), 9, "P0 works through io_uring (event 1)"),
        ("io_uring_enter", (9, 1), 1, "P0 works through io_uring (event 1)"),
        ("io_submit", ("0x1", 2), 2, "P0 hands requests to the kernel with io_submit (event 1)"),
        ("clone", ("CLONE_UNTRACED|SIGCHLD",), 11, "may not be traced (CLONE_UNTRACED, event 1)"),
        ("32-bit call 5", (), 0, "P0 makes 32-bit system calls (first in event 1)"),
    ],
)
def test_each_way_has_one_sentence(
    name: str, values: tuple[object, ...], result: int, told: str
) -> None:
    """It names who and the first event, however often it happens."""
    b = TraceBuilder()
    b.call(10, name, *values, result=result)
    b.call(10, name, *values, result=result)
    (sentence,) = out_of_sight(replay(b.trace()))
    assert told in sentence
    assert sentence.endswith("out of sight.")


@pytest.mark.parametrize("name", ["io_uring_setup", "io_submit"])
def test_what_the_kernel_refuses_is_not_out_of_sight(name: str) -> None:
    """A ring that was not made does nothing."""
    b = TraceBuilder()
    b.call(10, name, errno="EPERM")
    assert out_of_sight(replay(b.trace())) == ()


def test_numbers_may_change_their_meaning_unseen() -> None:
    """With a ring, no use of a number that no call made is doubted, nor one made twice."""
    b = TraceBuilder()
    b.server()
    rings(b)
    b.call(10, "recvfrom", 5, None, 9, 0, result=3)
    b.accept(10, 5)
    b.call(10, "close", 6)
    assert run(b.records).ledger.doubts == []


def test_what_a_ring_may_have_done_is_no_finding() -> None:
    """A number that is closed twice was perhaps opened in between."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.call(10, "close", 4)
    b.call(10, "close", 4, errno="EBADF")
    assert "closed-twice" in {finding.id for finding in findings(replay(b.trace()))}
    rings(b)
    assert "closed-twice" not in {finding.id for finding in findings(replay(b.trace()))}


def test_what_a_ring_may_have_received_is_not_unread() -> None:
    """The last close is not said to reset a connection whose bytes a ring may have received."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local="127.0.0.1:50001", peer="127.0.0.1:7000")
    b.accept(10, 4)
    b.client(1, "send", local="127.0.0.1:50001", text="hello")
    rings(b)
    seq = b.call(10, "close", 4)
    story = replay(b.trace())
    assert "or a reset if bytes were not received" in explain(story, story.event(seq))
