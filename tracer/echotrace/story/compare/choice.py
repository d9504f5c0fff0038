"""Which rows of a comparison to show: one connection, some calls, all but some sections."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from echotrace.errors import UserError, did_you_mean
from echotrace.story.compare.nouns import SECTIONS, Alignment, Difference, Row, Step
from echotrace.story.compare.step_names import CALLS, EVENTS, names_of_call
from echotrace.trace import Syscall

#: Steps that are no calls.
_OTHER_STEPS = ("exit", "killed", "exec", "signal")


@dataclass(frozen=True)
class Choice:
    """What to compare; by default everything.

    `connection` is the number of a connection on the first side that has it. `only` and `ignore`
    name sections (`hand-off`, or `setup`), logical events, system calls or C functions. A row is
    taken or left out as a whole, for one of its steps.
    """

    connection: int | None = None
    only: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()

    def among(self, alignments: Sequence[Alignment]) -> tuple[Alignment, ...]:
        """The alignment of the connection that is chosen; without a choice all.

        UserError if there is no such connection.
        """
        if self.connection is None:
            return tuple(alignments)
        for side in range(max((len(each.connections) for each in alignments), default=0)):
            for each in alignments:
                own = each.connections[side]
                if own is not None and own.number == self.connection:
                    return (each,)
        raise UserError(f"there is no connection #{self.connection}{_known(alignments)}")

    def rows(self, alignments: Sequence[Alignment]) -> tuple[Alignment, ...]:
        """The alignments with the rows that are left; those without any are left out."""
        if not self.only and not self.ignore:
            return tuple(alignments)
        left = [
            Alignment(each.kind, each.connections, tuple(filter(self._takes, each.rows)))
            for each in alignments
        ]
        return tuple(each for each in left if each.rows)

    def told(
        self, found: Sequence[Difference], alignments: Sequence[Alignment], side: int
    ) -> tuple[Difference, ...]:
        """The differences between the first side and `side` that rows which are left show.

        One that names no event is of the whole story.
        """
        if not self.only and not self.ignore:
            return tuple(found)
        left = [{event.seq for each in alignments for event in each.events(s)} for s in (0, side)]
        return tuple(
            each
            for each in found
            if not any(each.events)
            or any(own & set(events) for own, events in zip(left, each.events, strict=True))
        )

    def notes(self) -> Iterator[str]:
        """What is not compared, one sentence each."""
        if self.connection is not None:
            yield f"Only connection #{self.connection} is compared."
        if self.only:
            yield f"Only these rows are compared: {', '.join(sorted(self.only))}."
        if self.ignore:
            yield f"These rows are left out: {', '.join(sorted(self.ignore))}."

    def _takes(self, row: Row) -> bool:
        names = {name for step in row.steps if step for name in names_of_step(step)}
        names |= _spellings(row.section)
        return not names & self.ignore and (not self.only or bool(names & self.only))


def chosen(names: str | Iterable[str]) -> frozenset[str]:
    """Names, also several in one text (`send,recv`); UserError for one that no step can have."""
    texts = [names] if isinstance(names, str) else names
    found = frozenset(filter(None, (name.strip() for text in texts for name in text.split(","))))
    for name in sorted(found - known_names()):
        hint = did_you_mean(name, sorted(known_names()))
        raise UserError(
            f"'{name}' is no section ({', '.join(SECTIONS)}), no system call, C function or "
            f"logical event{hint}"
        )
    return found


@cache
def known_names() -> frozenset[str]:
    """All names that steps can be called by."""
    sections = {name for section in SECTIONS for name in _spellings(section)}
    return CALLS | EVENTS | sections | {"readiness", "pass", *_OTHER_STEPS}


def names_of_step(step: Step) -> set[str]:
    """What a step can be called by: its logical event, system call and C function."""
    record = step.event.record
    if not isinstance(record, Syscall):
        return {step.key[0]}
    return {step.key[0], *names_of_call(record)}


def _spellings(section: str) -> set[str]:
    return {section, section.replace("-", "")}


def _known(alignments: Sequence[Alignment]) -> str:
    numbers = [own.number for each in alignments for own in each.connections if own]
    if not numbers:
        return ": no side has any"
    return f"; there {'is' if max(numbers) == 1 else 'are'} {_span(numbers)}"


def _span(numbers: Sequence[int]) -> str:
    first, last = min(numbers), max(numbers)
    return f"#{first}" if first == last else f"#{first} to #{last}"


EVERYTHING = Choice()
