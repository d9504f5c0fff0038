"""Two sides in step, findings, differences and notes, in a real browser."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from echotrace.story.compare.compare import compare
from echotrace.story.explain import explain
from echotrace.story.findings.check import findings
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.views import comparison_words as told
from echotrace.views.names import Names
from echotrace.views.narration import narrate
from echotrace.views.parts import lay_out
from echotrace.views.side_by_side import elsewhere
from echotrace.views.side_cells import said
from echotrace.views.state_lines import sections
from echotrace.views.steps import Filter, Steps
from opened_page import opened

NAMES = ("fork", "thread")
_SIZES = ((1280, 720), (390, 844))

#: What both sides show at every step of the pair, from the first to the last.
_STEPS = """() => {
  const text = (element) => element.textContent.trim();
  const next = [...document.querySelectorAll("#stepper button")].find((b) => text(b) === "Next");
  const seen = [];
  for (let at = 0; at < COUNT; at += 1) {
    if (at) next.click();
    const rows = document.querySelectorAll("#pair [aria-current]");
    seen.push({
      current: [...rows].map((row) => Number(row.dataset.at)),
      told: [...document.querySelectorAll("#pair .told[aria-live]")].map(text),
      heads: [...document.querySelectorAll("#pair .kernel-of")].map((state) =>
        [...state.querySelectorAll("li:not([data-mark=gone]) > .line .head")].map(text)),
      gone: [...document.querySelectorAll("#pair .kernel-of")].map((state) =>
        state.querySelectorAll("li[data-mark]").length),
    });
  }
  return seen;
}"""

#: The rows of the table as texts: numbers, calls and marks.
_ROWS = """() => [...document.querySelectorAll("#pair [data-at]")].map((row) => [
  ...[...row.querySelectorAll(".call, .gap")].flatMap((cell) =>
    [cell.querySelector(".seq")?.textContent ?? "", cell.querySelector(".said").textContent]),
  row.querySelector(".sign [aria-hidden]").textContent,
])"""

#: What sticks out of the pair's boxes to the side, where no scrolling leads.
_CUT = """() => [...document.querySelectorAll(
  "#pair, #pair .saying, #pair .saying *, #pair .aligned, #pair .aligned *:not(.spoken), "
  + "#pair .why, .pair-bar, .legend, #below section, #below li, #notice, #warning, html")]
  .filter((each) => each.scrollWidth > each.clientWidth + 1 && each.clientWidth
    && getComputedStyle(each).display !== "inline")
  .map((each) => `${each.tagName}.${each.className}: ${each.textContent.slice(0, 60)}`)"""


@pytest.fixture(scope="module")
def two(stored: Mapping[str, Story]) -> Mapping[str, Story]:
    """The stories of the pair."""
    return {name: stored[name] for name in NAMES}


def _shown(page: Page, name: str) -> None:
    page.locator("#tabs").get_by_text(name, exact=True).click()


def test_rows_and_states_at_every_step(
    browser: Browser, tmp_path: Path, two: Mapping[str, Story]
) -> None:
    """Stepping leads both sides through the rows of compare, each in the state after its event."""
    rows = [
        row for part in lay_out(compare([*two.values()], names=NAMES)) for row in part.layout.rows
    ]
    with opened(browser, tmp_path, two) as page:
        _shown(page, "fork | thread")
        assert page.evaluate(_ROWS) == [
            [
                text
                for name, at in zip(NAMES, row.moved, strict=True)
                for cell in [row.at(name)]
                for text in (
                    (str(cell.event.seq), said(two[name], cell).text)
                    if cell
                    else ("", elsewhere(at) if at else "")
                )
            ]
            + [row.marks[1]]
            for row in rows
        ]
        seen = page.evaluate(_STEPS.replace("COUNT", str(len(rows))))
        headings = page.locator("#pair .aligned.part").all_text_contents()
    assert [heading.count("from its start") for heading in headings] == [0, 0, 0, 2, 0]
    assert [each["current"] for each in seen] == [[at] for at in range(len(rows))]
    for which, name in enumerate(NAMES):
        steps, names = Steps(two[name]), Names.of(two[name])
        layout = steps.layout(Filter())
        position = {row.event.seq: at for at, row in enumerate(layout.rows)}
        for row, each in zip(rows, seen, strict=True):
            cell = row.at(name)
            everything = Filter(everything=True)
            if cell:
                at = position[cell.event.seq]
                shown = steps.state(Filter(), at)
                said_of = narrate(two[name], layout.rows[at])
            if cell and layout.rows[at].cell.part == "begin":  # and nowhere its return
                shown = steps.state(everything, len(steps.layout(everything).rows) - 1)
                at_end = "Its state is that at the end of the trace."
                said_of = f"{explain(two[name], cell.event)} {at_end}"
                assert each["gone"][which] == 0
            if cell:
                assert each["told"][which] == said_of
            else:
                assert each["told"][which].startswith(f"{name} has no counterpart here.")
                assert f"after event {layout.rows[at].event.seq}." in each["told"][which]
                assert each["gone"][which] == 0
            state = sections(shown, names)
            assert sorted(each["heads"][which]) == sorted(
                line.head for section in state for line in section.lines
            )


def test_differences_lead_to_their_events(
    browser: Browser, tmp_path: Path, two: Mapping[str, Story]
) -> None:
    """The differences read as those of compare; their buttons lead to the rows of the events."""
    found = compare([*two.values()], names=NAMES).differences[0]
    with opened(browser, tmp_path, two) as page:
        assert not page.locator("#differences").is_visible()
        _shown(page, "fork | thread")
        listed = page.locator("#differences li")
        assert listed.locator(".sentence").all_inner_texts() == [f"{e.sentence}." for e in found]
        current = page.locator("#pair [aria-current]")
        for number, each in enumerate(found):
            for which, events in enumerate(each.events):
                for index, seq in enumerate(events):
                    listed.nth(number).locator(".events").nth(which).locator("button").nth(
                        index
                    ).click()
                    cell = current.locator("[role=cell]").nth(2 * which + 1)
                    assert cell.locator(".seq").inner_text() == str(seq)
                    assert page.locator("#notice").text_content() == ""
                    assert any(
                        text.startswith(f"{number + 1}. ")
                        for text in page.locator(".why p").all_inner_texts()
                    )
        page.get_by_label("Connection", exact=True).last.select_option("2")
        assert page.locator("#pair [data-at]").count() == 9
        page.get_by_role("button", name="Event 25 of fork").first.click()
        assert page.locator("#notice").inner_text() == "Event 25: the filter by connection is off."


def test_findings_lead_to_their_events(
    browser: Browser, tmp_path: Path, two: Mapping[str, Story]
) -> None:
    """Each finding has its severity, id and sentence; its buttons show even what a filter hides."""
    own = findings(two["fork"])
    with opened(browser, tmp_path, two) as page:
        items = page.locator("#findings li")
        assert [text.split()[1:3] for text in items.all_inner_texts()] == [
            [each.severity.upper(), each.id] for each in own
        ]
        assert items.locator(".sentence").all_inner_texts() == [each.sentence for each in own]
        assert [text.split() for text in items.locator(".events").all_inner_texts()] == [
            [str(seq) for seq in each.events] for each in own
        ]
        ends = next(each.events[0] for each in own if each.id == "child-never-reaped")
        items.get_by_role("button", name=f"Event {ends} of fork").first.click()
        notice = page.locator("#notice").inner_text()
        assert notice == f"Event {ends}: the end that event {ends - 1} leads to; that is shown."
        assert f"event {ends - 1} " in page.locator("#stepper .where").inner_text()
        page.get_by_role("button", name="Previous", exact=True).click()
        assert not page.locator("#notice").is_visible()
        _shown(page, "fork | thread")
        assert page.locator("#findings li").count() == len(own) + len(findings(two["thread"]))


def test_what_is_missing_is_said_first(
    browser: Browser, tmp_path: Path, two: Mapping[str, Story]
) -> None:
    """A trace that is cut off says so above the stepper, and in the pair which side it is."""
    trace = replace(two["thread"].trace, records=two["thread"].trace.records[:40])
    with opened(browser, tmp_path, {"fork": two["fork"], "thread": replay(trace)}) as page:
        assert not page.locator("#warning").is_visible()
        _shown(page, "thread")
        cut = "The recording was cut off: it has no end."
        assert cut in page.locator("#warning").inner_text()
        assert cut in page.locator("#notes").inner_text()
        _shown(page, "fork | thread")
        assert f"thread: {cut}" in page.locator("#notes").inner_text()
        assert "echotrace fork" in page.locator("#recorded").inner_text()


def test_sides_that_have_nothing_in_common(
    browser: Browser, tmp_path: Path, two: Mapping[str, Story]
) -> None:
    """A side without connections is compared all the same: gaps, its state, and what is missing."""
    trace = replace(two["thread"].trace, records=())
    stories = {"fork": two["fork"], "nothing": replay(trace)}
    notes = list(told.notes(compare([*stories.values()], names=list(stories))))
    with opened(browser, tmp_path, stories) as page:
        _shown(page, "fork | nothing")
        assert notes[0] in page.locator("#notes").inner_text()
        assert "Its state is that before its first event." in page.locator("#pair").inner_text()
        page.get_by_role("button", name="Last", exact=True).click()
        assert page.locator("#pair [aria-current] .gap").count() == 1
    nothing = {"one": replay(trace), "two": replay(trace)}
    with opened(browser, tmp_path, nothing) as page:
        _shown(page, "one | two")
        assert "There is nothing to compare." in page.locator("#differences").inner_text()


@pytest.mark.parametrize(("width", "height"), _SIZES)
def test_nothing_is_cut(
    browser: Browser, tmp_path: Path, two: Mapping[str, Story], width: int, height: int
) -> None:
    """Neither rows nor sentences stick out of their boxes, and the current row is in sight."""
    with opened(browser, tmp_path, two, width=width, height=height) as page:
        _shown(page, "fork | thread")
        for _ in range(6):
            page.get_by_role("button", name="Next", exact=True).click()
        assert page.evaluate(_CUT) == []
        page.get_by_role("button", name="Last", exact=True).click()
        assert page.evaluate(_CUT) == []
        assert page.evaluate("""() => {
            const row = document.querySelector("#pair [aria-current]").getBoundingClientRect();
            const box = document.querySelector("#pair .rows").getBoundingClientRect();
            return row.top >= box.top && row.bottom <= box.bottom + 1;
        }""")
