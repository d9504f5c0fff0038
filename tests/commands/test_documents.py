"""Documents as files: what is written together."""

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from echotrace.commands import documents
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


@pytest.mark.parametrize("name", ["a.md", "b.svg"])
def test_all_files_are_written_or_none(tmp_path: Path, name: str) -> None:
    """Where the system does not take one file there are no others, and those of before stay."""
    old, folder = tmp_path / "a.svg", tmp_path / name
    old.write_text("mine")
    folder.mkdir()
    with pytest.raises((SystemRefused, UserError)):
        documents.write(WRITTEN, tmp_path / "a.md", overwrite=True)
    assert set(tmp_path.iterdir()) == {old, folder}
    assert old.read_text() == "mine"


def test_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full in the middle leaves neither a file nor a draft of one."""
    made = tempfile.mkstemp

    def until_full(**wish: Any) -> Any:
        if len(list(tmp_path.iterdir())) == len(WRITTEN.beside):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return made(**wish)

    monkeypatch.setattr(tempfile, "mkstemp", until_full)
    with pytest.raises(SystemRefused, match=r"a\.md': No space left on device"):
        documents.write(WRITTEN, tmp_path / "a.md", overwrite=False)
    assert not list(tmp_path.iterdir())


def test_drawings_need_a_folder_of_files() -> None:
    """A document with drawings beside it is not written to a device: they would stay in /dev."""
    with pytest.raises(UserError, match="'/dev/null' is no file"):
        documents.write(WRITTEN, Path("/dev/null"), overwrite=True)
    assert not Path("/dev/a.svg").exists()


def test_no_file_is_called_minus() -> None:
    """- is not taken for a file, of which nobody would know."""
    with pytest.raises(UserError, match="/dev/stdout"):
        documents.write(Written(b"main"), Path("-"), overwrite=False)
