"""The interactive page in a real browser."""

from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser

from echotrace.story.nouns import Story
from echotrace.views.names import Names
from echotrace.views.state_lines import sections
from echotrace.views.steps import Filter, Steps
from opened_page import opened


def test_state_at_every_step(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """At every step the page shows the state of the kernel that the model has there."""
    steps, names = Steps(stored["fork"]), Names.of(stored["fork"])
    with opened(browser, tmp_path, {"fork": stored["fork"]}) as page:
        for number in range(len(steps.layout(Filter()).rows)):
            told = sections(steps.state(Filter(), number), names)
            lines = page.locator("#state li:not([data-mark='\N{MINUS SIGN}'])").all_inner_texts()
            assert [line.partition(" · ")[0] for line in lines] == [
                line.head for section in told for line in section.lines
            ]
            page.get_by_role("button", name="Next").click()
