"""The stepper, tabs and links of the interactive page in a real browser, by keyboard and mouse."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from echotrace.story.nouns import Story
from echotrace.views.layout import Row
from echotrace.views.steps import Filter, Steps
from opened_page import opened

# Of the timeline the current row: which others are drawn depends on what was in sight.
_AROUND = """([name, count]) => {
  const buttons = [...document.querySelectorAll(".ways button")];
  const button = buttons.find((each) => each.textContent === name);
  const all = "#source, #lanes .heads, #lanes [aria-current], #state, #pair, #stepper";
  const shown = [];
  for (let step = 0; step < count; step += 1) {
    shown.push([...document.querySelectorAll(all)].map((each) => each.textContent).join());
    button.click();
  }
  return shown;
}"""


def _pair(stored: Mapping[str, Story]) -> dict[str, Story]:
    return {"fork": stored["fork"], "thread": stored["thread"]}


def _steps(story: Story) -> int:
    return len(Steps(story).layout(Filter()).rows)


def _key(row: Row) -> str:
    """The event of a row as a link names it."""
    return f"{row.event.seq}{'r' if row.cell.part == 'return' else ''}"


def _at(page: Page) -> int:
    """The number of the step."""
    where = page.locator(".where").text_content() or ""
    return int(where.split()[1])


def test_every_way(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """Every way to a step is gone by its button and by its key, and stays at the ends."""
    last = _steps(stored["fork"])
    with opened(browser, tmp_path, {"fork": stored["fork"]}) as page:
        ways = page.get_by_role("group", name="Steps")
        for name, step in [
            ("Next", 2), ("Next", 3), ("Previous", 2), ("Last", last), ("Next", last),
            ("First", 1), ("Previous", 1),
        ]:  # fmt: skip
            ways.get_by_role("button", name=name).click(force=True)
            assert _at(page) == step
        for key, step in [
            ("ArrowRight", 2), ("PageDown", 3), ("Shift+ArrowRight", 13), ("ArrowLeft", 12),
            ("PageUp", 11), ("Shift+ArrowLeft", 1), ("End", last), ("Shift+ArrowLeft", last - 10),
            ("Shift+ArrowRight", last), ("PageDown", last), ("Home", 1),
        ]:  # fmt: skip
            page.keyboard.press(key)
            assert _at(page) == step
        page.keyboard.press("Shift+?")
        expect(page.get_by_role("dialog")).to_contain_text("next step of this connection")
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowRight")
        assert _at(page) == 2
        page.locator("#stepper .told").click()
        page.keyboard.press("ArrowRight")
        assert _at(page) == 3


def test_a_connection_is_followed(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story]
) -> None:
    """`n` leads through the steps of one connection in their order, and `N` back."""
    rows = Steps(stored["fork"]).layout(Filter()).rows
    second = [number for number, row in enumerate(rows, 1) if row.event.place.connection == 2]
    link = f"#event={_key(rows[second[0] - 1])}"
    with opened(browser, tmp_path, {"fork": stored["fork"]}, fragment=link) as page:
        page.locator("#stepper").focus()
        assert _at(page) == second[0]
        for key, steps in (("n", [*second[1:], second[-1]]), ("N", [*second[-2::-1], second[0]])):
            for step in steps:
                page.keyboard.press(key)
                assert _at(page) == step


def test_keys_act_in_the_stepper_only(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story]
) -> None:
    """A key outside of the stepper, in a field, or with Ctrl or Alt leads to no other step."""
    with opened(browser, tmp_path, {"fork": stored["fork"]}, fragment="#event=31") as page:
        here = _at(page)
        for place in ("[type=search]", "#lanes [tabindex]", "#source [tabindex]", "h1"):
            page.locator(place).first.focus()
            for key in ("ArrowLeft", "Home", "End", "n", "PageDown"):
                page.keyboard.press(key)
        page.locator("[type=search]").fill("")
        page.locator("#stepper").focus()
        for key in ("Control+ArrowLeft", "Alt+n", "Control+Home", "x"):
            page.keyboard.press(key)
        assert _at(page) == here


def test_whoever_points_at_a_step_has_the_keys(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story]
) -> None:
    """On load, and after a click on a row, an event or a tab, the arrow keys step."""
    with opened(browser, tmp_path, _pair(stored)) as page:
        expect(page.locator("#guide")).to_contain_text("fork · C · 2 clients, interleaved · Linux ")
        expect(page.locator("#guide")).to_contain_text("P0 is the server's first process")
        expect(page.locator("#guide")).to_contain_text("recv() → recvfrom")
        page.keyboard.press("ArrowRight")
        assert _at(page) == 2
        expect(page.locator("#guide")).to_have_count(0)
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_contain_text("hatched: waits; such a call stands")
        page.keyboard.press("Escape")
        for place in (
            "#lanes .row:nth-child(4) .said", "#findings [data-event]", "[role=tab] >> nth=2",
            "#pair .aligned .call >> nth=2", "#differences [data-event]",
        ):  # fmt: skip
            page.locator(place).first.click()
            step = _at(page)
            page.keyboard.press("ArrowRight")
            assert _at(page) == step + 1


def test_slider(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """The slider goes by mouse and by keys, says where it is, and has a mark a step."""
    last = _steps(stored["fork"])
    with opened(browser, tmp_path, {"fork": stored["fork"]}) as page:
        slider = page.get_by_role("slider", name="Step")
        box = slider.bounding_box()
        assert box
        slider.click(position={"x": box["width"] - 2, "y": box["height"] / 2})
        assert _at(page) == last
        slider.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
        assert abs(_at(page) - last / 2) <= 1
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        assert _at(page) == 2
        assert slider.get_attribute("aria-valuetext") == page.locator(".where").text_content()
        marks = (page.locator(".slider .steps").get_attribute("d") or "").count("M")
        begins = (page.locator(".slider .begins").get_attribute("d") or "").count("M")
        assert (marks, begins) == (last, 2)


@pytest.mark.parametrize("name", ["fork", "thread"])
def test_a_step_is_the_same_whichever_way(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story], name: str
) -> None:
    """Forwards, backwards and by its link a step shows the same text, to the end of a server."""
    rows = Steps(stored[name]).layout(Filter()).rows
    count = len(rows)
    with opened(browser, tmp_path, _pair(stored), fragment=f"#tab={name}") as page:
        on = page.evaluate(_AROUND, ["Next", count])
        assert len(set(on)) == count
        assert page.evaluate(_AROUND, ["Previous", count]) == on[::-1]
        for step, keys in ((1, ["Home"]), (11, ["Home", "Shift+ArrowRight"]), (count, ["End"])):
            page.locator("#stepper").focus()
            for key in keys:
                page.keyboard.press(key)
            expect(page).to_have_url(re.compile(rf"#tab={name}&event={_key(rows[step - 1])}$"))
            page.reload()
            assert page.evaluate(_AROUND, ["Next", 1]) == [on[step - 1]]


def test_tabs(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """A tab is chosen by mouse and by keys, keeps the moment, and names the document."""
    with opened(browser, tmp_path, _pair(stored), fragment="#tab=thread&event=26") as page:
        current = page.locator("#lanes [aria-current] .said")
        thread = (_at(page), current.text_content())
        tabs = page.get_by_role("tab")
        assert tabs.all_inner_texts() == ["fork", "thread", "fork | thread"]
        tabs.nth(0).click()
        fork = (_at(page), current.text_content())
        assert fork == (8, "P0 fork() → clone = P1")
        tabs.nth(0).press("ArrowLeft")
        expect(tabs.nth(2)).to_be_focused()
        expect(tabs.nth(0)).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Enter")
        expect(tabs.nth(2)).to_be_focused()
        expect(page.locator("#pair [aria-current]")).to_contain_text("pthread_create()")
        assert page.title().split(" · ")[0] == "fork | thread"
        page.get_by_role("checkbox", name="all events").is_hidden()
        tabs.nth(1).press("Enter")
        assert (_at(page), current.text_content()) == thread
        page.get_by_role("checkbox", name="all events").check()
        tabs.nth(2).click()
        tabs.nth(2).press("Home")
        page.keyboard.press("Space")
        page.get_by_role("checkbox", name="all events").uncheck()
        assert (_at(page), current.text_content()) == fork
        assert page.locator("[role=tab][tabindex='0']").count() == 1


def test_links(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """What a link has wrong is said, and is passed over; the address follows what is shown."""
    with opened(browser, tmp_path, _pair(stored), fragment="#event=999") as page:
        status = page.locator(".status")
        expect(status).to_have_text("There is no event 999 in this trace; step 1 is shown.")
        page.get_by_role("button", name="Next", exact=True).click()
        expect(status).to_be_hidden()
        expect(page).to_have_url(re.compile("#tab=fork&event=12$"))
        for fragment, said in {
            "tab=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E": "“<img src=x onerror=alert(1)>”",
            "connection=9&event=31": "There is no connection 9; all are shown.",
            "theme=%%&nothing": "There is no theme “%%”; that of the system is taken. "
            "This page knows nothing of nothing.",
            "event=1": "Event 1 is not an essential one; all events are shown.",
        }.items():
            page.evaluate("fragment => { location.hash = fragment; }", fragment)
            expect(status).to_contain_text(said)
        page.evaluate("location.hash = '#tab=fork%20%7C%20thread&row=9&lecture'")
        expect(status).to_be_hidden()
        expect(page.locator(".where")).to_contain_text("Step 9 of 23")
        assert page.evaluate("document.documentElement.hasAttribute('data-lecture')")


def test_what_cannot_be_copied(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story]
) -> None:
    """Where the browser copies nothing the menu stays open and says what to do instead."""
    with opened(browser, tmp_path, _pair(stored), fragment="#event=31") as page:
        page.evaluate("document.execCommand = () => false; delete Navigator.prototype.clipboard;")
        page.get_by_text("View", exact=True).click()
        page.get_by_role("button", name="Copy the link to this step").click()
        said = page.locator(".view output")
        expect(said).to_have_text(re.compile("^Copy it from here: file:.*#tab=fork&event=31$"))
        expect(said).to_be_visible()
        page.get_by_text("Download", exact=True).click()
        page.get_by_role("button", name="Copy this view").click()
        expect(page.get_by_text("The browser lets no page copy: download it")).to_be_visible()


def test_copied_link(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """The link that is copied, and pasted elsewhere, leads to the step and its look."""
    with opened(browser, tmp_path, _pair(stored), fragment="#event=31&theme=dark") as page:
        page.get_by_text("View", exact=True).click()
        page.get_by_role("button", name="Copy the link to this step").click()
        expect(page.locator(".view output")).to_have_text("The link is copied.")
        page.get_by_role("searchbox").focus()
        page.keyboard.press("Control+V")
        pasted = page.get_by_role("searchbox").input_value()
        assert pasted == f"{(tmp_path / 'page.html').as_uri()}#tab=fork&event=31&theme=dark"
