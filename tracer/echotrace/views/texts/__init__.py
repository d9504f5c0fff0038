"""The words of handouts and quizzes, a file a language: a translation is one more of these files.

A file has tables of texts. `{name}` stands for a fact, and what is between backticks is shown as
code. No fact is ever read as a text: what comes from a trace stays what it is.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from echotrace.errors import UserError
from echotrace.views.document.runs import Code, Run, Text, plain

_PART = re.compile(r"`([^`]*)`|\{(\w+)\}|([^`{]+)")
_FACT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Texts:
    """The texts of a language, by dotted name: `page.timeline`."""

    language: str
    entries: Mapping[str, str]

    def say(self, name: str, /, **facts: Text) -> str:
        """A text in plain words; KeyError when there is none, or a fact is missing."""
        return plain(self.runs(name, **facts))

    def runs(self, name: str, /, **facts: Text) -> tuple[Run, ...]:
        """A text with what is code in it marked so; facts may be runs themselves."""
        return tuple(_filled(self.entries[name], facts))

    def table(self, name: str) -> Mapping[str, str]:
        """The texts of a table, by the rest of their names, in the order of the file."""
        prefix = f"{name}."
        return {
            key.removeprefix(prefix): text
            for key, text in self.entries.items()
            if key.startswith(prefix)
        }


def _filled(text: str, facts: Mapping[str, Text]) -> Iterator[Run]:
    for code, fact, words in _PART.findall(text):
        if words:
            yield words
        elif code:
            yield Code(_FACT.sub(lambda found: plain(facts[found[1]]), code))
        else:
            given = facts[fact]
            yield from (given,) if isinstance(given, str) else given


def languages() -> list[str]:
    """The languages that there are texts in, by their code (BCP 47)."""
    found = (each.name.partition(".") for each in files(__name__).iterdir())
    return sorted(name for name, _, ending in found if ending == "toml")


def texts(language: str) -> Texts:
    """The texts of a language; UserError when there are none."""
    if language not in languages():
        raise UserError(f"there are no texts in '{language}', only in {', '.join(languages())}")
    entries = tomllib.loads((files(__name__) / f"{language}.toml").read_text(encoding="utf-8"))
    return Texts(language, dict(_flat(entries, "")))


def _flat(entries: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in entries.items():
        if isinstance(value, str):
            yield f"{prefix}{key}", value
        else:
            yield from _flat(value, f"{prefix}{key}.")
