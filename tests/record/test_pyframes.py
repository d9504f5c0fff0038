"""The line of each call of a Python program, against what the program itself says of it."""

import shutil
import statistics
import sys
from pathlib import Path

import pytest
from pythons import Seen, interpreters, watched
from recordings import PROGRAMS, own_folders, program

from echotrace.record.python.library import BY_NAME
from echotrace.trace import Site

OWN_LINES = PROGRAMS / "own_lines.py"
INTERPRETERS = interpreters()


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


@pytest.fixture(params=list(INTERPRETERS.values()), ids=list(INTERPRETERS))
def python(request: pytest.FixtureRequest) -> str:
    """Each interpreter on this machine."""
    return str(request.param)


def own(seen: list[Seen]) -> list[Seen]:
    """The calls that tell their line."""
    return [call for call in seen if call.text.startswith("own line\n")]


def wrong(seen: list[Seen]) -> list[Seen]:
    """The calls whose line is not what they tell."""
    return [
        call
        for call in own(seen)
        if call.site is None
        or call.text.split("\n")[1:] != [call.site.file, call.site.function, str(call.site.line)]
    ]


def test_each_call_comes_from_the_line_that_the_program_tells(
    python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File, function and line of each write are what the interpreter knew while it made it."""
    seen = watched(monkeypatch, python, str(OWN_LINES))
    (said,) = (int(call.text) for call in seen if call.text.strip().isdigit())
    assert wrong(seen) == []
    assert len(own(seen)) > said > 300  # the children's come on top


@pytest.mark.parametrize("name", ["größe", "長さ", "🐍", "with spaces"])
def test_names_of_any_script_are_read(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A string has one, two or four bytes a character."""
    copy = shutil.copy(OWN_LINES, tmp_path / f"{name}.py")
    seen = watched(monkeypatch, sys.executable, str(copy), "names")
    assert wrong(seen) == []
    assert {Path(call.site.file).stem for call in own(seen) if call.site} == {name}


def test_the_library_function_in_between_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that the library makes has the program's line, and says what was called there."""
    calls = own(watched(monkeypatch, sys.executable, str(OWN_LINES), "through_the_library"))
    named = [(call.site.function, call.site.call) for call in calls if call.site]
    assert named == [
        ("through_the_library", "FileIO.write"),
        ("through_the_library", "FileIO.write"),
        ("through_the_library.<locals>.<lambda>", None),
        ("<module>", None),
    ]


def test_a_child_that_becomes_another_program_has_its_makers_line(
    python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between fork and exec no Python runs, and the line is where the child was made."""
    seen = watched(monkeypatch, python, str(OWN_LINES), "programs")
    children = {call.tid for call in seen} - {seen[0].tid}
    assert len(children) == 2
    for child in children:
        sites = [call.site for call in seen if call.tid == child]
        before = sites[: sites.index(None)]
        assert {site.function for site in before if site} == {"programs"}
        assert set(sites[len(before) :]) == {None}


def test_no_line_while_python_is_being_started(
    python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the interpreter does by itself, before and after the program, is nobody's line."""
    seen = watched(monkeypatch, python, "-S", "-c", "import os; os.getppid()")
    sites = {call.site for call in seen if call.site}
    own_sites = {site for site in sites if not BY_NAME.has(site.file)}
    assert own_sites == {Site("<string>", 1, "<module>")}
    assert not any(site.file.startswith("<frozen") for site in sites)
    assert seen[0].site is None
    assert seen[-1].site is None


def test_a_program_of_the_library_has_its_own_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no frame is the user's, the innermost one is shown."""
    seen = watched(monkeypatch, sys.executable, "-m", "calendar", "2026")
    written = [call.site for call in seen if call.name == "write" and "2026" in call.text]
    assert written
    assert all(site and site.file.endswith("/calendar.py") for site in written)


@pytest.mark.parametrize(("function", "most"), [("the_same_again", 1), ("from_two_depths", 2)])
def test_a_call_that_is_made_again_costs_one_read(
    function: str, most: int, python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was walked once is read at once; a second read when two such ways alternate."""
    calls = own(watched(monkeypatch, python, str(OWN_LINES), function))[10:-2]
    assert statistics.median_high(call.reads for call in calls) == most
    assert statistics.mean(call.reads for call in calls) < most + 1


def test_other_programs_have_no_python_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A C program is looked at ever more rarely, and never takes a line."""
    seen = watched(monkeypatch, program("many_calls"), "2000")
    assert len(seen) > 2000
    assert {(call.site, call.reads) for call in seen} == {(None, 0)}
