"""The handout as Markdown: what a reader of CommonMark with tables makes of it."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace

from echotrace.views.document.nouns import Document, Listing, Paragraph, Picture
from echotrace.views.document.runs import Blank, Code, Strong, Text
from echotrace.views.formats.writing import WRITERS
from echotrace.views.words import safe
from sample_document import HOSTILE, sample

_KINDS = {
    "heading", "paragraph", "inline", "table", "thead", "tbody", "tr", "th", "td", "ordered_list",
    "bullet_list", "list_item", "blockquote", "hr", "fence", "image",
    "text", "text_special", "code_inline", "strong",
}  # fmt: skip


def _written(document: Document) -> str:
    return WRITERS["markdown"](document, "hand out").content.decode()


def _tokens(markdown: str) -> Iterator[Token]:
    return _all(MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown))


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or ())


def _shown(markdown: str) -> str:
    """What a reader sees, without spaces."""
    leaves = (token.content for token in _tokens(markdown) if not token.children)
    return "".join("".join(leaves).split())


@pytest.mark.parametrize("key", [False, True])
def test_hostile_words_are_shown_as_they_are(*, key: bool) -> None:
    """A document of markup reads like one of a plain word, with the markup in its place."""
    hostile, plain = _written(sample(HOSTILE, key=key)), _written(sample("word", key=key))
    kinds = {re.sub("_(open|close)$", "", token.type) for token in _tokens(hostile)}
    assert kinds <= _KINDS
    assert _shown(hostile).replace("".join(safe(HOSTILE).split()), "word") == _shown(plain)


def test_headings_are_in_order() -> None:
    """The title is the one heading of the first level, and no level is left out below it."""
    tags = [token.tag for token in _tokens(_written(sample())) if token.type == "heading_open"]
    levels = [int(tag[1]) for tag in tags]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= level + 1 for level, later in pairwise(levels))


def test_drawings_stand_beside_it() -> None:
    """Each image is a file beside the document, by a name without spaces; it says what it shows."""
    document = sample("said")
    written = WRITERS["markdown"](document, "hand out")
    images = [token for token in _tokens(written.content.decode()) if token.type == "image"]
    assert [image.attrs["src"] for image in images] == [
        "hand%20out-timeline-1.svg", "hand%20out-timeline-2.svg",
    ]  # fmt: skip
    assert set(written.beside) == {"hand out-timeline-1.svg", "hand out-timeline-2.svg"}
    assert {image.content for image in images} == {"Two lines: said"}
    assert all(content.startswith(b"<svg ") for content in written.beside.values())


def test_pictures_end_where_they_end() -> None:
    """A picture with fences and markup in it, below a list, is one code block."""
    lines = ("```", "<b>*x*</b>", "````")
    blocks = (Listing("Why", ("one",)), Picture("", lines))
    tokens = list(_tokens(_written(replace(sample(), blocks=blocks))))
    assert [token.content for token in tokens if token.type == "fence"] == ["\n".join(lines) + "\n"]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (("a", Code("b"), Code("c"), "d"), "abcd"),
        (("a", Strong("!"), "b"), "a!b"),
        (("a", Strong("b"), Strong("c"), "d"), "abcd"),
        (("a`", Code("b|c"), "`"), "a`b|c`"),
        ((Blank("a", 3, "4"), Code(") = 5")), "(a)4)=5"),
        ((Blank("a", 3, "*"), Code(") = 5")), "(a)*)=5"),
        ((Blank("a", 3), "."), "(a)___."),
        (("1. one", Code("")), "1.one"),
    ],
)
def test_runs_are_shown_next_to_each_other(told: Text, shown: str) -> None:
    """Whatever stands beside a run, in a paragraph the marks around it are read as marks."""
    document = replace(sample(), blocks=(Paragraph(told),))
    paragraphs = [token for token in _tokens(_written(document)) if token.type == "inline"]
    found = "".join(child.content for child in paragraphs[2].children or ())
    assert "".join(found.split()) == shown
