"""The source pane of the interactive page: what is seen of a file, and which file."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, expect

from echotrace.story.nouns import Story
from echotrace.views.page.page import page as page_of
from opened_page import opened

_LONG = 1 << 20
#: At each step: whether the list of lines is the one of the step before, and which of the marked
#: lines are seen whole.
_WALK = """() => {
  const list = document.querySelector("#source ol");
  const first = list.firstElementChild;
  const next = [...document.querySelectorAll("#stepper button")]
    .find((each) => each.textContent === "Next");
  const slider = document.querySelector("#stepper input[type=range]");
  const steps = [];
  for (let last = null; last !== slider.value; next.click()) {
    last = slider.value;
    const room = document.querySelector("#source .scroller").getBoundingClientRect();
    const marked = [...list.querySelectorAll(".ran, .upcoming")].map((line) => {
      const box = line.getBoundingClientRect();
      return {top: box.top, bottom: box.bottom,
              seen: box.top >= room.top - 1 && box.bottom <= room.bottom + 1,
              said: line.querySelector(".arrows").textContent};
    });
    steps.push({kept: list.firstElementChild === first, height: room.height, marked});
  }
  return steps;
}"""


def test_marked_lines_are_seen(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story]
) -> None:
    """Lines that ran, or wait, and run next are in sight where both fit, with arrow and words."""
    with opened(browser, tmp_path, {"fork": stored["fork"]}) as page:
        steps = page.evaluate(_WALK)
    said = set()
    for step in steps:
        assert step["kept"]
        marked = step["marked"]
        said |= {line["said"] for line in marked}
        if marked and marked[-1]["bottom"] - marked[0]["top"] <= step["height"]:
            assert all(line["seen"] for line in marked)
    assert {
        "▶just ran: ", "‖waits in this line: ", "▶returned from this line: ", "▷next: ",
    } <= said  # fmt: skip


def test_long_lines_and_other_files(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story]
) -> None:
    """A line of a megabyte is cut and says so; another file is shown until the next step."""
    text = _with_sources(page_of({"fork": stored["fork"]}))
    with opened(browser, tmp_path, text) as page:
        code = page.locator("#source li code")
        assert code.nth(0).evaluate("(code) => code.textContent") == (
            f"    {'x' * 1996}… ({_LONG - 1996:,} more characters)"
        )
        assert code.nth(0).evaluate("(code) => getComputedStyle(code).whiteSpace") == "pre-wrap"
        lines = code.count()
        page.locator("#source").get_by_label("File").select_option("<b>other</b>.c")
        assert code.all_text_contents() == ["<b>int</b> other;"]
        assert page.locator("#source .arrow").count() == 0
        page.locator("#stepper").get_by_text("Next", exact=True).click()
        assert code.count() == lines
        assert page.locator("#source .arrow").count() > 0


def _with_sources(text: str) -> str:
    """The page, whose first source begins with a very long line, with another source."""
    before, begin, rest = text.partition('id="data">')
    packed, end, after = rest.partition("</script>")
    data = json.loads(packed)
    sources = data["sides"][0]["sources"]
    sources[0]["lines"][0] = "    " + "x" * _LONG
    sources.append({"name": "<b>other</b>.c", "lines": ["<b>int</b> other;"]})
    return before + begin + json.dumps(data).replace("<", "\\u003c") + end + after


def test_indented_lines_begin_with_text(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story]
) -> None:
    """A line that is broken begins with its first word, however deep and large; panes fold away."""
    tops = """() => [...document.querySelectorAll("#source li code")]
      .filter((code) => code.textContent.trim()).map((code) => {
        const range = document.createRange();
        range.selectNodeContents(code.lastChild);
        return range.getClientRects()[0].top - code.getBoundingClientRect().top;
      }).filter((top) => top > 5).length"""
    link = "#tab=fork&event=26&lecture"
    with opened(browser, tmp_path, {"fork": stored["fork"]}, fragment=link) as page:
        assert page.evaluate(tops) == 0
        fold = page.get_by_role("button", name="Source", exact=True)
        fold.click()
        assert page.locator("#source ol").is_hidden()
        expect(page).to_have_url(re.compile("&no-source$"))
        fold.click()
        assert page.locator("#source ol").is_visible()
