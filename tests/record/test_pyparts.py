"""What needs no program: tables of lines, names of files, the search for an interpreter."""

import dis
import json
import os
import random
import socketserver
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echotrace.record.python import runtime
from echotrace.record.python.frames import Interpreter
from echotrace.record.python.library import Library
from echotrace.record.python.lines import line_at
from echotrace.record.python.sites import PythonSites
from echotrace.record.scatter import ScatterReader

TID = 4711


def codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """A code object and all that are inside."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)


@pytest.mark.parametrize("module", [dis, json.decoder, random, socketserver, types])
def test_lines_are_those_that_the_interpreter_decodes(module: types.ModuleType) -> None:
    """Every code unit of real modules has the line that co_lines() gives."""
    assert module.__file__
    source = Path(module.__file__).read_text(encoding="utf-8")
    for code in codes(compile(source, module.__file__, "exec")):
        units = len(code.co_code) // 2
        expected = {
            unit: line
            for begin, end, line in code.co_lines()
            for unit in range(begin // 2, end // 2)
        }
        table, first = code.co_linetable, code.co_firstlineno
        assert {u: line_at(table, first, units, u) for u in range(units)} == expected
        assert line_at(table, first, units + 1, 0) is None


@given(st.binary(), st.integers(), st.integers(), st.integers())
def test_no_table_is_too_odd_to_be_read(table: bytes, first: int, units: int, unit: int) -> None:
    """Whatever the bytes are, there is a line or none."""
    line = line_at(table, first, units, unit)
    assert line is None or isinstance(line, int)


def test_a_stripped_interpreter_is_found_by_its_section(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without symbols the section and the name of the file say the same."""
    (by_symbol,) = runtime.candidates(os.getpid())
    monkeypatch.setattr(runtime, "_images", {})
    monkeypatch.setattr(runtime, "_SYMBOLS", ())
    (by_section,) = runtime.candidates(os.getpid())
    assert by_section.runtime == by_symbol.runtime
    assert by_section.version_at is None
    assert by_symbol.version_at is not None


@pytest.mark.parametrize(
    ("file", "library"),
    [
        ("/usr/lib/python3.11/socket.py", True),
        ("/home/me/.venv/lib/python3.13/site-packages/flask/app.py", True),
        ("/usr/lib/python3/dist-packages/apt.py", True),
        ("/opt/python/lib64/python3.14t/socketserver.py", True),
        ("/usr/lib/python311.zip/socket.py", True),
        ("<frozen importlib._bootstrap>", True),
        ("/home/me/python3.11/server.py", False),
        ("/srv/lib/server.py", False),
        ("<string>", False),
    ],
)
def test_whose_file_it_is(file: str, library: bool) -> None:
    """The standard library's and installed packages' files are not the student's."""
    assert Library().has(file) == library


@pytest.mark.parametrize(
    ("file", "library"),
    [
        ("/v/lib/python3.13/site-packages/us/python/fork.py", False),
        ("/v/lib/python3.13/site-packages/us/python/own/parts.py", False),
        ("/v/lib/python3.13/site-packages/us/python/stand_in.py", True),
        ("/v/lib/python3.13/site-packages/us/python/.v/lib/python3.13/socket.py", True),
        ("/v/lib/python3.13/site-packages/us/other.py", True),
        ("/v/lib/python3.13/socket.py", True),
    ],
)
def test_what_lies_by_the_script_is_its_own(file: str, library: bool) -> None:
    """A program that is installed itself has its own lines; what it uses has not."""
    folder = "/v/lib/python3.13/site-packages/us/python"
    assert Library(frozenset({f"{folder}/stand_in.py"}), folder).has(file) == library


def test_a_program_without_python_is_asked_ever_more_rarely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Looking for an interpreter costs something, so the gaps double."""
    asked: list[int] = []
    monkeypatch.setattr(Interpreter, "of", lambda pid, *_: asked.append(pid))
    sites = PythonSites(ScatterReader())
    sites.number(TID)
    sites.born(TID + 1, TID, thread=False)
    for _ in range(499):
        assert sites.site(sites.number(TID + 1)) is None
    assert len(asked) == 9
    sites.replaced(TID)
    sites.number(TID)
    assert len(asked) == 10
