"""The PDF, as poppler reads it: all that the document says, where and how big, and nothing else."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from msgspec.structs import replace

from echotrace.errors import EchotraceError
from echotrace.views.document.nouns import (
    Block,
    Document,
    Figure,
    Group,
    Heading,
    Item,
    Line,
    Paragraph,
    Question,
    Source,
    SourceLine,
    Sources,
    Table,
)
from echotrace.views.document.runs import Blank, Code
from echotrace.views.drawing import Drawing
from echotrace.views.formats import pdf
from echotrace.views.paper import A4, A4_LYING, SLIDE
from echotrace.views.svg.characters import drawable
from sample_document import HOSTILE, sample

_SAID = {"plain": "fork copies the table", "hostile": HOSTILE, "long": "x" * 700}
_TEMPLATES = {"handout": (595, 842, 8.0), "slides": (720, 405, 12.0)}  # points
#: What is no text of a document: names of its nouns, names of files, and what a drawing is.
_NO_TEXT = {"type", "kind", "name", "language", "svg", "title", "description", "trail"}
#: The room within the margins of A4, for pdftotext.
_BODY = ("-x", "0", "-y", "57", "-W", "595", "-H", "728")
_ZOOM = 3  # the most that pdftohtml has
_DRAWN = "P0 accept(3) = 4"


@dataclass(frozen=True)
class Word:
    """A piece of text on a page, in points."""

    page: int
    text: str
    size: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Made:
    """A PDF, read by poppler."""

    path: Path

    def text(self, *options: str) -> str:
        """Its text in the order of reading, without what stands on every page."""
        return _run("pdftotext", "-raw", *options, self.path, "-")

    def pages(self) -> list[tuple[float, float]]:
        """The width and height of each page."""
        found = re.findall(
            r"Page +\d+ size: +([\d.]+) x ([\d.]+)", _run("pdfinfo", "-l", "-1", self.path)
        )
        return [(float(width), float(height)) for width, height in found]

    def words(self) -> Iterator[Word]:
        """Its pieces of text; sizes to a third of a point."""
        xml = _run("pdftohtml", "-xml", "-i", "-hidden", "-zoom", str(_ZOOM), "-stdout", self.path)
        sizes: dict[str, float] = {}
        for page in ET.fromstring(xml.replace("\0", "")):  # noqa: S314 -- poppler's
            for each in page:
                if each.tag == "fontspec":
                    sizes[each.attrib["id"]] = int(each.attrib["size"]) / _ZOOM
                elif each.tag == "text":
                    left, top, width, height = (
                        int(each.attrib[name]) / _ZOOM
                        for name in ("left", "top", "width", "height")
                    )
                    text, size = "".join(each.itertext()), sizes[each.attrib["font"]]
                    shown = width - size * (len(text) - len(text.rstrip()))  # no space at the end
                    yield Word(
                        int(page.attrib["number"]), text, size, left, top, left + shown,
                        top + height,
                    )  # fmt: skip


def _run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


@pytest.fixture
def made(tmp_path: Path) -> Any:
    """Makes a PDF of a document by a template, without a warning."""

    def make(document: Document, template: str = "handout") -> Made:
        content, warnings = pdf.laid_out(f"{template}.typ", document)
        assert warnings == []
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.pdf"
        path.write_bytes(content)
        return Made(path)

    return make


def document(*blocks: Block, title: str = "A title") -> Document:
    """A document of these."""
    return Document("handout", title, blocks)


def said(data: Any, key: str = "") -> Iterator[str]:
    """Every text of a document."""
    match data:
        case str() if key not in _NO_TEXT:
            yield data
        case dict():
            for name, value in data.items():
                yield from said(value, name)
        case list() | tuple():
            for value in data:
                yield from said(value, key)
        case _:
            pass


def squeezed(text: str) -> str:
    """A text without any white space: where lines end is not what is compared."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("template", _TEMPLATES)
@pytest.mark.parametrize("words", ["plain", "hostile"])
@pytest.mark.parametrize("key", [False, True])
def test_it_says_all_that_the_document_says(
    made: Any, template: str, words: str, *, key: bool
) -> None:
    """Each text of the document is in the PDF, as it is or escaped, and is no markup."""
    whole = sample(_SAID[words], key=key)
    text = squeezed(made(whole, template).text())
    for each in [whole.title, whole.trail, _DRAWN, *said(msgspec.to_builtins(whole))]:
        assert squeezed(drawable(each)) in text


@pytest.mark.parametrize("template", _TEMPLATES)
@pytest.mark.parametrize("words", _SAID)
def test_all_text_is_big_enough_and_within_the_margins(
    made: Any, template: str, words: str
) -> None:
    """No text is smaller than can be read, and none leaves the room that the margins leave."""
    width, height, least = _TEMPLATES[template]
    read = made(sample(_SAID[words], key=True), template)
    assert {(round(w), round(h)) for w, h in read.pages()} == {(width, height)}
    for word in read.words():
        assert word.size >= least or word.text.strip() == _DRAWN
        assert word.left >= 20 - 0.5
        assert word.right <= width - (20 if template == "slides" else 42) + 0.5
        assert word.top > 0
        assert word.bottom < height


def with_answers(data: Any, answer: str) -> Any:
    """A document's data where each answer is that word."""
    match data:
        case {"answer": given, **rest} if given is not None:
            shown: Any = answer
            if isinstance(given, dict):
                shown = {name: f"{answer}-{name}" for name in given}
            return {**with_answers(rest, answer), "answer": shown}
        case dict():
            return {name: with_answers(value, answer) for name, value in data.items()}
        case list() | tuple():
            return [with_answers(value, answer) for value in data]
        case _:
            return data


def test_the_key_adds_answers_and_nothing_else(made: Any) -> None:
    """The students' text is in the key's in its order; what is more there are labelled answers."""
    key = with_answers(msgspec.to_builtins(sample(key=True)), "zebra")
    answered = made(msgspec.convert(key, Document)).text(*_BODY).split()
    asked = made(sample()).text(*_BODY).split()
    rest = iter(answered)
    assert all(word in rest for word in asked)
    told = {f"zebra-{name}": 2 for name in ("text", "why", "misconception")}
    labels = {"Answer": 2, "Why": 2, "Likely": 2, "misconception": 2}
    assert Counter(answered) - Counter(asked) == {"zebra": 3, **told, **labels}


def test_an_answer_moves_nothing(made: Any) -> None:
    """A blank is as wide with its answer as without: what follows it stands in the same place."""

    def places(answer: str | None) -> list[tuple[float, float]]:
        blank = Blank("a", 6, answer)
        read = made(document(Paragraph((Code("accept(3) = "), blank, " and after")))).words()
        return [(word.left, word.top) for word in read if word.text.strip() == "and after"]

    assert places(None) == places("4") == places("654321")


def test_an_answer_is_on_the_slide_after_its_question(made: Any) -> None:
    """Who shows the slides of the key asks first, blanks left out, and tells on the next slide."""
    key = with_answers(msgspec.to_builtins(sample(key=True)), "zebra")
    words = list(made(msgspec.convert(key, Document), "slides").words())
    for kind in ("blank", "prediction"):
        asked, told = (word.page for word in words if word.text.strip() == kind)
        assert told == asked + 1
        shown = {page: [w.text for w in words if w.page == page] for page in (asked, told)}
        assert "zebra" not in " ".join(shown[asked])
        assert "zebra" in " ".join(shown[told])


def test_the_same_document_is_the_same_bytes_in_another_process() -> None:
    """Neither the order of a set nor the fonts of a machine are in the PDF."""
    program = (
        "import sys; from sample_document import sample; from echotrace.views.formats import pdf;"
        "sys.stdout.buffer.write(pdf.pdf(sample()) + pdf.slides(sample()))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7"}
    other = subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, capture_output=True
    )
    assert pdf.pdf(sample()) + pdf.slides(sample()) == other.stdout


@pytest.mark.parametrize("template", _TEMPLATES)
def test_it_is_tagged_and_has_its_fonts_in_it(made: Any, template: str) -> None:
    """PDF/UA-1, as typst checks it: a title, a language, heads of tables, words for drawings."""
    read = made(sample(), template)
    information = _run("pdfinfo", read.path)
    assert "Tagged:          yes" in information
    assert "Date:" not in information
    assert "<pdfuaid:part>1</pdfuaid:part>" in _run("pdfinfo", "-meta", read.path)
    assert re.search(r"Title: +fork and thread", information)
    structure = _run("pdfinfo", "-struct", read.path)
    for tag in ("H1", "H2", "TH", "Figure"):
        assert re.search(rf"^ *{tag}\b", structure, re.MULTILINE), structure
    fonts = _run("pdffonts", read.path).splitlines()[2:]
    assert fonts
    for font in fonts:
        assert re.search(r"(LibertinusSerif|DejaVuSansMono)", font)
        assert re.search(r"yes yes yes +\d+", font)  # embedded, a subset, with Unicode


def test_a_heading_left_out_is_no_gap(made: Any) -> None:
    """A document that goes from the first level to the third is tagged without a gap."""
    made(document(Heading("one"), Heading("three", level=3), Paragraph("text")))


@pytest.mark.parametrize("template", _TEMPLATES)
@pytest.mark.parametrize(
    "title", ["\u4e2d\u6587", "\U0001f600 smile", "\u05e9\u05dc\u05d5\u05dd", "e\u0301"]
)
def test_characters_without_a_font_are_escaped(made: Any, template: str, title: str) -> None:
    """What no font shows, or from right to left, is there as its number; it is never left out."""
    text = made(document(Heading(title), Paragraph((Code(title),)), title=title), template).text()
    assert text.count(drawable(title)) >= 3
    assert "\\u" in drawable(title)


def svg(width: float, height: float) -> Drawing:
    """A drawing of that size, with text at its corners."""
    place = 'font-family="DejaVu Sans Mono" font-size="9"'
    return Drawing(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}"><text x="0" y="9" {place}>left</text>'
        f'<text x="{width}" y="{height - 3}" text-anchor="end" {place}>right</text></svg>',
        width, height, "A drawing", "What it shows",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("paper", "template", "pages"),
    [
        (A4, "handout", [(595, 842)] * 3),
        (A4_LYING, "handout", [(595, 842), (842, 595), (842, 595)]),
        (SLIDE, "slides", [(720, 405)] * 4),
    ],
)
def test_a_drawing_has_its_own_size(
    made: Any, paper: Any, template: str, pages: list[tuple[int, int]]
) -> None:
    """One as big as its paper is neither scaled nor cut; the sheet of a wide one is turned."""
    drawing = svg(paper.width, paper.height)
    figure = Figure("f", "A caption", (drawing, drawing))
    read = made(document(Heading("one"), Paragraph("text"), Heading("two"), figure), template)
    assert [(round(w), round(h)) for w, h in read.pages()][: len(pages)] == pages
    words = list(read.words())
    corners = [word for word in words if word.text.strip() in ("left", "right")]
    for left, right in zip(corners[::2], corners[1::2], strict=True):
        assert left.page == right.page
        assert {left.size, right.size} == {9.0}
        assert right.right - left.left == pytest.approx(paper.width, abs=1)
        assert right.top - left.top == pytest.approx(paper.height - 12, abs=1)
    captions = [word.page for word in words if "A caption" in word.text]
    assert captions == [word.page for word in corners[::2]]


@pytest.mark.parametrize("template", _TEMPLATES)
def test_rows_and_questions_are_not_cut_in_two(made: Any, template: str) -> None:
    """A row is on one page, the head of its table on each; so is a question, up to its answer."""
    lines = tuple(
        Line((Item(f"r{n}begin {'word ' * 60} r{n}end"), Item(f"other {n}"))) for n in range(40)
    )
    asked = tuple(
        Question(n, "kind", f"q{n}begin " + "word " * 40, ("yes", "no", f"q{n}end"), lines=1)
        for n in range(1, 20)
    )
    read = made(document(Table("c", ("head", "last"), (Group("", lines),)), *asked), template)
    pages: dict[str, set[int]] = {}
    heads = set()
    for word in read.words():
        heads |= {word.page} if word.text.strip() == "head" else set()
        for name in re.findall(r"([rq]\d+)(?:begin|end)", word.text):
            pages.setdefault(name, set()).add(word.page)
    assert len(pages) == 40 + 19
    assert all(len(found) == 1 for found in pages.values())
    assert heads == set.union(*(pages[f"r{n}"] for n in range(40)))


def test_two_sources_are_beside_each_other_and_named_on_each_page(made: Any) -> None:
    """Long sources go on on the next page, below their names, and markers stand at their lines."""
    lines = tuple(SourceLine(n, f"    call{n}();", n or None, "r") for n in range(120))
    both = tuple(Source(side, f"{side}.c", lines) for side in ("one", "two"))
    words = list(made(document(Sources(both))).words())
    for page in (1, 2):
        names = [
            word for word in words if word.page == page and word.text.strip() in ("one.c", "two.c")
        ]
        assert len({word.top for word in names}) == 1
        assert names[0].right < 297 < names[1].left
    code = {(word.page, word.text.strip()): word for word in words}
    for (page, text), word in code.items():
        if text.startswith("call") and text != "call0();":
            marker = code[page, text[4:-3]]
            assert marker.right < word.left
            assert marker.top == pytest.approx(word.top, abs=1.5)


def test_what_cannot_be_laid_out_is_an_error_of_ours() -> None:
    """A drawing that is none is said to be so in one line; nobody sees a traceback."""
    broken = Figure("f", "c", (replace(svg(9, 9), svg="<svg"),))
    with pytest.raises(EchotraceError, match=r"cannot lay out the document: .*report"):
        pdf.pdf(document(broken))
