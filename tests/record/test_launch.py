"""What a program is started with."""

import os
from collections.abc import Iterator

import pytest
from recordings import free, own_folders, plan

from echotrace.trace import Syscall


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


@pytest.fixture
def number_3_is_passed_on() -> Iterator[None]:
    """As in the terminal of an editor: what starts us has left a descriptor open for all."""
    try:
        former = os.get_inheritable(3)
    except OSError:
        os.dup2(0, 3, inheritable=True)
        yield
        os.close(3)
    else:
        os.set_inheritable(3, True)
        yield
        os.set_inheritable(3, former)


@pytest.mark.usefixtures("number_3_is_passed_on")
def test_program_gets_the_standard_streams_and_nothing_else() -> None:
    """What our caller left open at exec does not shift the numbers that the program is given."""
    trace = free(plan("leader_ends"))
    made = [r.result for r in trace.records if isinstance(r, Syscall) and r.name == "socket"]
    assert made == [3]
