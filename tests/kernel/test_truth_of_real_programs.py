"""The model against the kernel, with servers that nobody here wrote."""

from pathlib import Path

import pytest
from recordings import own_folders
from witnesses import NEEDS_SS, agree, rests

from echotrace.record import script
from echotrace.record.plan import Plan
from real_programs import EVERY, Real

pytestmark = NEEDS_SS


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


@pytest.mark.parametrize("real", EVERY)
def test_model_agrees_with_the_kernel(real: Real, tmp_path: Path) -> None:
    """Whenever the server rests, its tables, tree and sockets are those of /proc and ss."""
    argv, play = real.argv(tmp_path / "own"), script.parse(real.script, real.name)
    found, history = rests(Plan(real.name, "c", argv, play, mute=True, lines=False))
    agree(found, history)
    assert len(found) > len(play.steps)
    assert any(entry.socket for rest in found for entry in history.at(rest.time).opens)
