"""All events as text, below the panes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page

from conftest import TRACES
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load
from echotrace.views.cells import cell_phrase
from echotrace.views.narration import narrate
from echotrace.views.page.side import side
from echotrace.views.steps import Filter, Steps
from opened_page import opened, with_sides

_ALL = Filter(everything=True)
#: Unfolds the table of each tab, and gives the texts of its cells row by row.
_TABLES = """async () => {
  const found = [];
  for (const tab of document.querySelectorAll("#tabs button")) {
    tab.click();
    const tables = [...document.querySelectorAll("#events details")];
    for (const each of tables) each.open = true;
    while (tables.some(each => !("complete" in each.dataset)))
      await new Promise(requestAnimationFrame);
    found.push(tables.map(each => [...each.querySelectorAll("tbody tr")].map(
      row => [...row.children].map(cell => cell.textContent))));
  }
  return found;
}"""


def _expected(story: Story) -> Iterator[Sequence[str]]:
    for row in Steps(story).layout(_ALL).rows:
        said, number = cell_phrase(story, row.cell), row.event.place.connection
        kernel = said.kernel and f"\N{RIGHTWARDS ARROW} {said.kernel}"
        yield (
            str(row.event.seq), row.milliseconds, row.event.actor, f"#{number}" if number else "",
            " ".join(filter(None, (said.head, kernel))), said.outcome, narrate(story, row),
        )  # fmt: skip


def test_every_event_of_every_trace(browser: Browser, tmp_path: Path) -> None:
    """Of each stored trace, each event is in the table, in the words of the model."""
    stories = {path.stem: replay(load(path)) for path in TRACES}
    sides = [side(name, story, "connection") for name, story in stories.items()]
    with opened(browser, tmp_path, with_sides(stories["fork-burst"], sides)) as page:
        tables = page.evaluate(_TABLES)
    for (name, story), (rows,) in zip(stories.items(), tables, strict=True):
        assert {int(row[0]) for row in rows} == {event.seq for event in story.events}, name
        for own, told in zip(rows, _expected(story), strict=True):
            assert [*own[:5], own[6]] == [*told[:5], told[6]], name
            assert told[5] in own[5], name


def test_link_at_the_top_leads_there(browser: Browser, tmp_path: Path) -> None:
    """The link to the table is the first thing in the page, before the stepper, and unfolds it."""
    stories = {path.stem: replay(load(path)) for path in TRACES if path.stem.startswith("fork-i")}
    with opened(browser, tmp_path, stories) as page:
        assert _built(page) == 0
        first = page.locator("a, button, input, select, summary, [tabindex]").first
        assert first.get_attribute("class") == "skip"
        first.press("Enter")
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        page.locator("#events table caption").first.wait_for()
        head = page.locator("#events thead").first
        assert head.locator("th[scope=col]").count() == head.locator("th").count()
        page.get_by_label("Quiz").first.select_option("result")
        assert _built(page) == 0


def _built(page: Page) -> int:
    """How many rows of the table there are."""
    return page.locator("#events tr").count()
