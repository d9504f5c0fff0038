"""Traces that hold little, or not all: the page opens, steps, and says what is missing."""

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace
from playwright.sync_api import Browser

from echotrace.servers import traces_dir
from echotrace.story.replay import replay
from echotrace.trace import Syscall, Trace
from echotrace.tracefile import load
from echotrace.views.shortcomings import shortcomings
from opened_page import opened
from tracebuilder import TraceBuilder, with_sites


def _stored(name: str = "fork-interleaved") -> Trace:
    return load(traces_dir() / f"{name}.jsonl")


def _nothing() -> Trace:
    return TraceBuilder(first=None).trace()


def _one_event() -> Trace:
    b = TraceBuilder()
    b.server()
    trace = b.trace()
    calls = [record for record in trace.records if isinstance(record, Syscall)]
    return replace(trace, records=tuple(r for r in trace.records if r not in calls[1:]))


def _no_connections() -> Trace:
    b = TraceBuilder()
    b.server()
    b.begin(10, "accept", 3, None, None)
    return b.trace()


def _no_source() -> Trace:
    b = TraceBuilder()
    seq, *_ = b.server()
    return with_sites(b.trace(), {seq: 3}, None, "server.c was changed since it was compiled.")


def _unknown_calls() -> Trace:
    b = TraceBuilder()
    b.server()
    b.call(10, "frobnicate", 1, 2, result=7)
    b.call(10, "syscall_999", 3, errno="ENOSYS")
    return b.trace()


def _cut_off() -> Trace:
    trace = _stored()
    return replace(trace, records=trace.records[: len(trace.records) // 2], torn=31)


def _without_end() -> Trace:
    trace = _stored("thread-reset")
    return replace(trace, records=trace.records[:-1])


#: What is wrong, and a word that the page says of it besides what the story lacks.
_CASES: Mapping[str, tuple[Callable[[], Trace], str]] = {
    "nothing": (_nothing, "There is no event in this trace."),
    "one event": (_one_event, "Step 1 of 1"),
    "no connections": (_no_connections, "No connection was accepted"),
    "no source": (_no_source, "server.c was changed since it was compiled."),
    "unknown calls": (_unknown_calls, "frobnicate"),
    "cut off": (_cut_off, "The file is cut off in line 31"),
    "without end": (_without_end, "The recording was cut off: it has no end."),
    "UDP": (lambda: _stored("udp-silent"), "C1"),
}


def test_page_says_what_is_missing(browser: Browser, tmp_path: Path) -> None:
    """Nothing fails at any end, and what each trace lacks stands in words in the page."""
    stories = {case: replay(make()) for case, (make, _) in _CASES.items()}
    with opened(browser, tmp_path, stories, fragment="#all") as page:
        for case, (_, word) in _CASES.items():
            page.get_by_role("tab", name=case, exact=True).click()
            for name in ("Last", "Previous", "First"):
                button = page.get_by_role("button", name=name).first
                if button.is_enabled():
                    button.click()
            text = page.locator("body").inner_text()
            assert word in text, case
            for note in shortcomings(stories[case]):
                assert note in text, case
            assert page.locator("#stepper").is_visible()
