"""Drawings: what they are made of stays text, and looks the same everywhere."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from echotrace.views.document.runs import Blank
from echotrace.views.svg.canvas import ADVANCE, Canvas, Style
from echotrace.views.svg.characters import drawable
from svg_reading import Picture, pdf_text


@settings(max_examples=100)
@given(st.text(max_size=30), st.text(max_size=30))
@example("</text><script>alert(1)</script>", "]]> <!-- &lt; \x00 \ud800 \ufffe")
@example("  two  spaces  ", "\u202e日本語\x1b[2J")
def test_text_from_outside_stays_text(said: str, title: str) -> None:
    """Whatever is written comes out of an XML parser as it was, what cannot be drawn escaped."""
    canvas = Canvas(400, 10)
    canvas.text(5, 5, said)
    canvas.blank(5, 20, Blank(said, 5, said))
    picture = Picture(canvas.drawing(50, title, said).svg)
    assert picture.title == drawable(title)
    assert picture.description == drawable(said)
    if drawable(said).strip():
        assert picture.texts[0].text == drawable(said)


def test_every_character_that_is_drawn_is_in_the_font() -> None:
    """A PDF/UA-1, which may lack no glyph, can be made of all characters that are not escaped."""
    drawn = [chr(code) for code in range(0x3000) if drawable(chr(code)) == chr(code)]
    assert {*"aé→░…≠·µß"} <= set(drawn)
    canvas = Canvas(700, 8)
    for row, start in enumerate(range(0, len(drawn), 100)):
        for column, style in enumerate((Style.PLAIN, Style.STRONG, Style.ASIDE)):
            y = (row * 3 + column) * canvas.line_height
            canvas.text(5, y, "".join(drawn[start : start + 100]), style)
    assert "░" in pdf_text([canvas.drawing(400, "x", "x")])


def test_text_is_as_wide_as_it_is_measured() -> None:
    """Poppler finds a word of the PDF to be as wide as its characters times the advance."""
    canvas = Canvas(300, 10)
    width = canvas.text(10, 10, "mmmm_iiii_0123")
    found = pdf_text([canvas.drawing(50, "x", "x")], "-bbox")
    (left, right), *_ = re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)"', found)
    assert abs(float(right) - float(left) - width) < 0.05
    assert width == 14 * 10 * ADVANCE


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_box_ends_with_the_drawing(top: float, height: float) -> None:
    """Rounding leaves no box beyond the drawing that ends with it."""
    canvas = Canvas(top + height, 10)
    canvas.box(top, top, height, height)
    picture = Picture(canvas.drawing(top + height, "x", "x").svg)
    (_, box) = picture.boxes
    assert box.right == pytest.approx(picture.width, abs=1e-6)
    assert box.bottom == pytest.approx(picture.height, abs=1e-6)


def test_same_drawing_is_the_same_bytes() -> None:
    """The same strokes give the same bytes; others have other ids, for pages with several."""

    def drawn(number: int) -> str:
        canvas = Canvas(100, 9)
        canvas.waiting(1 / 3, -0.001, 10, 7)
        canvas.marker(20, 1, number)
        canvas.arrow(0, 0, 50, 20)
        return canvas.drawing(30, "x", "y").svg

    assert drawn(1) == drawn(1)
    ids = [set(re.findall(r'id="(\w+)"', drawn(number))) for number in (1, 2)]
    assert not ids[0] & ids[1]
    assert "-0" not in drawn(1)
    assert re.search(r"\d\.\d{3}", drawn(1)) is None


def test_hatch_stays_in_its_rectangle() -> None:
    """Every line of a hatch ends on the edge, also of one that is wider than high."""
    for width, height in ((5, 40), (40, 5), (7.3, 7.3)):
        canvas = Canvas(100, 9)
        canvas.hatch(10, 20, width, height)
        svg = canvas.drawing(90, "x", "y").svg
        (path,) = re.findall(r'<path d="([^"]+)"', svg)
        points = [tuple(map(float, point.split())) for point in re.split("[ML]", path)[1:]]
        assert len(points) >= 4
        for x, y in points:
            assert 9.99 <= x <= 10.01 + width
            assert 19.99 <= y <= 20.01 + height
