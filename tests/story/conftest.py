"""What the tests of stories share."""

from pathlib import Path

import pytest

from echotrace.servers import traces_dir
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load

TRACES = sorted(traces_dir().glob("*.jsonl"))


@pytest.fixture(params=TRACES, ids=lambda path: path.stem)
def story(request: pytest.FixtureRequest) -> Story:
    """The story of each bundled trace."""
    path = request.param
    assert isinstance(path, Path)
    return replay(load(path))
