"""A file of expectations: a pattern for the connections, and for what surrounds them.

    set-up:                 # what the server does before its first connection
    socket
    bind
    listen
    connection:             # every connection that has no section of its own
    accept
    recv/send*
    recv = 0
    close
    connection #2:
    ...

Without such lines the file is what is expected of every connection. `between:` and `tear-down:` are
the other sections of the server at large.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from echotrace.errors import UserError
from echotrace.story.compare.course import Course, courses
from echotrace.story.expect.automaton import Automaton
from echotrace.story.expect.grammar import parse
from echotrace.story.expect.match import match
from echotrace.story.expect.nouns import Match
from echotrace.story.nouns import Story

_CONNECTIONS = "connection"
_HEADER = re.compile(
    r"[ \t]*(?P<kind>set-up|between|tear-down|connection)(?:[ \t]*#(?P<number>[0-9]{1,9}))?"
    r"[ \t]*:[ \t]*(?:#.*)?\r?"
)


@dataclass(frozen=True)
class Expectations:
    """The patterns of a file, by the name of the course: `connection`, `#2` or `set-up`."""

    automatons: Mapping[str, Automaton]

    @classmethod
    def read(cls, text: str, source: str) -> "Expectations":
        """Read the text of the file `source`; UserError with the place of what is wrong."""
        found: dict[str, Automaton] = {}
        for name, line, body in _sections(text, source):
            if name in found:
                _refuse(source, line - 1, f"a second section '{name}:'")
            found[name] = Automaton(parse(body, source, line))
        return cls(found)

    def check(self, story: Story, only: int | None = None) -> list[Match]:
        """Match every course that is spoken of, of all connections or of `only` one.

        A connection that the file speaks of and that the story lacks is a course without steps.
        """
        found = []
        for name, course in _named(story, self.automatons):
            automaton = self.automatons.get(name)
            if course is not None and course.connection is not None:
                automaton = automaton or self.automatons.get(_CONNECTIONS)
            if automaton is not None and only in (None, _number(name)):
                connection, steps = (course.connection, course.steps) if course else (None, ())
                found.append(match(story, name, connection, steps, automaton))
        return found


def _number(name: str) -> int | None:
    return int(name[1:]) if name.startswith("#") else None


def _named(story: Story, spoken_of: Mapping[str, object]) -> Iterator[tuple[str, Course | None]]:
    """The courses of a story by name, then None for what is spoken of and lacks."""
    told = set()
    for course in courses(story):
        name = f"#{course.connection.number}" if course.connection else course.kind
        told.add(name)
        yield name, course
    for name in spoken_of:
        if name not in told and name != _CONNECTIONS:
            yield name, None


def _sections(text: str, source: str) -> Iterator[tuple[str, int, str]]:
    """Each section: its name, the number of its first line, and its lines."""
    lines = text.split("\n")
    headers = [(number, found) for number, line in enumerate(lines)
               if (found := _HEADER.fullmatch(line))]  # fmt: skip
    if not headers:
        yield _CONNECTIONS, 1, text
        return
    _no_steps(lines[: headers[0][0]], source)
    ends = [number for number, _ in headers[1:]] + [len(lines)]
    for (number, header), end in zip(headers, ends, strict=True):
        kind, which = header["kind"], header["number"]
        if which and kind != _CONNECTIONS:
            _refuse(source, number + 1, f"'{kind}' has no number")
        name = f"#{int(which)}" if which else kind
        yield name, number + 2, "\n".join(lines[number + 1 : end])


def _no_steps(lines: Sequence[str], source: str) -> None:
    """Refuse steps before the first section."""
    for number, line in enumerate(lines, 1):
        if line.partition("#")[0].strip():
            _refuse(source, number, "a step before the first section")


def _refuse(source: str, line: int, found: str) -> NoReturn:
    raise UserError(f"'{source}', line {line}: found {found}")
