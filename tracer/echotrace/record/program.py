"""A program of the user's own: a command line, or a source file that is compiled or run.

The #! line and the name of a command say which language it is in, as far as that can be said at
all: an interpreter's calls come from the lines of its script, not from its own.
"""

import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from echotrace.errors import UserError, did_you_mean
from echotrace.record import build, interpreter
from echotrace.servers import LANGUAGE_OF_SUFFIX

_PYTHON = re.compile(r"python[\d.]*")


@dataclass(frozen=True)
class Program:
    """A program that can be started: the file `path`, executed with the arguments `argv`.

    `name` is what it is called in views; `language` is `c`, `python`, or empty where that is not
    known; `source` is its source file; `compiled_from` are files that it is known to be made from.
    `own` tells a user's program from a server of the catalogue.
    """

    name: str
    path: str
    argv: tuple[str, ...]
    language: str = ""
    source: Path | None = None
    compiled_from: frozenset[Path] = frozenset()
    own: bool = True


def find(words: Sequence[str]) -> Program:
    """The program that the words of a command line start; a C file is compiled first.

    UserError says what is the matter: there is no such command, it cannot be executed, or the
    compiler rejects it, in its own words.
    """
    file = Path(words[0])
    if file.suffix in LANGUAGE_OF_SUFFIX:
        _check_reachable(file)
    if file.suffix == ".c":
        return _compiled(file, words[1:])
    by_itself = "/" in words[0] and os.access(file, os.X_OK)
    if file.suffix == ".py" and file.is_file() and not by_itself:
        return python(sys.executable, [sys.executable, *words])
    path = _look_up(words[0])
    named = interpreter.of(path)
    if named and _PYTHON.fullmatch(Path(named).name):
        return Program(path.name, str(path), tuple(words), "python", path)
    if _PYTHON.fullmatch(file.name):
        return python(str(path), words)
    return Program(file.name, str(path), tuple(words))


def _check_reachable(file: Path) -> None:
    """Raise UserError when a directory on the way to a file is closed to us."""
    try:
        file.stat()
    except PermissionError as error:
        raise UserError(f"cannot read '{file}': {error.strerror}") from error
    except OSError:
        return  # what else may be the matter is said where the file is used


def _compiled(file: Path, arguments: Sequence[str]) -> Program:
    if not file.is_file():
        raise UserError(f"there is no C file '{file}'{_similar(file)}")
    path = str(build.own(file))
    argv = (file.stem, *arguments)
    return Program(file.name, path, argv, "c", file, build.inputs(file))


def python(path: str, words: Sequence[str]) -> Program:
    """An interpreter and its script, or its module: `python3 -m NAME` is called NAME."""
    rest = iter(words[1:])
    for word in rest:
        if word == "-m":
            return Program(next(rest, "python"), path, tuple(words), "python")
        if word in ("-W", "-X"):
            next(rest, None)
        elif not word.startswith("-"):
            return Program(Path(word).name, path, tuple(words), "python", Path(word))
    return Program(Path(path).name, path, tuple(words), "python")


def _look_up(command: str) -> Path:
    """The file that execvp(3) would execute."""
    path = Path(command)
    if not command:
        raise UserError("the command is empty; name a program or a source file")
    if "/" not in command:
        found = shutil.which(command)
        if found is not None:
            return Path(found)
        if path.suffix not in LANGUAGE_OF_SUFFIX and not path.is_dir():
            interpreter.check_suffix(path)
            there = f"; did you mean ./{command}?" if path.exists() else ""
            raise UserError(f"there is no command '{command}' in PATH{there}")
    try:
        path.stat()
    except OSError as error:
        raise UserError(f"cannot run '{command}': {error.strerror}{_similar(path)}") from error
    if path.is_dir():
        raise UserError(f"'{command}' is a directory; name a program in it")
    if not os.access(path, os.X_OK):
        interpreter.check_suffix(path)
        interpreter.of(path)
        raise UserError(f"'{command}' is not executable; chmod +x {command} makes it so")
    return path


def _similar(path: Path) -> str:
    try:
        names = [str(path.parent / file.name) for file in path.parent.iterdir()]
    except OSError:
        return ""
    return did_you_mean(os.path.normpath(path), map(os.path.normpath, names))
