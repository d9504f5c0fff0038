"""The reference traces: whole, explained, and what a fresh recording gives."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from echotrace.commands.recording import Wish, record
from echotrace.record.script import BUILT_IN
from echotrace.servers import NAMES, traces_dir
from echotrace.story.replay import replay
from echotrace.story.sequence import canonical
from echotrace.tracefile import load

#: Clients that a server has met, where it has not met both: a UDP client that sends nothing.
_CLIENTS: Mapping[tuple[str, str], list[int]] = {("udp", "silent"): [2], ("udp", "idle"): []}
PAIRS = [(server, script) for server in NAMES for script in BUILT_IN]


def test_every_server_has_every_script() -> None:
    """There is one reference trace for each server and built-in script, and no other."""
    names = {path.name for path in traces_dir().glob("*.jsonl")}
    assert names == {f"{server}-{script}.jsonl" for server, script in PAIRS}


@pytest.mark.parametrize(("server", "script"), PAIRS)
def test_reference_trace_is_whole_and_understood(server: str, script: str) -> None:
    """A reference trace has its end, and the model doubts nothing in it."""
    story = replay(load(traces_dir() / f"{server}-{script}.jsonl"))
    assert story.trace.end is not None
    assert story.trace.end.reason is None
    assert story.doubts == ()
    assert [connection.client for connection in story.connections] == _CLIENTS.get(
        (server, script), [1, 2]
    )


@pytest.mark.parametrize(("server", "script"), PAIRS)
def test_fresh_recording_equals_the_stored_one(
    server: str, script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With roles for numbers, a recording made now is the stored one, event for event."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    recorded = record(
        Wish(server, script=script, quiet=True), tmp_path / "t.jsonl", overwrite=False
    )
    stored = load(traces_dir() / f"{server}-{script}.jsonl")
    assert canonical(replay(recorded.trace)) == canonical(replay(stored))
