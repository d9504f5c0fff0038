"""Sources: what files are called, and when their text is the program's."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echotrace.record.origins import UNKNOWN, Origin
from echotrace.record.sources import LONGEST, Sources, short_name
from echotrace.trace import Site, Source

LATER = 10**10  # nanoseconds


def source_of(path: Path, built: int | None, *compiled_from: Path) -> Source:
    """What is kept of a source that a program names that was built at that time."""
    sources = Sources([Origin(str(path), 1, None, None, built)], compiled_from, Path("/nowhere"))
    assert sources.site(0) == Site(path.name, 1)
    (source,) = sources.take_new()
    assert sources.take_new() == []
    return source


def written(folder: Path, text: bytes = b"int main;\n") -> tuple[Path, int]:
    """A source and when it was changed last."""
    path = folder / "echo.c"
    path.write_bytes(text)
    return path, path.stat().st_mtime_ns


def test_text_of_an_unchanged_source_is_kept(tmp_path: Path) -> None:
    """A source that is older than its program comes with its text, any byte of it readable."""
    path, changed = written(tmp_path, b"int caf\xe9;\n")
    assert source_of(path, changed + LATER) == Source("echo.c", "int caf\ufffd;\n")


def test_changed_source_is_not_shown(tmp_path: Path) -> None:
    """Of a source that is newer than its program the name is kept, and why there is no text."""
    path, changed = written(tmp_path)
    source = source_of(path, changed - LATER)
    assert source.text is None
    assert source.problem == (
        "echo.c was changed after the program was compiled: its lines are not shown"
    )


def test_source_that_we_compiled_needs_no_time(tmp_path: Path) -> None:
    """A source that the program is known to be made from is shown, however new it looks."""
    path, changed = written(tmp_path)
    assert source_of(path, changed - LATER, path).problem is None


def test_source_that_is_run_itself_needs_no_time(tmp_path: Path) -> None:
    """An interpreter's source has no program that could be older."""
    assert source_of(written(tmp_path)[0], None).text == "int main;\n"


def test_moved_source_is_missed(tmp_path: Path) -> None:
    """A source that is gone is said to be so, without a path of this machine."""
    for path in (tmp_path / "gone.c", tmp_path / "gone" / "too.c"):
        source = source_of(path, 0)
        assert source.text is None
        assert source.problem == (f"{path.name} is not where it was when the program was compiled")


def test_source_that_never_was_a_file() -> None:
    """What Python was given as text, by -c or exec, has a name that is no file's."""
    source = source_of(Path("<string>"), None)
    assert source.problem == "<string> never was a file: its lines are not known"


def test_what_is_no_text_is_not_read(tmp_path: Path) -> None:
    """Folders, pipes and very long files are not read, and waited for still less."""
    pipe, folder, long = tmp_path / "pipe.c", tmp_path / "folder.c", tmp_path / "long.c"
    os.mkfifo(pipe)
    folder.mkdir()
    long.write_bytes(b"x" * (LONGEST + 1))
    problems = [source_of(path, None).problem for path in (pipe, folder, long)]
    assert problems == [
        "pipe.c is no file any more",
        "folder.c is no file any more",
        "long.c is longer than 256 KiB: its lines are not kept",
    ]
    long.write_bytes(b"x" * LONGEST)
    assert source_of(long, None).problem is None


@pytest.mark.parametrize(
    ("path", "taken", "by_itself", "name"),
    [
        ("/home/me/echo/src/a.c", (), False, "src/a.c"),
        ("/home/me/echo/src/a.c", (), True, "a.c"),
        ("/home/me/echoes/a.c", (), False, "a.c"),
        ("/usr/lib/a.c", ("a.c",), False, "lib/a.c"),
        ("/usr/lib/a.c", ("a.c", "lib/a.c"), False, "usr/lib/a.c"),
        ("a.c", (), False, "a.c"),
    ],
)
def test_names_are_short_and_differ(
    path: str, taken: tuple[str, ...], by_itself: bool, name: str
) -> None:
    """From the current directory downwards, else the last name and what tells it from others."""
    assert short_name(path, Path("/home/me/echo"), taken, by_itself=by_itself) == name


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=3), unique_by=tuple))
def test_no_two_sources_share_a_name(paths: list[list[str]]) -> None:
    """Each file has a name of its own."""
    found = [Origin("/nowhere/" + "/".join(path), 1, None, None, None) for path in paths]
    sources = Sources(found, (), Path("/elsewhere"))
    sites = [sources.site(number) for number in range(len(found))]
    names = [site.file for site in sites if site]
    assert len(set(names)) == len(found)
    assert [source.file for source in sources.take_new()] == names
    assert sources.site(UNKNOWN) is None
