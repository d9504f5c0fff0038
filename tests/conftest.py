"""What the tests share: their own state, and stories of recordings."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from recordings import own_folders, played, server_plan

from echotrace import cli
from echotrace.servers import NAMES, traces_dir
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load
from said import Command, Said

settings.register_profile("echotrace", deadline=None)  # no test has a time to keep
settings.load_profile("echotrace")
TRACES = sorted(traces_dir().glob("*.jsonl"))


@pytest.fixture
def own_state(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test that records has its own state and working directory, and shares what is compiled."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def echotrace(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command line in this process."""
    return lambda *words: Said(cli.run([*words]), *capsys.readouterr())


@pytest.fixture(params=TRACES, ids=lambda path: path.stem)
def story(request: pytest.FixtureRequest) -> Story:
    """The story of each bundled trace."""
    path = request.param
    assert isinstance(path, Path)
    return replay(load(path))


@pytest.fixture(scope="session")
def stored() -> Mapping[str, Story]:
    """The bundled story of each server in C under `interleaved`."""
    return {name: replay(load(traces_dir() / f"{name}-interleaved.jsonl")) for name in NAMES}


@pytest.fixture(scope="session")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Story]]:
    """The same of each server in Python, recorded here."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        own_folders(monkeypatch, tmp_path_factory)
        yield {name: replay(played(server_plan(name, language="python"))) for name in NAMES}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, with a window open."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        opened.new_context()
        yield opened
        opened.close()
