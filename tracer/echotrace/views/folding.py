"""What a reader need not read row by row: what is the same, and what differs as before.

A part in which nothing differs becomes one line; so does a connection that differs from row to row
as an earlier one does, payload aside; so do repetitions of a few rows, and many rows on end with
the same marks.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from echotrace.story.compare.essence import outline
from echotrace.story.compare.nouns import Mark
from echotrace.story.nouns import StoryEvent
from echotrace.trace import Syscall
from echotrace.views import words
from echotrace.views.abridging import Left, abridged
from echotrace.views.abridging_words import again
from echotrace.views.fold_words import calls, renamed, span, waited
from echotrace.views.layout import Row
from echotrace.views.parts import Part

_MOST_ROWS = 300
_LONG_RUN, _KEPT_BEFORE, _KEPT_AFTER = 8, 2, 1


@dataclass(frozen=True)
class Fold:
    """One line in place of rows: what it says in each column, and the marks of all of them.

    There are no marks where they are those of the rows that it is like.
    """

    texts: tuple[str, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Shown:
    """A part as it is shown: its lines; `folded` if one line stands for all of its rows."""

    title: str
    part: Part
    lines: tuple[Row | Fold, ...]
    folded: bool = False


#: What of a row has to be shown: equal if the same; empty if the row may be left out.
_Needed: TypeAlias = Callable[[Row], tuple[Hashable, ...]]


def _none(_row: Row) -> tuple[Hashable, ...]:
    return ()


def shown(
    parts: Sequence[Part], *, whole: bool, needed: _Needed = _none
) -> tuple[list[Shown], str]:
    """The parts with their lines, and a sentence on what is left out, empty if nothing is.

    Rows of which something is `needed` are not folded, unless they repeat others with the same.
    """
    if whole:
        return [Shown(part.title, part, part.layout.rows) for part in parts], ""
    found: list[Shown] = []
    room = _MOST_ROWS
    left: list[Part] = []
    for model, group in _alike(parts, needed):
        asked = any(map(needed, group[0].layout.rows))
        if room <= 0 and not asked:
            left += group
        elif asked or (model is None and not group[0].alignment.same):
            lines = tuple(_lines(group[0], needed))
            if len(lines) > room and not asked:
                lines = (*lines[:room], _cut(group[0], len(lines) - room))
            found.append(Shown(group[0].title, group[0], lines))
            room -= len(lines)
        else:
            found.append(_folded(group, model))
            room -= 1
    return found, _left_out(left)


def _left_out(left: Sequence[Part]) -> str:
    if not left:
        return ""
    differ = sum(not part.alignment.same for part in left)
    return (
        f"{words.count(len(left), 'more course')} not shown, of which {differ:,} "
        f"differ{'s' if differ == 1 else ''}: --whole shows all."
    )


def _alike(parts: Sequence[Part], needed: _Needed) -> Iterator[tuple[Part | None, list[Part]]]:
    """Parts that follow each other and fold to one line, with the part that they are like."""
    models: dict[object, Part] = {}
    told = []
    for part in parts:
        shape = _shape(part)
        model = models.setdefault(shape, part)
        told.append((part, None if model is part else model))
    for _, group in groupby(
        told, lambda each: id(each) if any(map(needed, each[0].layout.rows)) else _fold_key(*each)
    ):
        members = list(group)
        yield members[0][1], [part for part, _ in members]


def _fold_key(part: Part, model: Part | None) -> object:
    if part.alignment.kind == "connection" and part.alignment.same:
        return "same"
    return (None, id(part)) if model is None else ("as", id(model))


def _shape(part: Part) -> object:
    """Equal for parts that differ in the same way: the numbers and the payload aside."""
    if part.alignment.kind != "connection":
        return part.title
    actors: list[dict[str, int]] = [{} for _ in part.layout.columns]
    return tuple(
        (
            row.section,
            tuple(row.mark(side) for side in range(1, len(row.steps))),
            *(
                (step.key, outline(step.event), own.setdefault(step.event.actor, len(own)))
                if step
                else moved is not None
                for step, own, moved in zip(row.steps, actors, row.moved, strict=True)
            ),
        )
        for row in part.alignment.rows
    )


def _folded(group: Sequence[Part], model: Part | None) -> Shown:
    first, last = group[0], group[-1]
    title = first.title if first is last else f"{first.name}-{last.name}"
    same = first.alignment.same
    texts: list[str] = []
    names: list[str] = []
    for side in range(len(first.layout.columns)):
        events = [event for part in group for event in part.alignment.events(side)]
        if same:  # to the kernel: the functions that made the calls may have other names
            names.append(calls(events))
            told = "the same" if side and names[-1] == names[0] else names[-1]
        else:
            assert model is not None
            unlike = any(waited(part, side) != waited(model, side) for part in group)
            told = f"as {model.name}{', waits aside' if unlike else ''}"
            changes = renamed(first, model, side) if first is last else ""
            told += f": {changes}" if changes else ""
        texts.append(f"{span(events)} {told}".strip() if events else "")
    mark = Mark.SAME if same else Mark.NEITHER
    return Shown(title, first, (Fold(tuple(texts), _marks(first, mark)),), folded=True)


def _marks(part: Part, mark: Mark) -> tuple[Mark, ...]:
    return (Mark.NEITHER, *(mark for _ in part.layout.columns[1:]))


def _lines(part: Part, needed: _Needed) -> Iterator[Row | Fold]:
    """The rows of a part, without repetitions and without the middle of long runs."""
    rows = part.layout.rows
    found = abridged([(_key(row), needed(row)) for row in rows])
    between: list[Row] = []
    for each in found:
        if isinstance(each, Left):
            yield from _without_long_runs(part, between, needed)
            between = []
            yield _again(part, [rows[position] for position in each.rows], each.period)
        else:
            between.append(rows[each])
    yield from _without_long_runs(part, between, needed)


def _key(row: Row) -> Hashable:
    """Equal for rows that look the same: the time, the number and the payload aside."""
    return row.section, row.marks, row.moved, tuple(_said(cell.event) for cell in row.cells)


def _said(event: StoryEvent) -> Hashable:
    """What a cell tells of an event; of one that waited who ended that, so that it is like none."""
    call = event.record
    if event.woken_by is not None or not isinstance(call, Syscall):
        return event.seq
    over = call.end is not None
    return event.actor, call.name, repr(call.args), call.result, call.errno, call.injected, over


def _again(part: Part, rows: Sequence[Row], period: int) -> Fold:
    times = len(rows) // period
    texts = []
    for column in part.layout.columns:
        events = [cell.event for row in rows if (cell := row.at(column.key))]
        told = again(len(events) // times, times)
        texts.append(f"{span(events)} {told}" if events else "")
    marks = {row.marks for row in rows}
    return Fold(tuple(texts), marks.pop() if len(marks) == 1 else _marks(part, Mark.NEITHER))


def _without_long_runs(part: Part, rows: Sequence[Row], needed: _Needed) -> Iterator[Row | Fold]:
    """Of many rows on end with the same marks only the first and the last."""
    for (_, marks, stay), group in groupby(rows, lambda row: _run_key(row, needed)):
        run = list(group)
        if len(run) < _LONG_RUN or stay:
            yield from run
            continue
        yield from run[:_KEPT_BEFORE]
        yield _rest(part, run[_KEPT_BEFORE:-_KEPT_AFTER], marks)
        yield from run[-_KEPT_AFTER:]


def _run_key(row: Row, needed: _Needed) -> tuple[str, tuple[Mark, ...], bool]:
    return row.section, row.marks, any(row.moved) or bool(needed(row))


def _rest(part: Part, rows: Sequence[Row], marks: tuple[Mark, ...]) -> Fold:
    texts = []
    for column in part.layout.columns:
        events = [cell.event for row in rows if (cell := row.at(column.key))]
        told = f"… {words.count(len(rows), 'row')} more: {calls(events)}"
        texts.append(f"{span(events)} {told}" if events else "")
    return Fold(tuple(texts), marks)


def _cut(part: Part, rows: int) -> Fold:
    text = f"… {words.count(rows, 'more line')} of {part.name}: --whole shows all"
    return Fold((text, *("" for _ in part.layout.columns[1:])), _marks(part, Mark.NEITHER))
