"""The PDF, as poppler reads it: all that the document says, where and how big, and nothing else."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from echotrace.errors import EchotraceError
from echotrace.views.document.nouns import (
    Document,
    Figure,
    Heading,
    Paragraph,
)
from echotrace.views.document.runs import Code
from echotrace.views.drawing import Drawing
from echotrace.views.formats import pdf
from echotrace.views.svg.characters import drawable
from poppler import made
from sample_document import HOSTILE, document, sample

_SAID = {"plain": "fork copies the table", "hostile": HOSTILE, "long": "x" * 700}
_TEMPLATES = {"handout": (595, 842, 8.0), "slides": (720, 405, 12.0)}  # points
#: The room within the margins of A4, for pdftotext.
_BODY = ("-x", "0", "-y", "48", "-W", "595", "-H", "752")
_DRAWN = "P0 accept(3) = 4"


def said(data: Any) -> Iterator[str]:
    """Every text of a document: all but names of its nouns, names of files, and drawings."""
    match data:
        case str():
            yield data
        case {"svg": _}:
            pass
        case dict():
            for name, value in data.items():
                if name not in ("type", "name", "language") and (name != "kind" or "stem" in data):
                    yield from said(value)
        case list() | tuple():
            for value in data:
                yield from said(value)
        case _:
            pass


def squeezed(text: str) -> str:
    """A text without any white space: where lines end is not what is compared."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("template", _TEMPLATES)
@pytest.mark.parametrize("words", ["plain", "hostile"])
@pytest.mark.parametrize("key", [False, True])
def test_it_says_all_that_the_document_says(template: str, words: str, *, key: bool) -> None:
    """Each text of the document is in the PDF, as it is or escaped, and is no markup."""
    whole = sample(_SAID[words], key=key)
    text = squeezed(made(whole, template).text())
    for each in (_DRAWN, *said(msgspec.to_builtins(whole) | {"labels": {}})):
        assert squeezed(drawable(each)) in text


@pytest.mark.parametrize("template", _TEMPLATES)
@pytest.mark.parametrize("words", _SAID)
def test_all_text_is_big_enough_and_within_the_margins(template: str, words: str) -> None:
    """No text is smaller than can be read, and none leaves the room that the margins leave."""
    width, height, least = _TEMPLATES[template]
    read = made(sample(_SAID[words], key=True), template)
    assert set(read.pages()) == {(width, height)}
    for word in read.words():
        assert word.size >= least or word.text == _DRAWN
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


def test_the_key_adds_answers_and_nothing_else() -> None:
    """The students' text is in the key's in its order; what is more there are labelled answers."""
    whole = msgspec.to_builtins(sample(key=True))
    key = with_answers(whole, "zebra") | {"labels": whole["labels"]}
    answered = made(msgspec.convert(key, Document)).text(*_BODY).split()
    asked = made(sample()).text(*_BODY).split()
    rest = iter(answered)
    assert all(word in rest for word in asked)
    told = {f"zebra-{name}": 2 for name in ("text", "why", "misconception")}
    labels = {"Answer": 2, "Why": 2, "Likely": 2, "misconception": 2}
    assert Counter(answered) - Counter(asked) == {"zebra": 3, **told, **labels}


def test_an_answer_is_on_the_slide_after_its_question() -> None:
    """Who shows the slides of the key asks first, blanks left out, and tells on the next slide."""
    whole = msgspec.to_builtins(sample(key=True))
    key = with_answers(whole, "zebra") | {"labels": whole["labels"]}
    words = list(made(msgspec.convert(key, Document), "slides").words())
    for kind in ("blank", "prediction"):
        asked, told = (word.page for word in words if word.text == kind)
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
def test_it_is_tagged_and_has_its_fonts_in_it(template: str) -> None:
    """PDF/UA-1, as typst checks it: a title, a language, heads of tables, words for drawings."""
    read = made(sample(), template)
    information = read.read("pdfinfo")
    assert "Tagged:          yes" in information
    assert "Date:" not in information
    assert "<pdfuaid:part>1</pdfuaid:part>" in read.read("pdfinfo", "-meta")
    assert re.search(r"Title: +fork and thread", information)
    structure = read.read("pdfinfo", "-struct")
    for tag in ("H1", "H2", "TH", "Figure"):
        assert re.search(rf"^ *{tag}\b", structure, re.MULTILINE), structure
    fonts = read.read("pdffonts").splitlines()[2:]
    assert fonts
    for font in fonts:
        assert re.search(r"(LibertinusSerif|DejaVuSansMono)", font)
        assert re.search(r"yes yes yes +\d+", font)  # embedded, a subset, with Unicode


def test_a_heading_left_out_is_no_gap() -> None:
    """A document that goes from the first level to the third is tagged without a gap."""
    made(document(Heading("one"), Heading("three", level=3), Paragraph("text")))


@pytest.mark.parametrize("template", _TEMPLATES)
@pytest.mark.parametrize(
    "title", ["\u4e2d\u6587", "\U0001f600 smile", "\u05e9\u05dc\u05d5\u05dd", "e\u0301"]
)
def test_characters_without_a_font_are_escaped(template: str, title: str) -> None:
    """What no font shows, or from right to left, is there as its number; it is never left out."""
    text = made(document(Heading(title), Paragraph((Code(title),)), title=title), template).text()
    assert text.count(drawable(title)) >= 3
    assert "\\u" in drawable(title)


def test_what_cannot_be_laid_out_is_an_error_of_ours() -> None:
    """A drawing that is none is said to be so in one line; nobody sees a traceback."""
    broken = Figure("f", "c", (Drawing("<svg", 9, 9, "title", "description"),))
    with pytest.raises(EchotraceError, match=r"cannot lay out the document: .*report"):
        pdf.pdf(document(broken))
