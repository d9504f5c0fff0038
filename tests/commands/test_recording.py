"""Recordings that are kept without a name of the user's."""

from pathlib import Path

import pytest

from echotrace.commands.recording import Recorded, keep
from echotrace.servers import traces_dir
from echotrace.trace import Trace

pytestmark = pytest.mark.usefixtures("own_state")


def _kept(stored: str) -> Recorded:
    """A stored trace, kept as a recording of fork would be."""

    def make(path: Path) -> Recorded:
        path.write_bytes((traces_dir() / stored).read_bytes())
        return Recorded(path)

    return keep("fork", make)


def _script(trace: Trace) -> str | None:
    return trace.header.script


def test_the_next_recording_does_not_change_what_the_one_before_shows() -> None:
    """A recording shows its own calls, though another one has taken its file's name meanwhile."""
    first = _kept("fork-half-close.jsonl")
    second = _kept("fork-interleaved.jsonl")
    assert first.path == second.path
    assert _script(first.trace) == "half-close"
    assert _script(second.trace) == "interleaved"
    assert '"script":"half-close"' in first.text()
    assert first.text() == first.text()
