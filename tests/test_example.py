"""The example: it runs, it is typed, and it reads as a notebook."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "examples" / "compare.py"


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the example prints, from a folder of its own."""
    done = subprocess.run(
        [sys.executable, str(EXAMPLE)],
        cwd=tmp_path_factory.mktemp("example"), capture_output=True, text=True, check=False,
        encoding="utf-8",
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


def test_example_shows_every_part(output: str) -> None:
    """Each cell shows what it is about: connections, an expectation, differences, costs, HTML."""
    for shown in (
        "#1: 9 calls of P0, P1, 5 bytes in",
        "expected fork, but P0 calls pthread_create",
        "(event 25 of fork)",
        "#2 C2",
        "calls an echo",
        "fork-thread.html: ",
    ):
        assert shown in output


def test_example_is_a_notebook() -> None:
    """It has several cells in the percent format, each with a title."""
    cells = re.findall(r"^# %%(.*)$", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(cells) > 5
    assert all(title.strip() for title in cells)
