"""The model against the kernel: /proc and ss, asked whenever a recorded server has come to rest."""

import pytest
from recordings import own_folders, server_plan
from witnesses import NEEDS_SS, agree, rests

from echotrace import servers
from echotrace.record.script import BUILT_IN
from echotrace.trace import ClientStep

TWINS = [(name, language) for name in servers.NAMES for language in servers.languages(name)]

pytestmark = NEEDS_SS


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


@pytest.mark.parametrize("play", BUILT_IN)
@pytest.mark.parametrize(("name", "language"), TWINS)
def test_model_agrees_with_the_kernel(name: str, language: str, play: str) -> None:
    """Whenever the server rests, its tables, tree and sockets are those of /proc and ss."""
    found, history = rests(server_plan(name, play=play, language=language))
    agree(found, history)
    steps = [r for r in found[-1].records if isinstance(r, ClientStep)]
    assert len(found) > len(steps) > 0
    assert any(entry.socket for rest in found for entry in history.at(rest.time).opens)
