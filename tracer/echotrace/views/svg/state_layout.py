"""Where the boxes of several states stand: at the same place in each, and no more than fit."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from echotrace.views.boxes import Box, Boxes
from echotrace.views.svg.canvas import Canvas
from echotrace.views.svg.state_rows import Kept, lines_of

#: Points: in a frame above and below its rows, between it and the one in it, and between boxes.
PAD, LINK, APART = 1.5, 2.0, 5.0
_MOST_INDENT = 2
_MOST_TASKS = 4  # in one box


@dataclass(frozen=True)
class Measure:
    """How much room there is in characters: for a table, for a description, and between them.

    A frame takes two characters from its rows: for the mark before them, and half of one each side.
    """

    tables: int
    between: int
    opens: int
    line: float

    @classmethod
    def of(cls, canvas: Canvas, columns: int) -> "Measure":
        """Of a picture so many characters wide."""
        between = 4
        tables = (columns - between) * 9 // 20
        return cls(tables, between, columns - between - tables, canvas.line_height)


@dataclass(frozen=True)
class Slot:
    """Where a row stands below the top of its box, and in how many lines at most."""

    top: float
    lines: int


@dataclass(frozen=True)
class Place:
    """Where a box stands: its top, its height with and without its inner frame, its rows."""

    top: float
    height: float
    outer: float
    indent: int
    rows: Mapping[str, Slot]


@dataclass(frozen=True)
class Layout:
    """The places of the boxes of both columns, by key, and how high all is."""

    measure: Measure
    kept: Kept
    tables: Mapping[str, Place]
    opens: Mapping[str, Place]

    @property
    def height(self) -> float:
        """The height of the higher column."""
        return max(_end(self.tables), _end(self.opens))


def fitting(
    pictures: Sequence[Boxes], measure: Measure, height: float, wanted: Collection[str],
    preferred: Collection[str],
) -> Layout:  # fmt: skip
    """One layout for all pictures, no higher, with what is `wanted` and as much else as fits.

    Whatever is in any picture has its place. What came last and is not `preferred` is left out
    first, in the column that is too high; it is higher all the same if there is no room for what is
    wanted.
    """

    def tables(kept: Kept) -> Mapping[str, Place]:
        return _column([p.tables for p in pictures], kept.tables, measure.tables, kept, measure)

    def opens(kept: Kept) -> Mapping[str, Place]:
        return _column([p.opens for p in pictures], kept.opens, measure.opens, kept, measure)

    all_tables = merged([[box.key for box in picture.tables] for picture in pictures])
    all_tables.sort(key=lambda key: key not in preferred)
    all_opens = merged([[box.key for box in picture.opens] for picture in pictures])
    every = frozenset(all_tables)
    crowd = _crowd([box for picture in pictures for box in picture.tables], wanted)
    kept = _most(
        all_opens,
        wanted,
        lambda keys: Kept(every, keys, crowd=crowd),
        lambda kept: _end(opens(kept)) <= height,
    )
    kept = _most(
        all_tables, wanted, lambda keys: Kept(keys, kept.opens, crowd=crowd),
        lambda kept: _end(tables(kept)) <= height,
    )  # fmt: skip
    if _end(tables(kept)) > height:
        kept = Kept(kept.tables, kept.opens, others=False, crowd=crowd)
    return Layout(measure, kept, tables(kept), opens(kept))


def _crowd(tables: Iterable[Box], wanted: Collection[str]) -> frozenset[str]:
    """The rows of tasks for which a box has no room: those that came last, and are not wanted."""
    tasks: dict[str, dict[str, None]] = {}
    for box in tables:
        own = tasks.setdefault(box.key, {})
        own.update(dict.fromkeys(row.key for row in box.rows if row.key.startswith("task ")))
    found: set[str] = set()
    for rows in tasks.values():
        first = sorted(rows, key=lambda key: key not in wanted)[:_MOST_TASKS]
        found |= rows.keys() - set(first)
    return frozenset(found)


def _most(
    keys: Sequence[str], wanted: Collection[str], choose: Callable[[frozenset[str]], Kept],
    fits: Callable[[Kept], bool],
) -> Kept:  # fmt: skip
    """The choice of all keys that are wanted and as many of the others, in order, as fit."""
    needed, spare = ([key for key in keys if (key in wanted) is wish] for wish in (True, False))
    choices = range(len(spare), -1, -1)  # a bisection: the fewer, the sooner they fit
    at = bisect_left(choices, True, key=lambda many: fits(choose(frozenset(needed + spare[:many]))))
    return choose(frozenset(needed + spare[: choices[min(at, len(spare))]]))


def _column(
    pictures: Sequence[Sequence[Box]], keys: Collection[str], columns: int, kept: Kept,
    measure: Measure,
) -> Mapping[str, Place]:  # fmt: skip
    same: dict[str, list[Box]] = {}
    for boxes in pictures:
        for box in boxes:
            same.setdefault(box.key, []).append(box)
    places: dict[str, Place] = {}
    top = 0.0
    for key in merged([[box.key for box in boxes] for boxes in pictures]):
        if key in keys:
            places[key] = _place(same[key], top, columns, kept, measure.line)
            top += places[key].height + APART
    return places


def _end(places: Mapping[str, Place]) -> float:
    """How high a column is."""
    return max((place.top + place.height for place in places.values()), default=0.0)


def _place(same: Sequence[Box], top: float, columns: int, kept: Kept, line: float) -> Place:
    indent = min(_MOST_INDENT, max(box.depth for box in same))
    room = columns - 2 - indent
    slots: dict[str, Slot] = {}
    below = PAD
    ends = []
    for part in ([box.rows for box in same], [box.inner for box in same]):
        drawn = [[row for row in rows if kept.draws(row)] for rows in part]
        most: dict[str, int] = {}
        for row in (row for rows in drawn for row in rows):
            most[row.key] = max(most.get(row.key, 0), len(lines_of(row, kept, room)))
        for key in merged([[row.key for row in rows] for rows in drawn]):
            slots[key] = Slot(below, most[key])
            below += most[key] * line
        ends.append(below + PAD)
        below += 2 * PAD + LINK
    outer, all_ = ends
    return Place(top, all_ if any(box.inner for box in same) else outer, outer, indent, slots)


def merged(orders: Iterable[Sequence[str]]) -> list[str]:
    """One order of all keys: a new one stands before the next one that is known, or last."""
    found: list[str] = []
    for order in orders:
        known = set(found)
        before: dict[str | None, list[str]] = {}
        following = None
        for key in reversed(order):
            if key in known:
                following = key
            else:
                before.setdefault(following, []).append(key)
        merging = [new for key in (*found, None) for new in (*reversed(before.get(key, ())), key)]
        found = [key for key in merging if key is not None]
    return found
