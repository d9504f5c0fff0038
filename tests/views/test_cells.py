"""Cells: how text is fitted into lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echotrace.views.cells import TIE, fit


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("P0 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC) = 3",
         ["P0 socket(AF_INET,", "  SOCK_STREAM|", "  SOCK_CLOEXEC) = 3"]),
        (f"P0 epoll_create1(EPOLL_CLOEXEC) ={TIE}4",
         ["P0 epoll_create1(", "  EPOLL_CLOEXEC)", "  = 4"]),
        (f"P0 getsockname(3) ={TIE}1", ["P0 getsockname(3)", "  = 1"]),
        ("P0 open(/a/library.so.6.1.2)", ["P0 open(/a/", "  library.so.6.1.2)"]),
    ],
)  # fmt: skip
def test_a_name_is_not_cut_where_a_line_may_end_beside_it(text: str, lines: list[str]) -> None:
    """A word too long for a line ends it after a bar, a bracket or a slash."""
    assert fit(text, 19) == lines


@given(st.text("ab|,( " + TIE, max_size=60), st.integers(4, 30))
def test_nothing_is_lost_and_no_line_too_long(text: str, width: int) -> None:
    """However text is broken, its characters are there in their order, on lines that fit."""
    lines = fit(text, width)
    assert all(len(line) <= max(width, 0) for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
