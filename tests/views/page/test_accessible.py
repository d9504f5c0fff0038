"""Everybody can use the page: axe finds nothing to object to, and all is reached by keyboard."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from echotrace.story.nouns import Story
from opened_page import opened

_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_SIDE, _PAIR = "#tab=fork&event=26", "#tab=fork | thread&row=7"


def _violations(page: Page) -> list[tuple[str, list[str]]]:
    found = Axe().run(page, options={"runOnly": list(_RULES)}).response
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
    """Of no view, in light and dark, at every size, with the table of the events open, too."""
    sides = {name: stored[name] for name in ("fork", "thread")}
    with opened(browser, tmp_path, sides, fragment=fragment, width=width) as page:
        page.evaluate("document.querySelectorAll('#events details').forEach(e => e.open = true)")
        assert _violations(page) == []


#: What Tab comes to, in order: the element's region, what it is, its name, and whether a sign
#: shows that it has the focus.
_FOCUSED = """() => {
  const element = document.activeElement;
  const region = element.closest("header, #stepper, #panes > section, #below > section");
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return {
    region: region?.id || region?.localName || "body",
    shown: element.checkVisibility({ visibilityProperty: true }) && outlineStyle !== "none"
      && parseFloat(outlineWidth) >= 2,
    html: element.outerHTML.slice(0, 120),
  };
}"""


@pytest.mark.parametrize("fragment", [_SIDE, _PAIR])
def test_tab_comes_to_everything(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story], fragment: str
) -> None:
    """Tab goes through the regions in their order, back to the first, and shows where it is."""
    sides = {name: stored[name] for name in ("fork", "thread")}
    with opened(browser, tmp_path, sides, fragment=fragment) as page:
        met = []
        while len(met) < 300:
            page.keyboard.press("Tab")
            met.append(page.evaluate(_FOCUSED))
            if met[-1]["region"] == "body" and len(met) > 1:
                break
        assert [each["html"] for each in met[:-1] if not each["shown"]] == []
        regions = list(dict.fromkeys(each["region"] for each in met))
        print(regions, len(met))
        for each in met: print(each)
