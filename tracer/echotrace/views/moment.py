"""One moment of a trace as lines to show, and what changed since another moment.

`sections` writes a state down: processes and threads, descriptor tables, open file descriptions
with their sockets. `changes` lays two such pictures over each other: every line has a key that is
the same at every step, so a line is new, gone, changed (with what its facts were) or the same. No
colour, no width, no glyphs of a terminal: the stepper and the page draw the same lines.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace


class Mark(StrEnum):
    """What happened to a line since the moment before."""

    SAME = " "
    NEW = "+"
    GONE = "\N{MINUS SIGN}"
    CHANGED = "~"


class Fact(Struct, frozen=True, gc=False):
    """One thing that a line tells, called `name`: a text, as `2`, and a label that goes before it.

    `was` is its text the moment before if that was another one, and empty if there was none.
    """

    name: str
    text: str
    was: str | None = None
    label: str = ""

    def __str__(self) -> str:
        """The fact, and what it was before if it changed."""
        was = f"(was {self.was})" if self.was else ""
        return " ".join(filter(None, (self.label, self.text, was)))


class Line(Struct, frozen=True, gc=False):
    """One line: `key` tells it from all others of its section, `depth` is how far it stands in."""

    key: str
    depth: int
    head: str
    facts: tuple[Fact, ...] = ()
    mark: Mark = Mark.SAME

    def __str__(self) -> str:
        """The line as text, without its mark and depth."""
        return " · ".join((self.head, *map(str, self.facts)))


class Section(Struct, frozen=True, gc=False):
    """Lines under a title."""

    title: str
    lines: tuple[Line, ...]


def changes(before: Sequence[Section], after: Sequence[Section]) -> tuple[Section, ...]:
    """The sections of `after` with marks; lines that are gone stand where they stood."""
    former = {section.title: section.lines for section in before}
    return tuple(
        replace(section, lines=tuple(_marked(former.get(section.title, ()), section.lines)))
        for section in after
    )


def _marked(before: Sequence[Line], after: Sequence[Line]) -> Iterable[Line]:
    former = {line.key: line for line in before}
    gone = _gone(before, {line.key for line in after})
    yield from gone.get(None, ())
    for line in after:
        known = former.get(line.key)
        yield replace(line, mark=Mark.NEW) if known is None else _compared(known, line)
        yield from gone.get(line.key, ())


def _gone(before: Sequence[Line], staying: set[str]) -> dict[str | None, list[Line]]:
    """The lines that are gone, by the key of the line that they stood behind."""
    found: dict[str | None, list[Line]] = {}
    anchor = None
    for line in before:
        if line.key in staying:
            anchor = line.key
        else:
            found.setdefault(anchor, []).append(replace(line, mark=Mark.GONE))
    return found


def _compared(before: Line, after: Line) -> Line:
    if before == after:
        return after
    former = {fact.name: fact.text for fact in before.facts}
    facts = [
        fact if former.get(fact.name) == fact.text else replace(fact, was=former.get(fact.name, ""))
        for fact in after.facts
    ]
    still = {fact.name for fact in after.facts}
    ended = [
        replace(fact, text="", was=fact.text) for fact in before.facts if fact.name not in still
    ]
    mark = Mark.CHANGED if ended or tuple(facts) != after.facts else Mark.SAME
    return replace(after, facts=(*facts, *ended), mark=mark)
