"""Which courses and steps to compare: one connection, some calls, all but some sections."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from echotrace.functions import called
from echotrace.story.compare.course import SECTIONS, Course
from echotrace.story.compare.nouns import Alignment, Step
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall


@dataclass(frozen=True)
class Choice:
    """What to compare; by default everything.

    `connection` is the number of a connection of the first side. `only` and `ignore` name logical
    events, system calls or C functions; `ignore` sections too, as `set-up` or `setup`.
    """

    connection: int | None = None
    only: Collection[str] = ()
    ignore: Collection[str] = ()

    def of(self, courses: Sequence[Course]) -> list[Course]:
        """The courses that are left, with the steps that are left."""
        left = (
            replace(course, steps=tuple(filter(self._takes, course.steps))) for course in courses
        )
        return [course for course in left if course.steps or course.connection]

    def among(self, alignments: Sequence[Alignment]) -> tuple[Alignment, ...]:
        """The alignment of the connection that is chosen; without a choice all."""
        if self.connection is None:
            return tuple(alignments)
        return tuple(each for each in alignments if self.connection in _numbers(each))

    def _takes(self, step: Step) -> bool:
        names = names_of_step(step)
        return not names & set(self.ignore) and (not self.only or bool(names & set(self.only)))


def _numbers(alignment: Alignment) -> set[int]:
    """The number of the connection on the first side that has it; none of other courses."""
    found = (each.number for each in alignment.connections if each)
    return set(islice(found, 1))


def names_of_step(step: Step) -> set[str]:
    """All that a step can be called by: its section, logical event, system call, C function."""
    section = {step.section, step.section.replace("-", "")}
    record = step.event.record
    if not isinstance(record, Syscall):
        return section | {step.key[0]}
    return section | {step.key[0], logical_event(record.name), record.name, called(record)}


EVERYTHING = Choice()
#: What `ignore` may name besides calls.
SECTION_NAMES = tuple(section.replace("-", "") for section in SECTIONS)
