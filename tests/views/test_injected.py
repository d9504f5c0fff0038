"""Injected faults in the views: marked wherever they stand, and never by markup of their own."""

from msgspec.structs import replace

from echotrace.story.compare.compare import compare
from echotrace.story.replay import replay
from echotrace.trace import Syscall, Trace
from echotrace.views.comparison import comparison
from echotrace.views.paint import Surface
from echotrace.views.timeline import timeline
from tracebuilder import HEADER, TraceBuilder


def faulty(fault: str, asked: str) -> Trace:
    """A server whose send is short by a fault, and whose second accept fails by one."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.call(10, "recvfrom", 4, 0, 100, result=5, data="hello")
    b.call(10, "sendto", 4, 0, 5, result=3, data="hel")
    b.call(10, "accept", 3, errno="EMFILE")
    b.call(10, "accept", 3, errno="EINTR")
    trace = b.trace()
    marks = {("sendto", None): fault, ("accept", "EMFILE"): "accept:EMFILE"}
    records = tuple(
        replace(r, injected=marks.get((r.name, r.errno))) if isinstance(r, Syscall) else r
        for r in trace.records
    )
    return Trace(replace(HEADER, injections=[asked, "accept:EMFILE:when=2"]), records)


def test_faults_are_told_from_what_the_kernel_did() -> None:
    """A failed call is marked as injected, a short one with how many bytes it was meant to move."""
    text = timeline(replay(faulty("send:short=3", "send:short=3")), Surface(140))
    assert 'send(4) = 3 of 5 (injected short=3) "hel"' in text
    assert "accept(3) = -1 EMFILE (injected)" in text
    assert "accept(3) = -1 EINTR (injected)" not in text
    assert "accept(3) = -1 EINTR" in text
    assert "Faults injected into 2 calls: send:short=3, accept:EMFILE:when=2." in text
    assert "(injected) is echotrace's doing, as --inject asked, not the kernel's" in text


def test_untouched_trace_says_nothing_of_faults() -> None:
    """Without injections no view speaks of them."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    story = replay(b.trace())
    assert "inject" not in timeline(story, Surface(120)) + comparison(
        compare([story, story]), Surface(120)
    )


def test_comparison_names_the_faults_of_each_side() -> None:
    """Both sides' notes say what was injected, and the cells mark it."""
    story = replay(faulty("send:short=3", "send:short=3"))
    text = comparison(compare([story, story]), Surface(140), whole=True)
    assert text.count(": Faults injected into 2 calls") == 2
    assert text.count("= 3 of 5 (injected short=3)") == 2


def test_hostile_fault_cannot_steer_the_terminal() -> None:
    """What a trace file claims of faults is escaped as all else from outside."""
    story = replay(faulty("send:\x1b[2J", "\x1b]0;title\x07"))
    text = timeline(story, Surface(140)) + comparison(
        compare([story, story]), Surface(140), whole=True
    )
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "(injected \\x1b[2J)" in text


def test_long_heading_is_folded() -> None:
    """Faults that do not fit on a line are folded to the width."""
    story = replay(faulty("send:short=3", ", ".join(["send:short=3:when=1+"] * 9)))
    text = timeline(story, Surface(60))
    assert max(map(len, text.splitlines())) <= 60
