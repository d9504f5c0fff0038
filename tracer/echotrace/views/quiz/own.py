"""Questions of a lecturer's own, from a file.

The file is TOML: one table for each question. What is between backticks is shown as code; else its
texts are shown as they are, never read as markup.

    [[question]]
    title = "Warm-up"                     # its kind in a word or two
    question = "What is a descriptor?"
    choices = ["a number", "a file"]      # to choose from
    lines = 3                             # of room for an answer
    answer = "a number"                   # for the key; one of the choices if there are any
    why = "It is an index into a table."
    misconception = "It is the file itself."
    replaces = 2                          # takes the place of question 2; else it is added

Only `question` has to be there.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, ValidationError, convert

from echotrace.errors import UserError
from echotrace.views import words
from echotrace.views.document.nouns import Answer, Question
from echotrace.views.document.runs import Code, Text

EPILOG = """\b
Questions of your own (--questions FILE), in TOML; only `question` is a must:
  [[question]]
  title = "Warm-up"
  question = "What is a descriptor?"
  choices = ["a number", "a file"]
  lines = 3
  answer = "a number"
  why = "It is an index into a table."
  misconception = "It is the file itself."
  replaces = 2        # takes the place of question 2; else it is added
"""
_MOST_LINES = 40
_CODE = re.compile(r"`([^`]+)`")


class Own(Struct, frozen=True, forbid_unknown_fields=True):
    """A question as the file has it; `replaces` is the number of the one that it stands for."""

    question: str
    title: str = ""
    choices: tuple[str, ...] = ()
    lines: int = 0
    answer: str = ""
    why: str = ""
    misconception: str = ""
    replaces: int | None = None


def read(path: Path) -> tuple[Own, ...]:
    """The questions of a file; UserError that names file, question and field if it is not right."""
    name = words.path(str(path))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"cannot read {name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError(f"{name} is not UTF-8 text: save it as such") from None
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{name} is not TOML: {words.safe(error)}") from None
    found = entries.get("question")
    if not isinstance(found, list) or not found or len(entries) > 1:
        raise UserError(f"{name} has to hold [[question]] tables and nothing else")
    own = tuple(_read(name, number, entry) for number, entry in enumerate(found, start=1))
    _check_places(name, own)
    return own


def _read(name: str, number: int, entry: Mapping[str, Any]) -> Own:
    where = f"{name}, question {number}"
    unknown = [words.safe(field) for field in entry if field not in Own.__struct_fields__]
    if unknown:
        known = ", ".join(Own.__struct_fields__)
        raise UserError(f"{where}: there is no field `{unknown[0]}`; a question has {known}")
    try:
        own = convert(entry, Own)
    except ValidationError as error:
        raise UserError(f"{where}: {words.safe(error)}") from None
    if not own.question.strip():
        raise UserError(f"{where}: `question` is empty")
    if not 0 <= own.lines <= _MOST_LINES:
        raise UserError(f"{where}: `lines` is {own.lines}, and has to be 0 to {_MOST_LINES}")
    if own.replaces is not None and own.replaces < 1:
        raise UserError(f"{where}: `replaces` is {own.replaces}; questions are numbered from 1")
    if own.choices and own.answer and own.answer not in own.choices:
        raise UserError(
            f"{where}: the answer '{_safe(own.answer)}' is none of the choices "
            f"({', '.join(map(_safe, own.choices))})"
        )
    return own


def _check_places(name: str, own: Sequence[Own]) -> None:
    places = [each.replaces for each in own if each.replaces is not None]
    twice = next((place for place in places if places.count(place) > 1), None)
    if twice is not None:
        raise UserError(f"{name}: two questions replace question {twice}")


def as_question(own: Own, number: int, *, key: bool) -> Question:
    """The question of a document."""
    answer = Answer(_told(own.answer), _told(own.why), _told(own.misconception))
    return Question(
        number=number,
        kind=_safe(own.title),
        stem=_told(own.question),
        choices=tuple(map(_told, own.choices)),
        lines=own.lines,
        answer=answer if key and (own.answer or own.why or own.misconception) else None,
    )


def _told(text: str) -> Text:
    """A text with what is between backticks as code."""
    parts = _CODE.split(_safe(text))
    runs = tuple(Code(part) if at % 2 else part for at, part in enumerate(parts) if part)
    return runs if any(isinstance(run, Code) for run in runs) else _safe(text)


def _safe(text: str) -> str:
    """On one line, for a sentence; what is not printable is escaped."""
    return words.safe(" ".join(text.split()))
