"""What a server and its clients send, and are called, is text in the page, and no more."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load
from opened_page import opened

_MARKUP = "</script><img src=x onerror=document.title=\"run\"> <!-- ]]> 'q'"
_BYTES = r"\x00\x1c\x1f\xed\xa0\x80\xe2\x80\xae"  # NUL, separators, a lone surrogate, an RTL mark
#: It takes as much as there is, so that a line of 1 MB is few calls.
_SERVER = f"""# {_MARKUP} \x1c {"long " * 200_000}
import socket

listener = socket.create_server(("127.0.0.1", 0))
while True:
    connection, _ = listener.accept()
    while data := connection.recv(1 << 21):
        connection.sendall(data)
    connection.close()
"""
_NAME = '<img src=x onerror=document.title="run">\u202e &amp; \udc80'


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A server of a hostile name, with hostile arguments, that echoes hostile bytes."""
    folder = tmp_path_factory.mktemp("hostile")
    source = folder / f"{_NAME}.py"
    source.write_text(_SERVER, encoding="utf-8")
    script = folder / f"{_NAME}.script"
    escaped = _MARKUP.replace('"', '\\"')
    script.write_text(
        f'1 connect\n1 send "{escaped}"\n1 expect "{escaped}"\n1 send "{_BYTES}"\n'
        f'1 expect "{_BYTES}"\n1 send "x" * 1000000\n1 expect "x" * 1000000\n1 close\n',
        encoding="utf-8",
    )
    trace = folder / "trace.jsonl"
    words = ["run", "--script", str(script), "--snaplen", "65536", "-q", "-o", str(trace)]
    ran = subprocess.run(
        [sys.executable, "-m", "echotrace", *words, str(source)],
        check=False, capture_output=True, text=True,
        env=os.environ | {"XDG_CACHE_HOME": str(folder), "XDG_STATE_HOME": str(folder)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return replay(load(trace))


def test_hostile_bytes_are_text(browser: Browser, tmp_path: Path, hostile: Story) -> None:
    """Markup, control characters and marks that turn text around stand in the page as text."""
    with opened(browser, tmp_path, {_MARKUP: hostile}) as page:
        asked = page.evaluate(
            """() => {
              const planted = document.querySelectorAll("img, iframe, object, script[src]").length;
              return {planted, title: document.title, text: document.body.textContent};
            }"""
        )
        assert asked["planted"] == 0
        assert "run" not in asked["title"].replace('="run">', "")
        for _ in range(12):
            page.get_by_role("button", name="Next").first.click()
        text = page.evaluate("document.body.textContent")
        assert not {*text} & {*"\0\x1c\x1d\x1e\x1f\u202e\udc80"}
        assert "<img src=x onerror=document.title=" in text
        assert "\\u202e" in text
