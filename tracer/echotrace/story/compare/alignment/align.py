"""Lays the courses of two or more stories against each other, by what happened and not by text.

Every side is aligned with the first one by a minimum edit script; what several sides have where
the first has nothing is aligned among them in turn.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby

from echotrace.story.compare.alignment.edit import edit_script
from echotrace.story.compare.alignment.moves import may_move, with_moves
from echotrace.story.compare.alignment.search import Pair, Script, Token
from echotrace.story.compare.course import Course
from echotrace.story.compare.nouns import SECTIONS, Alignment, Row, Step
from echotrace.story.nouns import Story

#: The steps of one row before it has a section: one a side.
_Steps = tuple[Step | None, ...]


def align(sides: Sequence[Sequence[Course]], stories: Sequence[Story]) -> tuple[Alignment, ...]:
    """The courses of all sides, those of one client side by side; None stands for a missing one."""
    alignments = [
        Alignment(
            kind,
            tuple(course.connection if course else None for course in courses),
            _rows([course.steps if course else () for course in courses]),
        )
        for (kind, _), courses in _together(sides)
    ]
    return with_moves(alignments, stories)


def _together(
    sides: Sequence[Sequence[Course]],
) -> list[tuple[tuple[str, object], list[Course | None]]]:
    """Courses of one kind and client, in the order of the first side that has them."""
    found: dict[tuple[str, object], list[Course | None]] = {}
    for kind in ("set-up", "connection", "between", "tear-down"):
        for position, side in enumerate(sides):
            for course in side:
                if course.kind == kind:
                    places = found.setdefault((kind, course.visit), [None] * len(sides))
                    places[position] = course
    return list(found.items())


def _rows(sides: Sequence[Sequence[Step]]) -> tuple[Row, ...]:
    rows: list[Row] = []
    section = SECTIONS[0]  # a course goes one way
    for steps in _in_rows(sides):
        reached = min((step.section for step in steps if step), key=SECTIONS.index)
        section = max(section, reached, key=SECTIONS.index)
        rows.append(Row(section, steps, (None,) * len(steps)))
    return tuple(rows)


def _in_rows(sides: Sequence[Sequence[Step]]) -> list[_Steps]:
    """Each side against the first; then the steps that the first has not, among the others."""
    first, others = sides[0], sides[1:]
    beside: list[list[Step | None]] = [[None] * len(others) for _ in first]
    extra: list[list[list[Step]]] = [[[] for _ in others] for _ in range(len(first) + 1)]
    for side, steps in enumerate(others):
        gap = 0
        for i, j in _script(first, steps):
            if i is not None:
                gap = i + 1
            if j is not None and i is not None:
                beside[i][side] = steps[j]
            elif j is not None:
                extra[gap][side].append(steps[j])
    rows: list[_Steps] = []
    for gap, lists in enumerate(extra):
        if any(lists):
            rows += [(None, *row) for row in _merged(lists)]
        if gap < len(first):
            rows.append((first[gap], *beside[gap]))
    return rows


def _merged(lists: Sequence[Sequence[Step]]) -> list[_Steps]:
    """Steps that the first side has not: alike ones of the others on one row."""
    rows: list[list[Step | None]] = []
    for side, steps in enumerate(lists):
        known = [next(step for step in row if step) for row in rows]
        merged: list[list[Step | None]] = []
        for i, j in _script(known, steps):
            row: list[Step | None] = [None] * len(lists) if i is None else rows[i]
            row[side] = None if j is None else steps[j]
            merged.append(row)
        rows = merged
    return [tuple(row) for row in rows]


def _script(left: Sequence[Step], right: Sequence[Step]) -> Script:
    """The edit script; gaps that follow one another are in the order of the sections."""
    reached = [
        list(accumulate((SECTIONS.index(step.section) for step in side), max))
        for side in (left, right)
    ]

    def section(pair: Pair) -> int:
        side, at = next((side, at) for side, at in enumerate(pair) if at is not None)
        return reached[side][at]

    script: Script = []
    for paired, pairs in groupby(edit_script(_tokens(left), _tokens(right)), _is_paired):
        run = list(pairs)
        script += run if paired else sorted(run, key=section)
    return script


def _is_paired(pair: Pair) -> bool:
    return None not in pair


def _tokens(steps: Iterable[Step]) -> list[Token]:
    return [Token(step.key, step.essence, may_move(step)) for step in steps]
