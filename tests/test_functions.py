"""The table of system calls: which C function is said to have made a call."""

import pytest

from echotrace.functions import called
from echotrace.trace import Site, Syscall


@pytest.mark.parametrize(
    ("name", "site", "function"),
    [
        ("recvfrom", None, "recv"),
        ("recvfrom", Site("a.c", 1), "recv"),
        ("recvfrom", Site("a.c", 1, "main", "recvfrom"), "recvfrom"),
        ("write", Site("a.c", 1, "main", "dprintf"), "dprintf"),
        ("exit_group", Site("a.c", 1, "main", "_exit"), "_exit"),
        ("newer_than_all_tables", None, "newer_than_all_tables"),
    ],
)
def test_function_is_the_one_that_the_program_called(
    name: str, site: Site | None, function: str
) -> None:
    """What the trace tells goes before the C function that usually makes such a call."""
    call = Syscall(1, 10, name, {"fd": 3, "addr": None}, 0, None, 0, 1, site=site)
    assert called(call) == function
