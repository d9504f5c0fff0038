"""Documents as files: what is written together."""

from pathlib import Path

import pytest

from echotrace.commands import documents, output
from echotrace.errors import SystemRefused, UserError
from echotrace.views.formats.writing import Written

WRITTEN = Written(b"main", {"a.svg": b"first", "b.svg": b"second"})


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
