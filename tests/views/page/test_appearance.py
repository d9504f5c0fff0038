"""How the interactive page looks: nothing overlaps or is cut at any size; dark, large, on paper."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from echotrace.story.nouns import Story
from echotrace.views.page.page import page as page_of
from opened_page import opened
from page_layout import faults
from poppler import Pdf

_LINKS = (
    "#tab=fork&event=31",
    "#tab=thread&event=9999&all",
    "#tab=fork%20%7C%20thread&row=9",
    "#tab=fork&event=45&quiz=result",
)


def _pair(stored: Mapping[str, Story]) -> dict[str, Story]:
    return {"fork": stored["fork"], "thread": stored["thread"]}


@pytest.mark.parametrize(
    ("width", "height", "look"),
    [
        (1280, 720, ""),
        (390, 844, ""),
        (1920, 1080, "&lecture&theme=dark"),
        (1280, 400, "&lecture"),
        (320, 256, ""),
        (320, 640, "&lecture"),  # at 400 % (WCAG 1.4.10)
    ],
)
def test_layout(
    browser: Browser,
    tmp_path: Path,
    stored: Mapping[str, Story],
    width: int,
    height: int,
    look: str,
) -> None:
    """Nothing overlaps, is cut, covered or too small in any tab, in a window of any size."""
    with opened(browser, tmp_path, _pair(stored), width=width, height=height) as page:
        for link in _LINKS:
            page.evaluate("link => { location.hash = link; }", link + look)
            expect(page.get_by_role("tab", selected=True)).to_be_visible()
            assert faults(page) == [], link
        if width >= 1280 and height >= 720:
            bottom = page.locator("#further").evaluate(
                "each => each.getBoundingClientRect().bottom"
            )
            assert height - 20 < bottom <= height


def test_faults_are_found(browser: Browser) -> None:
    """Cut text, boxes one over the other, what is beside the window or covered: each is found."""
    page = browser.new_page(viewport={"width": 400, "height": 300})
    page.set_content(
        "<p id=cut style='width:3em;overflow:hidden;white-space:nowrap'>much too long a text</p>"
        "<p id=far style='margin-left:380px;white-space:nowrap'>much too far</p>"
        "<div style='height:1em'>one</div><div id=over style='margin-top:-1em'>two</div>"
        "<main id=window><button style='padding:0;width:9px'>x</button></main>"
        "<div style='position:fixed;inset:0'></div>"
    )
    found = faults(page)
    page.close()
    words = ("px wide", "cut: p#cut", "beside the window: p#far", "div#over", "small:", "covered:")
    assert [word for word in words if not any(word in each for each in found)] == []


def _size(page: Page) -> float:
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.where')).fontSize)")
    assert isinstance(size, float | int)
    return size


def test_view_menu(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """The view menu makes all larger, light or dark whatever the system is; Escape closes it."""
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    with opened(browser, tmp_path, _pair(stored), color_scheme="dark") as page:
        dark, small = page.evaluate(paper), _size(page)
        page.locator(".view > summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert _size(page) > 1.15 * small
        page.get_by_label("Colours").select_option("light")
        assert page.evaluate(paper) == "rgb(255, 255, 255)" != dark
        page.get_by_label("Colours").select_option("dark")
        page.emulate_media(color_scheme="light")
        assert page.evaluate(paper) == dark
        page.keyboard.press("Escape")
        expect(page.get_by_label("Colours")).to_be_hidden()
        expect(page.locator(".view > summary")).to_be_focused()


#: How a part of the page looks that tells apart by more than its words.
_LOOKS = """() => Object.fromEntries(
  [".waiting", ".aligned > .gap", ".row[aria-current]", ".aligned[aria-current]", ".program .ran",
   "[role=tab][aria-selected=true]", "[role=tab][aria-selected=false]"].flatMap((name) => {
    const found = document.querySelector(`#panes > :not([hidden]) ${name}, #tabs ${name}`);
    if (!found) return [];
    const { backgroundImage, outlineStyle, borderBlockEndColor } = getComputedStyle(found);
    return [[name, { hatch: backgroundImage, frame: outlineStyle, line: borderBlockEndColor }]];
  }))"""


def test_forced_colours(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """In the system's own colours waits are hatched, the step is framed, the tab is underlined."""
    with opened(
        browser, tmp_path, _pair(stored), fragment=_LINKS[0], forced_colors="active"
    ) as page:
        expect(page.locator(".row[aria-current]")).to_be_visible()
        looks = page.evaluate(_LOOKS)
        page.evaluate("location.hash = '#tab=fork%20%7C%20thread&row=7'")
        expect(page.locator(".where")).to_contain_text("Step 7 of 23")
        expect(page.locator(".aligned[aria-current]")).to_be_visible()
        looks |= page.evaluate(_LOOKS)
    for hatched in (".waiting", ".aligned > .gap"):
        assert "gradient" in looks[hatched]["hatch"]
    for framed in (".row[aria-current]", ".aligned[aria-current]", ".program .ran"):
        assert looks[framed]["frame"] == "solid", framed
    chosen, other = (looks[f"[role=tab][aria-selected={each}]"] for each in ("true", "false"))
    assert chosen["line"] != other["line"]


def test_text_spacing(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """With the lines, words and letters further apart nothing is cut (WCAG 1.4.12)."""
    spaced = """() => { const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important;"
        + "word-spacing: .16em !important } p { margin-bottom: 2em !important }");
      document.adoptedStyleSheets = [sheet]; }"""
    with opened(browser, tmp_path, _pair(stored)) as page:
        page.evaluate(spaced)
        for link in _LINKS:
            page.evaluate("link => { location.hash = link; }", link)
            assert faults(page) == [], link


def test_narrow_source(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """In one column, too, the line that ran is in sight within the source."""
    with opened(
        browser, tmp_path, _pair(stored), fragment=_LINKS[0], width=390, height=844
    ) as page:
        inside = """() => {
          const [pane, line] = ["#source", ".program .ran"].map((each) =>
            document.querySelector(each).getBoundingClientRect());
          return pane.top < line.top && line.bottom < pane.bottom;
        }"""
        page.wait_for_function(inside)


def test_too_old_a_browser(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """Where the page does not come to life, or has no colours, it says which browsers it needs."""
    text = page_of(_pair(stored))
    file = tmp_path / "page.html"
    for content, script, told in (
        (text, "", False),
        (text, "CSS.supports = () => false;", True),
        (text, "delete Array.prototype.findLast;", True),
        (text[: len(text) // 2], "", True),
    ):
        file.write_text(content, encoding="utf-8")
        page = browser.new_page()
        page.add_init_script(script or ";")
        page.goto(file.as_uri())
        words = page.get_by_text("The browser is too old for this page, or the file is not whole")
        assert words.is_visible() is told
        page.close()


def test_reduced_motion(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """Where less motion is wished for, nothing moves by itself and nothing scrolls smoothly."""
    moving = """() => [...document.querySelectorAll("*")].map((each) => getComputedStyle(each))
      .filter((style) => style.animationName !== "none" || style.scrollBehavior !== "auto" ||
        !["all", "none"].includes(style.transitionProperty) || style.transitionDuration !== "0s")
      .length"""
    with opened(browser, tmp_path, _pair(stored), reduced_motion="reduce") as page:
        assert page.evaluate(moving) == 0


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (
            "#tab=fork&event=31&theme=dark&lecture",
            ["Step 10 of 37", "accept(3)", "table 1", "What this run shows",
             "Only what is around the step is printed of this source",
             "Only what is around the step is printed of this timeline"],
        ),
        ("#tab=fork%20%7C%20thread&row=9", ["Step 9 of 23", "pthread_create()", "of P0"]),
    ],
)  # fmt: skip
def test_paper(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story], link: str, words: list[str]
) -> None:
    """On paper, A4 landscape, stand the step and what is around it, without any control."""
    with opened(browser, tmp_path, _pair(stored), fragment=link) as page:
        told = page.locator("#stepper .told").text_content() or ""
        printed = Pdf(page.pdf(prefer_css_page_size=True))
        text = " ".join(printed.text().split())
        assert set(printed.pages()) == {(842, 595)}
        assert page.locator(".far").count() == 0
        page.emulate_media(media="print")
        ink = "getComputedStyle(document.querySelector('.where')).color"
        assert page.evaluate(ink) == "rgb(0, 0, 0)"
    assert told in text
    assert [word for word in words if word not in text] == []
    assert [word for word in ("Previous", "Quiz", "Download", "View") if word in text] == []
