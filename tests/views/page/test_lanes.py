"""The lanes of the page, its filters and its search, in a real browser."""

import sys
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import Syscall
from echotrace.views import words
from echotrace.views.cells import actor, cell_phrase
from echotrace.views.layout import Layout, Row
from echotrace.views.narration import narrate
from echotrace.views.page.page import page as page_of
from echotrace.views.side_cells import wait
from echotrace.views.steps import Filter, Steps
from opened_page import opened
from served import forked
from tracebuilder import TraceBuilder

_EVENTS = 5000
_CLIENTS = 14
#: All rows, drawn as the timeline is scrolled from its beginning to its end: the position of each,
#: its margin, the lane that it stands in or names, what it says, and what of it is cut off; and the
#: halves of rows in which each lane is hatched.
_ROWS = """async () => {
  const timeline = document.querySelector(".timeline");
  const titles = [...timeline.querySelectorAll("[role=columnheader] b")].map((b) => b.textContent);
  const rows = new Map(), waits = new Set();
  const read = () => {
    for (const chunk of timeline.querySelectorAll(".chunk[role=rowgroup]")) {
      const own = [...chunk.querySelectorAll("[data-at]")];
      for (const row of own) {
        const [time, event, cell] = row.children;
        const at = Number(row.dataset.at);
        const lane = cell.querySelector(".lane")?.textContent;
        const cut = cell.scrollWidth > cell.clientWidth || cell.scrollHeight > cell.clientHeight;
        rows.set(at, [at, time.textContent, event.textContent,
          lane ?? titles[cell.ariaColIndex - 3], cell.querySelector(".said").textContent, cut]);
      }
      for (const { dataset, style } of chunk.querySelectorAll(".waiting")) {
        const lane = titles[parseInt(style.gridColumnStart) - 3];
        for (let half = Number(dataset.from); half < Number(dataset.to); half += 1)
          waits.add(JSON.stringify([Number(own[half >> 1].dataset.at), half % 2, lane]));
      }
    }
  };
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  timeline.scrollTop = 0;
  for (let last = -1; last !== timeline.scrollTop;) {
    await frame(); await frame();
    read();
    last = timeline.scrollTop;
    timeline.scrollTop += 2 * timeline.clientHeight;
  }
  return [[...rows.values()].sort((a, b) => a[0] - b[0]), [...waits].map(JSON.parse), titles];
}"""

#: At each step, by key: which row is the current one, the heads of the lanes, how many rows are
#: marked, and whether the row is in sight (looked at now and then: that takes a frame).
_STEPS = """async () => {
  const timeline = document.querySelector(".timeline");
  const stepper = document.querySelector("#stepper");
  const next = () => new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true });
  const seen = [];
  for (let left = Number(timeline.ariaRowCount) - 1; left > 0; left -= 1) {
    if (left % 20 === 1) await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const row = timeline.querySelector("[aria-current=step]");
    const box = row.getBoundingClientRect(), room = timeline.getBoundingClientRect();
    const heads = timeline.querySelectorAll("[role=columnheader] b");
    const visible = box.top >= room.top && box.bottom <= room.bottom + 0.5;
    seen.push([Number(row.dataset.at), [...heads].map((b) => b.textContent),
      timeline.querySelectorAll("[aria-current]").length, visible || left % 20 !== 1]);
    stepper.dispatchEvent(next());
  }
  return seen;
}"""


@pytest.fixture(scope="module")
def clients() -> Story:
    """More connections than there is room for lanes."""
    return replay(forked("x" * 100, _CLIENTS).trace())


@pytest.fixture(scope="module")
def long() -> Story:
    """A connection on which something happens many times."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    for number in range(_EVENTS // 2):
        b.call(10, "recvfrom", 4, 64, 0, None, result=4, data=f"{number:04}")
        b.call(10, "sendto", 4, 4, 0, None, result=4, data=f"{number:04}")
    return replay(b.trace())


def _said(story: Story, row: Row) -> str:
    """What the cell of a row says."""
    told, event, part = cell_phrase(story, row.cell), row.event, row.cell.part
    call = event.record
    assert isinstance(call, Syscall) or part == "whole"
    begins = "waits, does not return" if event.end is None else "waits …"
    by = wait(story, event) if part == "return" else None
    parts = (
        actor(row.cell, "connection"),
        told.head,
        f"→ {told.kernel}" if told.kernel else "",
        told.outcome,
        "" if told.data is None else words.quoted(told.data, told.size, 120),
        f"· {told.note}" if told.note else "",
        begins if part == "begin" else "",
        f"· after {by} ({event.woken_by})" if by else "",
    )
    return " ".join(filter(None, parts))


def _halves(layout: Layout, at: int) -> Iterator[tuple[int, int, str]]:
    """In which lanes somebody waits in the upper, and in the lower half of a row."""
    rows = layout.rows
    for column in layout.columns:
        begins = rows[at].cell.part == "begin" and rows[at].column == column.key
        above, here, below = (
            0 <= n < len(rows) and column.key in rows[n].waiting for n in (at - 1, at, at + 1)
        )
        if here or above:
            yield at, 0, column.title
        if here or below or begins:
            yield at, 1, column.title


def _check(page: Page, story: Story, *, everything: bool) -> list[str]:
    """That all rows are those of the model; gives the titles of the lanes."""
    rows, waits, titles = page.evaluate(_ROWS)
    layout = Steps(story).layout(Filter(everything=everything))
    names = {column.key: column.title for column in layout.columns}
    assert rows == [
        [at, row.milliseconds, str(row.event.seq), names[row.column], _said(story, row), False]
        for at, row in enumerate(layout.rows)
    ]
    assert {tuple(each) for each in waits} == {
        half for at in range(len(layout.rows)) for half in _halves(layout, at) if half[2] in titles
    }
    return list(titles)


def _tab(page: Page, name: str) -> None:
    page.locator("#tabs").get_by_role("tab", name=name, exact=True).click()


def _all_events(page: Page) -> Locator:
    return page.get_by_role("checkbox", name="all events")


def test_rows(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story], clients: Story
) -> None:
    """Every row has its time, event, lane and words, nothing is cut off, and waits are hatched."""
    stories = {"fork": stored["fork"], "select": stored["select"], "clients": clients}
    text = page_of(stories)
    with opened(browser, tmp_path, text) as page:
        for (name, story), everything in product(stories.items(), (False, True)):
            _tab(page, name)
            _all_events(page).set_checked(everything)
            assert _check(page, story, everything=everything)[:2] == ["server", "#1 C1"]
    with opened(browser, tmp_path, text, width=390, height=844) as page:
        _tab(page, "clients")
        assert _check(page, clients, everything=False) in (
            ["server", "others"],
            [f"{_CLIENTS + 1} lanes"],
        )


def test_lanes_in_sight(browser: Browser, tmp_path: Path, clients: Story) -> None:
    """The server's lane and that of the current step are in sight; buttons show the others."""
    rows = Steps(clients).layout(Filter()).rows
    with opened(browser, tmp_path, {"clients": clients}) as page:
        seen = page.evaluate(_STEPS)
        assert len(seen) == len(rows)
        for at, (row, (number, titles, current, visible)) in enumerate(
            zip(rows, seen, strict=True)
        ):
            connection = row.event.place.connection
            assert (number, current, visible) == (at, 1, True)
            assert (titles[0], titles[-1]) == ("server", "others")
            assert not connection or f"#{connection} C{connection}" in titles
        heads = page.locator(".timeline [role=columnheader] b")
        before = heads.all_inner_texts()
        page.get_by_role("button", name="Lanes before these").click()
        after = heads.all_inner_texts()
        assert after[0] == "server"
        assert not set(after[1:-1]) & set(before[1:-1])


def test_clicking_a_row_goes_there(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story]
) -> None:
    """A click on a row makes it the current step, and it says so to a screen reader."""
    with opened(browser, tmp_path, {"fork": stored["fork"]}) as page:
        page.locator("[data-at='7']").click()
        assert page.locator("[aria-current=step]").get_attribute("data-at") == "7"
        assert "Step 8 of" in page.locator("#stepper").inner_text()


def _events(steps: Steps, filter_: Filter) -> set[int]:
    """The numbers of the events that pass a filter."""
    return {steps.layout(filter_).rows[at].event.seq for at in steps.chosen(filter_)}


def test_filters(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """Filters take the rows of the model, keep the nearest step, and Escape lets them go."""
    story = stored["fork"]
    steps = Steps(story)
    drawn = "[...document.querySelectorAll('.timeline [data-at]')].map((e) => Number(e.dataset.at))"
    with opened(browser, tmp_path, {"fork": story}) as page:
        connection, task = page.get_by_label("Connection"), page.get_by_label("Task")
        current = page.locator("[aria-current=step]")
        page.locator("[data-at='20']").click()
        for one, who, everything in product((None, 2), (None, "P0", "C1"), (False, True)):
            connection.select_option(str(one or ""))
            task.select_option(who or "")
            _all_events(page).set_checked(everything)
            hidden = len(_events(steps, Filter(one, who, True)) - _events(steps, Filter(one, who)))
            told = "" if everything else f"({hidden} hidden)"
            assert page.locator(".hidden-events").inner_text() == told
            chosen = list(steps.chosen(Filter(one, who, everything)))
            page.locator(".timeline").evaluate("(e) => { e.style.flex = '0 0 9000px'; }")
            page.wait_for_function(f"(rows) => String({drawn}) === String(rows)", arg=chosen)
            assert page.get_by_text("No step passes this filter").is_visible() == (not chosen)
            if chosen:
                assert int(current.get_attribute("data-at") or "") in chosen
        page.get_by_label("Task").press("Escape")
        assert (connection.input_value(), task.input_value()) == ("", "")


def test_all_events_keep_the_step(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story]
) -> None:
    """Where all events are told, the current step stays that of the same event."""
    with opened(browser, tmp_path, {"fork": stored["fork"]}) as page:
        event = page.locator("[aria-current=step] .margin").nth(1)
        for at in (5, 12, 20):
            page.locator(f"[data-at='{at}']").click()
            shown = event.inner_text()
            _all_events(page).check()
            assert event.inner_text() == shown
            _all_events(page).uncheck()
            assert event.inner_text() == shown


def test_search(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """The search counts the rows of the model, goes to each, and says what the filter hides."""
    story = stored["fork"]
    steps = Steps(story)
    with opened(browser, tmp_path, {"fork": story}) as page:
        field, hits = page.get_by_role("searchbox"), page.locator(".hits")
        current = page.locator("[aria-current=step]")
        page.locator("#stepper button:enabled").first.focus()
        page.keyboard.press("/")
        for query in ("recv", "WAITS", "31", "[3", "accept queue", "nowhere"):
            rows = steps.layout(Filter()).rows
            found = [at for at, row in enumerate(rows) if _found(story, row, query)]
            shown = {rows[at].event.seq for at in found}
            events = {
                row.event.seq
                for everything in (False, True)
                for row in steps.layout(Filter(everything=everything)).rows
                if _found(story, row, query)
            }
            page.keyboard.press("Control+A")
            page.keyboard.insert_text(query)
            assert field.evaluate("(e) => e === document.activeElement")
            for index, at in enumerate(found):
                page.keyboard.press("Enter")
                assert int(current.get_attribute("data-at") or "") in found, (query, index, at)
                assert hits.inner_text().split(" of ")[1].startswith(str(len(found)))
            more = len(events - shown)
            told = f"{more}{' more' if found else ''} {'is' if more == 1 else 'are'} hidden"
            assert told in hits.inner_text() or more == 0
            assert ("hidden" in hits.inner_text()) == (more > 0)
            assert ("nothing found" in hits.inner_text()) == (not found)
            marks = page.locator("[aria-current=step] mark").all_inner_texts()
            assert "".join(marks).lower().replace(query.lower(), "") == ""
        page.keyboard.press("Escape")
        assert page.locator("mark").count() == 0


def _found(story: Story, row: Row, query: str) -> bool:
    text = f"{_said(story, row)}\n{narrate(story, row)}".lower()
    return query.lower() in text or query == str(row.event.seq)


def test_long_trace(browser: Browser, tmp_path: Path, long: Story) -> None:
    """However long a trace is, few rows are drawn, those in sight, at both of its ends."""
    rows = Steps(long).layout(Filter()).rows
    with opened(browser, tmp_path, {"long": long}) as page:
        seen = page.evaluate(
            """async () => {
              const timeline = document.querySelector(".timeline");
              const frame = () => new Promise((done) => requestAnimationFrame(done));
              const times = [];
              const seen = [];
              for (const end of [0, 1, 0.5, 0]) {
                for (let n = 0; n < 4; n += 1) {
                  timeline.scrollTop = end * timeline.scrollHeight;
                  await frame();
                  await frame();
                }
                const { left, top, bottom } = timeline.getBoundingClientRect();
                const heads = timeline.querySelector(".heads").getBoundingClientRect();
                const y = { 0: heads.bottom + 5, 0.5: (top + bottom) / 2, 1: bottom - 15 }[end];
                const row = document.elementFromPoint(left + 60, y).closest("[data-at]");
                seen.push([Number(row.dataset.at), row.textContent,
                  timeline.querySelectorAll("*").length]);
              }
              for (let n = 0, last = performance.now(); n < 60; n += 1) {
                timeline.scrollTop += 200;
                await frame();
                times.push(performance.now() - last);
                last = performance.now();
              }
              return [seen, times.sort((a, b) => a - b)];
            }"""
        )
        first, last, middle, again = seen[0]
        times = seen[1]
        sys.stdout.write(f"frames: median {times[30]:.1f} ms, longest {times[-1]:.1f} ms\n")
        assert first[0] == again[0] == 0
        assert last[0] == len(rows) - 1
        assert 0.3 * len(rows) < middle[0] < 0.7 * len(rows)
        for at, text, count in seen[0]:
            row = rows[at]
            assert text == f"{row.milliseconds}{row.event.seq}{_said(long, row)}"
            assert count < 5000
