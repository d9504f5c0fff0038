"""Documents as files: which format a name stands for, and what is written together."""

from pathlib import Path

import pytest

from echotrace.commands import documents, output
from echotrace.errors import SystemRefused, UserError
from echotrace.views.formats.writing import Written

WRITTEN = Written(b"main", {"a.svg": b"first", "b.svg": b"second"})


@pytest.mark.parametrize(
    ("name", "chosen", "form"),
    [
        ("a.pdf", None, "pdf"), ("a.PDF", None, "pdf"), ("a.htm", None, "html"),
        ("a.md", None, "markdown"), ("a.tex", None, "latex"), ("a.txt", None, "text"),
        ("a.pdf", "slides", "slides"), ("a.xyz", "html", "html"),
    ],
)  # fmt: skip
def test_ending_stands_for_a_format(name: str, chosen: str | None, form: str) -> None:
    """The format is what was chosen, or what the ending of the name says."""
    assert documents.form_of(Path(name), chosen, further={".txt": "text"}) == form


def test_ending_of_no_format_is_refused() -> None:
    """A name that says nothing is refused with all endings that do."""
    with pytest.raises(UserError, match=r"\.pdf, \.html, \.md, \.tex, \.txt, or choose"):
        documents.form_of(Path("a.xyz"), None, further={".txt": "text"})


def test_files_beside_stand_in_the_same_folder(tmp_path: Path) -> None:
    """All files are written into the folder of the document, which is named first."""
    path = tmp_path / "a.md"
    files = documents.write(WRITTEN, path, overwrite=False)
    assert files == [path, tmp_path / "a.svg", tmp_path / "b.svg"]
    assert [file.read_bytes() for file in files] == [b"main", b"first", b"second"]


def test_nothing_is_written_where_one_file_must_stay(tmp_path: Path) -> None:
    """One file that exists keeps all of them from being written, unless they are overwritten."""
    (tmp_path / "b.svg").write_text("mine")
    path = tmp_path / "a.md"
    with pytest.raises(UserError, match=r"b\.svg' exists; -f overwrites it"):
        documents.write(WRITTEN, path, overwrite=False)
    assert [file.name for file in tmp_path.iterdir()] == ["b.svg"]
    documents.write(WRITTEN, path, overwrite=True)
    assert (tmp_path / "b.svg").read_bytes() == b"second"


def test_document_is_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file beside cannot be written there is no document that names it."""
    real = output.write

    def refuse(content: bytes, path: Path, *, overwrite: bool) -> None:
        if path.name == "b.svg":
            raise SystemRefused("no space left")
        real(content, path, overwrite=overwrite)

    monkeypatch.setattr(output, "write", refuse)
    with pytest.raises(SystemRefused):
        documents.write(WRITTEN, tmp_path / "a.md", overwrite=False)
    assert not (tmp_path / "a.md").exists()
