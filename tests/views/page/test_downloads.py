"""What can be taken along from the page: the trace, and the current view as a drawing."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser, Page

from echotrace.servers import traces_dir
from echotrace.story.nouns import Story
from echotrace.tracefile import fingerprint, load
from echotrace.views.page.page import page as page_of
from echotrace.views.svg.standalone import of_story
from opened_page import opened, packed, parted, unpacked, with_sides

_SVG = "{http://www.w3.org/2000/svg}"
_SIDES = ("fork", "epoll")
#: So wide (characters) that each cell of the handout's drawing is on one line.
_WIDE = 400
_MARK = "\N{BLACK RIGHT-POINTING TRIANGLE}"


@pytest.fixture(scope="module")
def page(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, stored: Mapping[str, Story]
) -> Iterator[Page]:
    """The page of two servers."""
    folder = tmp_path_factory.mktemp("downloads")
    stories = {name: stored[name] for name in _SIDES}
    with opened(browser, folder, stories, permissions=["clipboard-read"]) as opened_page:
        yield opened_page


def _choose(page: Page, side: str) -> None:
    page.locator("#tabs").get_by_text(side, exact=True).click()


def _download(page: Page, button: str, path: Path) -> str:
    """Where the download is saved; gives the name that it is offered by."""
    menu = page.locator("details.downloads")
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    with page.expect_download() as found:
        page.get_by_role("button", name=button).click()
    found.value.save_as(path)
    page.keyboard.press("Escape")
    return found.value.suggested_filename


@pytest.mark.parametrize("side", _SIDES)
def test_trace_is_that_of_the_file(page: Page, tmp_path: Path, side: str) -> None:
    """The trace that is downloaded has the bytes of the file that the page was made of."""
    _choose(page, side)
    saved = tmp_path / "saved.jsonl"
    name = _download(page, "Download the trace", saved)
    original = traces_dir() / f"{side}-interleaved.jsonl"
    assert name.endswith(".jsonl")
    assert saved.read_bytes() == original.read_bytes()
    assert fingerprint(load(saved)) == fingerprint(load(original))


def _parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 -- our own


def _rows(svg: str) -> dict[float, list[str]]:
    """The texts of each row between the head and the sentences below, by their height.

    What a row says in several lines, and that spaces of a line differ, makes no difference.
    """
    lines: dict[float, list[tuple[float, str]]] = {}
    for text in _parsed(svg).iter(f"{_SVG}text"):
        place = float(text.get("y", "")), float(text.get("x", ""))
        lines.setdefault(place[0], []).append((place[1], text.text or ""))
    rows: dict[float, list[str]] = {}
    row: list[str] = []
    for y, texts in sorted(lines.items()):
        shown = [text for _, text in sorted(texts) if text != _MARK]
        if len(shown) == 3 and shown[1].isdecimal():
            row = rows.setdefault(y, shown)
        elif row and len(shown) == 1 and texts[0][0] > 100:
            row[-1] += shown[0]
        else:
            row = []
    return {y: ["".join(text.split()) for text in row] for y, row in rows.items()}


@pytest.mark.parametrize("side", _SIDES)
def test_drawing_says_what_the_handout_says(
    page: Page, tmp_path: Path, stored: Mapping[str, Story], side: str
) -> None:
    """The drawing has the handout's rows, word for word, and nothing goes beyond its edge."""
    _choose(page, side)
    name = _download(page, "Download this view", tmp_path / "view.svg")
    svg = (tmp_path / "view.svg").read_text(encoding="utf-8")
    assert name == f"{side}-1.svg"
    root = _parsed(svg)
    assert root.find(f"{_SVG}title") is not None
    assert root.find(f"{_SVG}desc") is not None
    assert not list(root.iter(f"{_SVG}foreignObject")) + list(root.iter(f"{_SVG}style"))
    whole = of_story(stored[side], _WIDE, whole=True)
    assert list(_rows(svg).values()) == list(_rows(whole).values())
    assert _too_wide(page, svg) == []
    assert page.evaluate("document.querySelector('#stepper .told').textContent") in " ".join(
        text.text or "" for text in root.iter(f"{_SVG}text")
    )


@pytest.mark.parametrize("payload", ["]]>&<script>", "\x00\ufffe", "\u202e\N{GRINNING FACE}"])
def test_hostile_text_is_drawn_as_text(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story], payload: str
) -> None:
    """Whatever a trace has in it, the drawing is well-formed, and has it as text or escaped."""
    _, data, _ = parted(page_of({"fork": stored["fork"]}))
    fork = unpacked(data.sides[0])
    fork.patterns.append(payload)
    fork.texts.append([len(fork.patterns) - 1])
    fork.rows.cell = fork.rows.told = [len(fork.texts) - 1] * len(fork.rows.told)
    with opened(browser, tmp_path, with_sides(stored["fork"], [packed(fork)])) as page:
        _download(page, "Download this view", tmp_path / "view.svg")
    texts = [each.text or "" for each in _parsed((tmp_path / "view.svg").read_text()).iter()]
    plain = "".join(c if c.isascii() and c.isprintable() else f"\\u{ord(c):04x}" for c in payload)
    assert texts.count(plain) == len(fork.essential.rows)


def _too_wide(page: Page, svg: str) -> list[str]:
    """What of the drawing reaches beyond it, as the browser draws it."""
    found = page.evaluate(
        """svg => {
          const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
          document.body.append(parsed);
          const {width, height} = parsed.viewBox.baseVal;
          const beyond = [...parsed.querySelectorAll("text, rect, path")].filter(each => {
            const box = each.getBBox();
            return box.x < 0 || box.y < 0
              || box.x + box.width > width + 0.01 || box.y + box.height > height + 0.01;
          }).map(each => each.outerHTML);
          parsed.remove();
          return beyond;
        }""",
        svg,
    )
    assert isinstance(found, list)
    return found
