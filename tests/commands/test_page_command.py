"""`echotrace page`: the file it writes, and what it says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from echotrace.servers import traces_dir

_FORK, _THREAD = (str(traces_dir() / f"{name}-interleaved.jsonl") for name in ("fork", "thread"))


def _ran(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "echotrace", *words],
        check=False, capture_output=True, text=True, env={**os.environ, **environment},
    )  # fmt: skip


def _data(path: Path) -> dict[str, Any]:
    found = re.search(r'id="data">(.*?)</script>', path.read_text(encoding="utf-8"))
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


@pytest.mark.usefixtures("own_state")
def test_page_of_two_servers() -> None:
    """Both servers are recorded and are in the page; what is kept can be made a handout of."""
    ran = _ran("page", "fork", "thread", "--title", "<Two>")
    assert ran.returncode == 0, ran.stderr
    assert [each["name"] for each in _data(Path("page.html"))["sides"]] == ["fork", "thread"]
    assert "<title>&lt;Two&gt;</title>" in Path("page.html").read_text(encoding="utf-8")
    wrote, *kept, then = ran.stderr.splitlines()
    assert wrote == "wrote page.html"
    assert len(kept) == 2
    assert then.startswith("next: echotrace handout ")
    again = _ran("page", _FORK)
    assert (again.returncode, again.stderr) == (
        2, "echotrace: 'page.html' exists; -f overwrites it\n",
    )  # fmt: skip


def test_same_traces_give_the_same_bytes(tmp_path: Path) -> None:
    """The page of the same traces has the same bytes, whatever order sets have."""
    pages = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.html"
        assert _ran("page", _FORK, _THREAD, "-o", str(path), PYTHONHASHSEED=seed).returncode == 0
        pages.append(path.read_bytes())
    assert pages[0] == pages[1]


def test_page_opens_in_the_browser(tmp_path: Path) -> None:
    """--open gives the file's address to the browser; without one it is there."""
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f'#!/bin/sh\necho "$1" > {seen}\n', encoding="utf-8")
    browser.chmod(0o755)
    path = tmp_path / "a page.html"
    ran = _ran("page", _FORK, "-o", str(path), "--open", "-q", BROWSER=str(browser))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert seen.read_text(encoding="utf-8").strip() == path.as_uri()
    ran = _ran(
        "page", _FORK, "-f", "-o", str(path), "--open", "-q", BROWSER="/nonexistent", PATH=""
    )
    assert ran.returncode == 0
    assert ran.stderr == f"echotrace: no browser was found: open '{path}' in one yourself\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["page", _FORK, "-o", "page.pdf"], "a page is HTML: end the name 'page.pdf' in .html"),
        (["page"], "page takes 1 to 4 servers or traces, not none; as in: echotrace"),
        (["page", *[_FORK] * 5], "page takes 1 to 4 servers or traces, not 5; as in: echotrace"),
        (["page", "nothing.jsonl"], "nothing.jsonl"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for(words: list[str], told: str) -> None:
    """What no page can be made of is said in one line, and nothing is written."""
    ran = _ran(*words)
    assert ran.returncode == 2
    assert told in ran.stderr
    assert not Path("page.html").exists()


def test_cut_off_trace(tmp_path: Path) -> None:
    """Of a trace that is cut off in a line the rest is in the page, and both say so."""
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(Path(_FORK).read_bytes()[:9000])
    ran = _ran("page", str(cut), "-o", str(tmp_path / "cut.html"), "-q")
    assert ran.returncode == 2
    assert "is cut off in line" in ran.stderr
    (side,) = _data(tmp_path / "cut.html")["sides"]
    assert "The file is cut off in line" in side["notes"][0]


@pytest.mark.parametrize("words", [["show", _FORK, "--format", "html"], ["show", _FORK, "--by",
                                   "task", "--all", "-o", "x.html"]])  # fmt: skip
def test_html_of_a_trace_is_its_page(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`show` writes the page of a trace as HTML: by task, and with all events, if asked for."""
    monkeypatch.chdir(tmp_path)
    ran = _ran(*words)
    assert ran.returncode == 0
    path = Path("x.html")
    if "-o" not in words:
        path.write_text(ran.stdout, encoding="utf-8")
    told = _data(path)
    assert told["everything"] is ("--all" in words)
    heads = [column["title"] for column in told["sides"][0]["columns"]]
    assert heads == (
        ["clients", "P0", "P1", "P2"] if "-o" in words else ["server", "#1 C1", "#2 C2"]
    )
