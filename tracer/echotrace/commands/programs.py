"""Programs to compare, from a file whose name ends in `.run`: one a line.

A line is what one would write after `echotrace run`, with a name in front if its own is not enough:

    # the same server, with and without threads
    mine    = --port 8080 ./server --threads
    "no -t" = server.c -- 8000
    --until-exit -- python3 server.py --port 0

`#` begins a comment; quotes are those of sh.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from echotrace.commands.run import program_of, run
from echotrace.commands.session import recording_side
from echotrace.errors import UserError


@dataclass(frozen=True)
class Listed:
    """A program of a list: where it stands there, and the fields of a Wish that its line gives."""

    where: str
    fields: dict[str, Any]


def read(path: Path) -> list[Listed]:
    """The programs that a file lists.

    UserError with file and line for what `echotrace run` would not take, or does not record.
    """
    found = []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        where = f"'{path}', line {number}"
        try:
            words = shlex.split(line, comments=True)
            if words:
                found.append(Listed(where, _program(words)))
        except (ValueError, click.ClickException) as error:
            raise UserError(f"{where}: {_said(error)}") from error
    if not found:
        raise UserError(
            f"'{path}' lists no program: a line is what one writes behind 'echotrace run', "
            "as 'NAME = server.c -- 8000'"
        )
    return found


def _text(path: Path) -> str:
    if not path.is_file():
        raise UserError(f"'{path}' is no file that could list programs")
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"cannot read '{path}': {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"'{path}' is no text in UTF-8: it cannot list programs") from error


def _program(words: Sequence[str]) -> dict[str, Any]:
    """The fields of a Wish that a line gives; those that it does not give are left out."""
    name, rest = (words[0], words[2:]) if words[1:2] == ["="] else ("", words)
    with run.make_context("run", list(rest), help_option_names=[]) as context:
        given = {
            option
            for option in context.params
            if context.get_parameter_source(option) is not ParameterSource.DEFAULT
        } - {"words"}
        known = {field.name for field in fields(recording_side().Wish)}
        if foreign := given - known:
            raise click.UsageError(f"{_spelt(foreign)} is for what is shown, and not recorded")
        chosen = {option: context.params[option] for option in given}
        return chosen | {"command": program_of(context), "name": name}


def _spelt(names: set[str]) -> str:
    """The first of these parameters of `run` as it is written on the command line."""
    return next(option.opts[-1] for option in run.params if option.name in names)


def _said(error: Exception) -> str:
    """The reason, as the end of a sentence."""
    text = error.format_message() if isinstance(error, click.ClickException) else str(error)
    text = " ".join(text.split()).rstrip(".")
    return f"{text[:1].lower()}{text[1:]}"
