"""What Python's library adds where a program asks it for more: create_server, and a timeout."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from recordings import own_folders, played

from echotrace.record import script
from echotrace.record.plan import Plan
from echotrace.story.compare.compare import compare
from echotrace.story.nouns import Story
from echotrace.story.replay import replay

_PROGRAM = """\
import socket

listener = socket.create_server(("127.0.0.1", 0), backlog=100)
print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
listener.settimeout(60)
while True:
    conn, _ = listener.accept()
    while data := conn.recv(1024):
        conn.sendall(data)
    conn.close()
"""


def test_library_calls_are_told_as_such(
    stored: Mapping[str, Story],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
) -> None:
    """SO_REUSEADDR is create_server's; poll and the ioctl are accept's, for the timeout."""
    own_folders(monkeypatch, tmp_path_factory)
    path = tmp_path / "timed.py"
    path.write_text(_PROGRAM)
    play = script.find("interleaved", 2)
    python = replay(played(Plan("timed", "python", [sys.executable, str(path)], play, mute=True)))
    told = compare([stored["iterative"], python]).differences[0]
    assert [each.kind for each in told] == [
        "flags", "extra-call", "extra-call", "option", "option", "close-on-exec", "name-asked",
    ]  # fmt: skip
    _, poll, ioctl, reuse, nonblocking, *_ = (each.sentence for each in told)
    assert "), in socket.accept of Python's library: a socket with a timeout is nonblocking" in poll
    assert "timed calls ioctl " in ioctl
    assert "), in socket.accept of Python's library: the listening socket has a timeout" in ioctl
    assert "), in create_server of Python's library: bind may take an address" in reuse
    assert "timed sets O_NONBLOCK on fd 3 with ioctl " in nonblocking
    assert "library" not in nonblocking  # settimeout is the program's own wish
