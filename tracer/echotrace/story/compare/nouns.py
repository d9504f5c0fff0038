"""The nouns of a comparison: steps in rows, rows in alignments, and what differs in words."""

from dataclasses import dataclass
from enum import StrEnum

from echotrace.story.nouns import Connection, Story, StoryEvent

#: The sections of a course, in order: those of a connection's life are in the middle.
SECTIONS = ("set-up", "accept", "hand-off", "echo", "end", "exit", "between", "tear-down")


class Mark(StrEnum):
    """What one side has in a row, against the first side."""

    SAME = "="
    DIFFERENT = "≠"
    FIRST_ONLY = "<"
    ONLY_HERE = ">"
    MOVED = "~"
    NEITHER = ""


@dataclass(frozen=True, repr=False)
class Step:
    """One logical event of a course.

    `section` is the part of the course it belongs to. `key` tells which steps are variants of one
    another: the logical event (`accept`, `recv` …) and who took it, a task that serves, or another.
    `essence` is equal for steps that are the same, the numbers of the run aside.
    """

    section: str
    key: tuple[str, str]
    essence: tuple[object, ...]
    event: StoryEvent

    def __repr__(self) -> str:
        return f"<Step {self.key[0]}: {self.event!r}>"


@dataclass(frozen=True, repr=False)
class Row:
    """One logical event: the step of each side, None where a side lacks it.

    `moved` has for a side that lacks it here the number of the event by which the side does the
    same elsewhere, else None.
    """

    section: str
    steps: tuple[Step | None, ...]
    moved: tuple[int | None, ...]

    def mark(self, side: int) -> Mark:
        """How `side` compares with the first one."""
        first, own = self.steps[0], self.steps[side]
        if first is None and own is None:
            return Mark.NEITHER
        if first is None or own is None:
            lacking = 0 if first is None else side
            if self.moved[lacking] is not None:
                return Mark.MOVED
            return Mark.ONLY_HERE if first is None else Mark.FIRST_ONLY
        return Mark.SAME if first.essence == own.essence else Mark.DIFFERENT

    @property
    def same(self) -> bool:
        """Whether all sides have the step, and the same."""
        return all(self.mark(side) is Mark.SAME for side in range(1, len(self.steps)))

    def __repr__(self) -> str:
        sides = [str(step.event.seq) if step else "-" for step in self.steps]
        marks = ["", *(self.mark(side) for side in range(1, len(sides)))]
        told = (f"{mark} {own}".strip() for mark, own in zip(marks, sides, strict=True))
        return f"<Row {self.section}: {' '.join(told)}>"


@dataclass(frozen=True, repr=False)
class Alignment:
    """One course of each side, row by row.

    `kind` is `set-up`, `connection`, `between` (what the server does between its connections) or
    `tear-down`. `connections` has for each side its connection, None where the side has no such
    one, and always None for the other kinds.
    """

    kind: str
    connections: tuple[Connection | None, ...]
    rows: tuple[Row, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs in it."""
        return all(row.same for row in self.rows)

    def events(self, side: int) -> tuple[StoryEvent, ...]:
        """The events of one side, in order: the rows without gaps and marks."""
        return tuple(step.event for row in self.rows if (step := row.steps[side]) is not None)

    def __repr__(self) -> str:
        numbers = [f"#{own.number}" if own else "-" for own in self.connections]
        of = f" {', '.join(numbers)}" if any(self.connections) else ""
        differ = sum(not row.same for row in self.rows)
        return f"<Alignment {self.kind}{of}: {len(self.rows):,} rows, {differ:,} not the same>"


@dataclass(frozen=True)
class Difference:
    """A difference in words, between the first side and another.

    `kind` names it (`table`, `parents-close` …); `sentence` says it, with its reason, one or two
    sentences without the last full stop. `events` are the numbers of the events that show it: of
    the first side, and of the other.
    """

    kind: str
    sentence: str
    events: tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Comparison:
    """Two to six stories side by side.

    `names` are what the sides are called in sentences and headings, all different. `differences`
    has for each side after the first what differs between the first and it, most telling first.
    `notes` say what makes the sides unlike before anything is compared: other scripts, no
    connections. A `partial` one has only the rows that were chosen, and what differs in them.
    """

    stories: tuple[Story, ...]
    names: tuple[str, ...]
    alignments: tuple[Alignment, ...]
    differences: tuple[tuple[Difference, ...], ...]
    notes: tuple[str, ...] = ()
    partial: bool = False

    @property
    def same(self) -> bool:
        """Whether there is no difference, times and numbers of the run aside."""
        return not any(self.differences) and all(each.same for each in self.alignments)
