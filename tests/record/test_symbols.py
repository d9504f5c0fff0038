"""The names of functions: what the program wrote, not what the C library calls it inside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echotrace.record import symbols


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("recv", "recv"),
        ("_exit", "_exit"),
        ("__libc_send", "send"),
        ("__GI___libc_recv", "recv"),
        ("__GI__exit", "_exit"),
        ("__recv_chk", "recv"),
        ("__isoc99_sscanf", "sscanf"),
        ("__libc_start_main", "__libc_start_main"),
        ("__clone", "__clone"),
    ],
)
def test_public_name(name: str, public: str) -> None:
    """Names of the library's own are turned into those of the manual pages."""
    assert symbols._public(name) == public


@given(st.permutations(["__libc_send", "__send", "send", "send64", "_send"]))
def test_most_public_of_several_names(names: list[str]) -> None:
    """Where a function has several names, the one without underscores and the shortest is told."""
    assert min(names, key=symbols._publicity) == "send"
