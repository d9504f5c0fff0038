"""The layout of a PDF, as poppler reads it: sizes, what is not cut, what is beside what."""

import re

import pytest

from echotrace.views.document.nouns import (
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
from echotrace.views.paper import A4, A4_LYING, SLIDE, Paper
from poppler import made
from sample_document import document


def test_an_answer_moves_nothing() -> None:
    """A blank is as wide with its answer as without: what follows it stands in the same place."""

    def places(answer: str | None) -> list[tuple[float, float]]:
        blank = Blank("a", 6, answer)
        read = made(document(Paragraph((Code("accept(3) = "), blank, " and after")))).words()
        return [(word.left, word.top) for word in read if word.text == "and after"]

    assert places(None) == places("4") == places("654321")


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
    paper: Paper, template: str, pages: list[tuple[int, int]]
) -> None:
    """One as big as its paper is neither scaled nor cut; the sheet of a wide one is turned."""
    drawing = svg(paper.width, paper.height)
    figure = Figure("f", "A caption", (drawing, drawing))
    read = made(document(Heading("one"), Paragraph("text"), Heading("two"), figure), template)
    assert read.pages()[: len(pages)] == pages
    words = list(read.words())
    corners = [word for word in words if word.text in ("left", "right")]
    for left, right in zip(corners[::2], corners[1::2], strict=True):
        assert left.page == right.page
        assert {left.size, right.size} == {9.0}
        assert right.right - left.left == pytest.approx(paper.width, abs=1)
        assert right.top - left.top == pytest.approx(paper.height - 12, abs=1)
    captions = [word.page for word in words if "A caption" in word.text]
    assert captions == [word.page for word in corners[::2]]


_LONG = "begin " + "word " * 60 + "end"


def shown_with(paper: Paper, template: str) -> list[list[str]]:
    """What stands on the pages of two drawings with a long caption, of which one fills its page."""
    drawings = (svg(paper.width, paper.height), svg(paper.width, 50))
    words = list(made(document(Heading("One"), Figure("f", _LONG, drawings)), template).words())
    pages = sorted({word.page for word in words if word.text == "left"})
    return [[word.text for word in words if word.page == page] for page in pages]


def test_a_long_caption_stays_with_its_drawing() -> None:
    """Where a drawing fills the page, its caption is cut and says so; else all of it is there."""
    first, second = shown_with(A4, "handout")
    assert any(text.startswith("begin") and text.endswith("… (1 of 2)") for text in first)
    assert any(text.endswith("end (2 of 2)") for text in second)


def test_slides_have_a_long_caption_once() -> None:
    """It is whole, where there is room for it; the titles say which slide it is."""
    first, second = shown_with(SLIDE, "slides")
    assert not any(word in text for text in first for word in ("begin", "…"))
    assert "One (2 of 2)" in second
    assert any(text.endswith("end") for text in second)


@pytest.mark.parametrize("template", ["handout", "slides"])
def test_rows_and_questions_are_not_cut_in_two(template: str) -> None:
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
        heads |= {word.page} if word.text == "head" else set()
        for name in re.findall(r"([rq]\d+)(?:begin|end)", word.text):
            pages.setdefault(name, set()).add(word.page)
    assert len(pages) == 40 + 19
    assert all(len(found) == 1 for found in pages.values())
    assert heads == set.union(*(pages[f"r{n}"] for n in range(40)))


def test_two_sources_are_beside_each_other_and_named_on_each_page() -> None:
    """Long sources go on on the next page, below their names, and markers stand at their lines."""
    lines = tuple(SourceLine(n, f"    call{n}();", n or None, "r") for n in range(120))
    both = tuple(Source(side, f"{side}.c", lines) for side in ("one", "two"))
    words = list(made(document(Sources(both))).words())
    for page in (1, 2):
        names = [word for word in words if word.page == page and word.text in ("one.c", "two.c")]
        assert len({word.top for word in names}) == 1
        assert names[0].right < 297 < names[1].left
    code = {(word.page, word.text): word for word in words}
    for (page, text), word in code.items():
        if text.startswith("call") and text != "call0();":
            marker = code[page, text[4:-3]]
            assert marker.right < word.left
            assert marker.top == pytest.approx(word.top, abs=1.5)
