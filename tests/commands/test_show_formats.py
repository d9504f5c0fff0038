"""`echotrace show` in every format, by --format or by the ending of a file's name."""

from pathlib import Path

import pytest

from echotrace import cli
from echotrace.servers import traces_dir
from echotrace.views.rendering import FORMATS

TRACE = str(traces_dir() / "fork-interleaved.jsonl")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test writes into a directory of its own."""
    monkeypatch.chdir(tmp_path)


def show(*words: str) -> int:
    """Run the command in this process; its exit status."""
    return cli.run(["show", TRACE, *words])


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_printed(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output takes every format."""
    assert show("--format", form, "--by", "task") == 0
    assert "P1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "begins"),
    [("x.txt", "fork"), ("x.md", "**fork"), ("x.html", "<!DOCTYPE html>"), ("x.json", "{"),
     ("x.svg", "<svg")],
)  # fmt: skip
def test_format_is_that_of_the_ending(name: str, begins: str) -> None:
    """-o takes the format by the ending of the file's name; --width is that of a drawing, too."""
    assert show("-o", name, "--width", "120") == 0
    assert Path(name).read_text(encoding="utf-8").startswith(begins)
    if name == "x.svg":
        assert 'width="618.09pt"' in Path(name).read_text(encoding="utf-8")


def test_what_a_format_has_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """No file is written whose name would lie, and sentences of --explain go with text only."""
    assert show("-o", "x.pdf") == 2
    assert "end it in .txt, .md, .html, .htm, .json, .svg, or" in capsys.readouterr().err
    assert show("-o", "x.svg", "--explain") == 2
    assert "choose --format text" in capsys.readouterr().err
    assert not list(Path().iterdir())
