"""The lanes of the page, its filters and its search, in a real browser."""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

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
_CLIENTS = 30
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
    begins = "waits, does not return" if event.end is None else "waits"
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
        begins = [
            0 <= n < len(rows) and rows[n].cell.part == "begin" and rows[n].column == column.key
            for n in (at - 1, at)
        ]
        waits = [
            0 <= n < len(rows) and column.key in rows[n].waiting for n in (at - 1, at, at + 1)
        ]
        if waits[1] or waits[0] or begins[0]:
            yield at, 0, column.title
        if waits[1] or waits[2] or begins[1]:
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


def test_rows(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story], clients: Story
) -> None:
    """Every row has its time, event, lane and words, nothing is cut off, and waits are hatched."""
    stories = {"fork": stored["fork"], "select": stored["select"], "clients": clients}
    text = page_of(stories)
    sizes = {(1280, 720): 3, (390, 844): 1}
    for (width, height), lanes in sizes.items():
        with opened(browser, tmp_path, text, width=width, height=height) as page:
            for (name, story), everything in product(stories.items(), (False, True)):
                page.locator("#tabs").get_by_role("button", name=name, exact=True).click()
                page.get_by_role("checkbox", name="all events").set_checked(everything)
                titles = _check(page, story, everything=everything)
                assert len(titles) >= lanes
