"""The handout as a page of HTML, in a browser: it asks for nothing, and everybody can read it."""

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from msgspec.structs import replace
from playwright.sync_api import Browser

from echotrace.story.nouns import Story
from echotrace.views.document.nouns import Source, SourceLine, Sources
from echotrace.views.formats.fragment import fragment
from echotrace.views.formats.page import page as page_of
from echotrace.views.formats.writing import WRITERS
from echotrace.views.handout.handout import handout
from echotrace.views.handout.nouns import Wish
from echotrace.views.texts import texts
from echotrace.views.words import safe
from poppler import Pdf
from sample_document import HOSTILE, document, sample, wide

_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def _written(said: str = "said", *, key: bool = False) -> str:
    return WRITERS["html"](sample(said, key=key), "handout").content.decode()


@pytest.mark.parametrize(("scheme", "key"), [("light", True), ("dark", False)])
def test_page_is_accessible_and_asks_for_nothing(
    browser: Browser, tmp_path: Path, scheme: str, *, key: bool
) -> None:
    """In light and dark axe finds nothing to object to, and the page asks for and says nothing."""
    file = tmp_path / "handout.html"
    file.write_text(_written(HOSTILE, key=key), encoding="utf-8")
    page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
    noticed: list[str] = []
    page.on("request", lambda request: noticed.append(request.url))
    page.on("console", lambda message: noticed.append(message.text))
    page.on("pageerror", lambda error: noticed.append(str(error)))
    page.goto(file.as_uri())
    assert noticed == [file.as_uri()]
    found = Axe().run(page, options={"runOnly": list(_RULES)}).response
    assert found["passes"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    word = browser.new_page()
    word.set_content(_written("word", key=key))
    shown, plain = ("".join(each.locator("body").inner_text().split()) for each in (page, word))
    assert shown.replace("".join(safe(HOSTILE).split()), "word") == plain
    colours = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colours == ("rgb(17, 17, 17)" if scheme == "dark" else "rgb(255, 255, 255)")


def test_policy_lets_nothing_in(browser: Browser) -> None:
    """A script or a style that stood in the page would not be run, as its policy says."""
    planted = "<script>document.title = 'run'</script><style>h1 { display: none }</style>"
    page = browser.new_page()
    page.set_content(_written().replace("</main>", f"{planted}</main>"))
    assert page.title() == "fork and thread: said"
    assert page.locator("h1").is_visible()


def test_printed_pages(browser: Browser, tmp_path: Path) -> None:
    """On paper each heading of the first level begins a page, which says where it comes from."""
    page = browser.new_page(color_scheme="dark")
    page.set_content(_written(key=True))
    file = tmp_path / "printed.pdf"
    page.pdf(path=file, prefer_css_page_size=True)
    pages = Pdf(file.read_bytes()).read("pdftotext", "-layout").split("\f")[:-1]
    for number, printed in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in printed
        assert "fork 0f1e2d3c, thread 4b5a6978" in printed
        assert "Operating systems 1" in printed
        assert "key for teachers" in printed
    assert re.search("(?m)^ *The question$", pages[0])
    # below the course and the edition
    assert pages[1].split()[6:8] == ["What", "happened"]


def test_wide_drawing_lies(browser: Browser, tmp_path: Path) -> None:
    """A drawing that is too wide for an upright page is on one that lies, as is its head."""
    plain = sample()
    page = browser.new_page()
    page.set_content(page_of(replace(plain, blocks=(*plain.blocks, *wide()))))
    file = tmp_path / "printed.pdf"
    page.pdf(path=file, prefer_css_page_size=True)
    *upright, lying = Pdf(file.read_bytes()).pages()
    assert upright[1:]
    assert set(upright) == {(595, 842)}
    assert lying == (842, 595)


def test_notebooks_get_every_block() -> None:
    """A fragment has all blocks, too, without headings that would be a notebook's own."""
    made = fragment(sample(key=True))
    for name in ("box", "question", "answer", "source", "marker", "blank"):
        assert f'class="{name}"' in made
    assert made.count("<svg ") == 2
    assert not re.search(r"<h\d", made)


def test_lines_of_sources_are_selected_without_numbers(browser: Browser) -> None:
    """What is copied from a source is the source: neither numbers nor marks of its lines."""
    page = browser.new_page()
    page.set_content(_written())
    copied = page.evaluate(
        "getSelection().selectAllChildren(document.querySelector('.in-region')),"
        " getSelection().toString()"
    )
    assert copied.split() == ["write(1,", '"said",', "3);"]


def test_headings_and_names_are_in_order() -> None:
    """One h1 and no level left out below it; drawings and blanks say what they are."""
    html = _written()
    levels = [int(level) for level in re.findall(r"<h(\d)", html)]
    assert levels.count(1) == 1
    assert all(later <= level + 1 for level, later in pairwise(levels))
    assert not re.findall(r"\sid=", html)
    assert html.count('<svg role="img" aria-label="Two lines" ') == html.count("<figcaption>") == 2
    assert 'role="img" aria-label="blank a">(a) ______</span>' in html


@pytest.mark.parametrize("width", [390, 680, 800, 1280])
def test_nothing_sticks_out(browser: Browser, width: int, stored: Mapping[str, Story]) -> None:
    """On a phone, on paper and on a screen all is inside, or in what can be scrolled."""
    sides = {name: stored[name] for name in ("fork", "thread")}
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.emulate_media(media="print" if width == 680 else "screen")
    page.set_content(page_of(handout(sides, Wish(texts("en")))))
    right = "e => e.getBoundingClientRect().right"
    inside = "e => !e.closest('.wide') && !e.closest('pre')"
    all_right = f"[...document.querySelectorAll('main *')].filter({inside}).map({right})"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert max(page.evaluate(all_right)) <= width
    tops = "[...document.querySelectorAll('.source')].map(e => e.getBoundingClientRect().top)"
    beside = len(set(page.evaluate(tops))) == 1
    assert beside == (width in (680, 1280))


def test_long_lines_of_sources_go_on_further_right(browser: Browser) -> None:
    """Not in the first column; what is said to be left out has no number of a line."""
    lines = (
        SourceLine(None, "left out"),
        SourceLine(7, "        call(" + "argument, " * 40),
    )
    page = browser.new_page(viewport={"width": 600, "height": 900})
    page.set_content(page_of(document(Sources((Source("one", "one.c", lines),)))))
    first, *rest = page.evaluate(
        "(() => { const r = document.createRange();"
        " const t = document.querySelector('li[value] code').firstChild;"
        " const lefts = new Map();"
        " for (let i = 8; i < t.length; i++) { r.setStart(t, i); r.setEnd(t, i + 1);"
        " const b = r.getBoundingClientRect();"
        " if (b.width && !lefts.has(b.top)) lefts.set(b.top, b.left); }"
        " return [...lefts.values()] })()"
    )
    assert rest
    assert all(left > first for left in rest)
    numbers = page.evaluate(
        "[...document.querySelectorAll('li')].map(e => e.getAttribute('value'))"
    )
    assert numbers == [None, "7"]
