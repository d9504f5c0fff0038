"""Which format the name of a file stands for."""

from pathlib import Path

import pytest

from echotrace.commands import formats
from echotrace.errors import UserError
from echotrace.views.rendering import FORMATS

_DOCUMENTS = {**formats.DOCUMENTS, ".txt": "text"}


@pytest.mark.parametrize(
    ("name", "form", "found"),
    [
        ("a.pdf", None, "pdf"), ("a.PDF", None, "pdf"), ("a.htm", None, "html"),
        ("a.md", None, "markdown"), ("a.tex", None, "latex"), ("a.txt", None, "text"),
        ("a.pdf", "slides", "slides"), ("a.xyz", "html", "html"),
    ],
)  # fmt: skip
def test_ending_stands_for_a_format(name: str, form: str | None, found: str) -> None:
    """The format is what was chosen, or what the ending of the name says."""
    assert formats.chosen(form, Path(name), _DOCUMENTS, "text") == found


def test_ending_of_no_format_is_refused() -> None:
    """A name that says nothing is refused with all endings that do."""
    with pytest.raises(UserError, match=r"\.pdf, \.html, \.htm, \.md, \.tex, \.txt, or choose"):
        formats.chosen(None, Path("a.xyz"), _DOCUMENTS, "text")


@pytest.mark.parametrize("name", ["a", "a.log", "a.TXT"])
def test_view_is_text_in_a_file_of_no_other_format(name: str) -> None:
    """A view may be text in a file with any ending but those of other things."""
    assert formats.of_view(None, Path(name)) == "text"
    with pytest.raises(UserError, match="does not say which format"):
        formats.of_view(None, Path("a.jsonl"))


def test_all_formats_of_views_can_be_chosen() -> None:
    """The formats that endings stand for are those that views are rendered in."""
    assert tuple(dict.fromkeys(formats.VIEWS.values())) == FORMATS
