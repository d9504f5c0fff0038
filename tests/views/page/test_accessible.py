"""Everybody can use the page: axe finds nothing to object to, and all is reached by keyboard."""

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from echotrace.story.nouns import Story
from opened_page import opened

_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
#: More often Tab is not pressed: there is a trap.
_MOST = 200
_SIDE, _PAIR = "#tab=fork&event=26", "#tab=fork | thread&row=7"


def _violations(page: Page) -> list[tuple[str, list[str]]]:
    options = {"runOnly": list(_RULES), "resultTypes": ["violations"]}  # others only by rule
    found = Axe().run(page, options=options).response
    assert found["passes"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]


@pytest.mark.parametrize(
    ("fragment", "width"),
    [
        (_SIDE, 1280), (f"{_SIDE}&theme=dark", 1280), (f"{_SIDE}&lecture", 1920), (_SIDE, 390),
        (f"{_SIDE}&quiz=result", 1280), (_PAIR, 1280), (f"{_PAIR}&theme=dark&lecture", 1280),
        (_PAIR, 390),
    ],
)  # fmt: skip
def test_axe_finds_no_violation(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story], fragment: str, width: int
) -> None:
    """Of no view, in light and dark, at every size, with the events and all menus unfolded."""
    sides = {name: stored[name] for name in ("fork", "thread")}
    with opened(browser, tmp_path, sides, fragment=fragment, width=width) as page:
        page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        assert _violations(page) == []


#: What has the focus: in which region, what it is, and whether a sign shows that it has it.
_FOCUSED = """() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const region = element.closest("header, #stepper, #further, :is(#panes, #below) > section");
  return {
    region: region?.getAttribute("aria-label") ?? (region ?? element).localName,
    shown: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    html: element.outerHTML.slice(0, 120),
  };
}"""
_REGIONS = {
    _SIDE: ["a", "header", "Stepper", "Source", "Timeline", "What the kernel keeps", "Below",
            "Findings", "All events as text", "body"],
    _PAIR: ["a", "header", "Stepper", "Side by side", "Below", "Differences", "Findings",
            "All events as text", "body"],
}  # fmt: skip


@pytest.mark.parametrize("fragment", [_SIDE, _PAIR])
def test_tab_comes_to_everything(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story], fragment: str
) -> None:
    """Tab goes through all regions in their order, and what has the focus shows that it has it."""
    sides = {name: stored[name] for name in ("fork", "thread")}
    with opened(browser, tmp_path, sides, fragment=fragment) as page:
        page.locator(".skip").focus()  # at first the stepper has it
        met: list[dict[str, Any]] = [page.evaluate(_FOCUSED)]
        while met[-1]["region"] != "body" and len(met) < _MOST:
            page.keyboard.press("Tab")
            met.append(page.evaluate(_FOCUSED))
        assert [region for region, _ in groupby(met, lambda each: each["region"])] == (
            _REGIONS[fragment]
        )
        assert [each["html"] for each in met[:-1] if not each["shown"]] == []
