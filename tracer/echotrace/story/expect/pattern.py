"""What an expectation consists of: a regular expression over steps, and how it is written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

ALL = "all"


@dataclass(frozen=True)
class Outcome:
    """What a step has to come to.

    `relation` is `=` or `>`; `value` a result, the name of an error, of a signal, or None for a
    call that has not returned. The result of an exit is its status; -1 is any error; `ALL` is a
    send after which as many bytes have gone out as had come in.
    """

    relation: str
    value: int | str | None

    def __str__(self) -> str:
        return f"{self.relation}{'?' if self.value is None else self.value}"


@dataclass(frozen=True)
class Expected:
    """One step that is expected: what happens, where `who` is given by whom, and its outcome.

    `line` is where it stands in the file, counted from 1.
    """

    name: str
    who: str = ""
    outcome: Outcome | None = None
    line: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return f"{self.name}{f':{self.who}' if self.who else ''}{self.outcome or ''}"

    @property
    def words(self) -> str:
        """The step in words: `close in parent`, `recv = 0`, `recv fails with ECONNRESET`."""
        who = f" in {self.who}" if self.who else ""
        match self.outcome:
            case None:
                return f"{self.name}{who}"
            case Outcome("=", -1):
                return f"{self.name}{who} fails"
            case Outcome("=", str(error)) if error.startswith("E"):
                return f"{self.name}{who} fails with {error}"
            case Outcome(relation, value):
                return f"{self.name}{who} {relation} {'?' if value is None else value}"


@dataclass(frozen=True)
class Chain:
    """Several patterns, one after the other."""

    parts: "tuple[Pattern, ...]"

    def __str__(self) -> str:
        return " ".join(_in_brackets(part, Choice) for part in self.parts)


@dataclass(frozen=True)
class Choice:
    """One of several patterns."""

    parts: "tuple[Pattern, ...]"

    def __str__(self) -> str:
        return " | ".join(map(str, self.parts))


@dataclass(frozen=True)
class Repeat:
    """A pattern any number of times (`*`), at least once (`+`), at most once (`?`)."""

    part: "Pattern"
    mark: str

    def __str__(self) -> str:
        return f"{_in_brackets(self.part, Choice, Chain, Repeat)}{self.mark}"


Pattern: TypeAlias = Expected | Chain | Choice | Repeat


def chain(parts: Iterable[Pattern]) -> Pattern:
    """The patterns one after the other; a chain within is no chain of its own."""
    flat = tuple(_flat(parts, Chain))
    return flat[0] if len(flat) == 1 else Chain(flat)


def choice(parts: Iterable[Pattern]) -> Pattern:
    """One of the patterns; a choice within is no choice of its own."""
    flat = tuple(_flat(parts, Choice))
    return flat[0] if len(flat) == 1 else Choice(flat)


def _in_brackets(pattern: Pattern, *kinds: type) -> str:
    return f"({pattern})" if isinstance(pattern, kinds) else str(pattern)


def _flat(parts: Iterable[Pattern], kind: type[Chain | Choice]) -> Iterator[Pattern]:
    for part in parts:
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part
