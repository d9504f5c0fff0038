"""`echotrace compare --expect FILE`: whether traces are what a file says they must be."""

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from echotrace import servers
from echotrace.errors import UserError, did_you_mean
from echotrace.story.expect.sections import Expectations
from echotrace.story.nouns import Story
from echotrace.views.divergence import divergence
from echotrace.views.paint import Surface
from echotrace.views.shortcomings import shortcomings

_LONGEST_FILE = 1 << 20  # bytes
_PROGRAMS = (b"#!", b"\x7fELF")


def find(name: str) -> Path:
    """The file of expectations called `name`, or what is expected of the teaching server."""
    known = {server.name for server in servers.SERVERS}
    return servers.expected(name) if name in known and not Path(name).is_file() else Path(name)


def read(path: Path) -> Expectations:
    """Read a file of expectations; UserError with the place of what is wrong in it."""
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_FILE + 1)
    except OSError as error:
        hint = did_you_mean(str(path), (server.name for server in servers.SERVERS))
        raise UserError(f"cannot read '{path}': {error.strerror}{hint}") from error
    _refuse_targets(path, content)
    if len(content) > _LONGEST_FILE:
        raise UserError(f"'{path}' is longer than {_LONGEST_FILE >> 20} MB: no expectation is")
    try:
        return Expectations.read(content.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise UserError(f"'{path}' is no text in UTF-8 (byte {error.start})") from error


def _refuse_targets(path: Path, content: bytes) -> None:
    """UserError for a program or a trace: what is compared, not what it is compared with."""
    suffix = path.suffix.lower()
    if suffix == ".jsonl" or content.startswith(b"{"):
        kind = "a trace"
    elif suffix in servers.LANGUAGE_OF_SUFFIX or content.startswith(_PROGRAMS):
        kind = "a program"
    else:
        return
    raise UserError(
        f"'{path}' looks like {kind}: --expect takes a file of steps, or a server's name such as "
        f"fork; what is to take them comes behind, as in: compare --expect fork {path}"
    )


def against(
    expectations: Expectations,
    path: Path,
    stories: Mapping[str, Story],
    surface: Surface,
    connection: int | None = None,
) -> tuple[str, bool]:
    """The views of some stories, by name, against a file that is read; and whether all match.

    `connection` is the number of the only one that counts, if not None; UserError if a story lacks
    it.
    """
    for name, story in stories.items():
        if connection is not None and connection > len(story.connections):
            raise UserError(f"there is no connection #{connection} in {name}")
    found = {name: expectations.check(story, connection) for name, story in stories.items()}
    views = [
        divergence(matches, path.name, name, surface, shortcomings(stories[name]))
        for name, matches in found.items()
    ]
    return "\n".join(views), all(matches and all(matches) for matches in found.values())


def refuse_form(form: str | None, output: Path | None) -> NoReturn:
    """UserError for a format, or the name of a file that asks for one, other than text."""
    wrong = f"leave out --format {form}" if form else f"name a file in .txt, not '{output}'"
    raise UserError(f"--expect is told in text alone: {wrong}")


def refuse_besides(options: Mapping[str, object]) -> None:
    """UserError for an option that shapes a comparison of sides, of which there is none here."""
    for name, given in options.items():
        if given:
            raise UserError(f"--expect lays no two sides against each other: leave out {name}")
