"""Where the boxes of several states stand: at the same place in each, and no more than fit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from echotrace.views.state_boxes import Box, Boxes, Row
from echotrace.views.svg.canvas import Canvas

#: Points: in a frame above and below its rows, between it and the one in it, and between boxes.
PAD, LINK, APART = 1.5, 2.0, 5.0
_MOST_INDENT = 2


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
class Kept:
    """Which boxes are drawn, by key; of descriptors whose description is not, all or none."""

    tables: frozenset[str]
    opens: frozenset[str]
    others: bool = True

    def draws(self, row: Row) -> bool:
        """Whether a row is drawn at all."""
        return self.others or row.target is None or f"open {row.target}" in self.opens

    def text(self, row: Row) -> str:
        """What a row says: of a description that is not drawn its name."""
        if row.target is None or f"open {row.target}" in self.opens:
            return row.text
        return f"{row.text.removeprefix('fd ')} {row.name}"


@dataclass(frozen=True)
class Layout:
    """The places of the boxes of both columns, by key, and how high all is."""

    measure: Measure
    kept: Kept
    tables: Mapping[str, Place]
    opens: Mapping[str, Place]
    height: float


def lines_of(row: Row, kept: Kept, columns: int) -> list[str]:
    """The text of a row in lines; an empty one for a blank that has no room behind them."""
    found = wrap(kept.text(row), max(columns, 4)) or [""]
    if row.blank is not None and not blank_fits(row, found, columns):
        found.append("")
    return found


def blank_fits(row: Row, lines: Sequence[str], columns: int) -> bool:
    """Whether the blank of a row stands on its last line of text."""
    assert row.blank is not None
    return len(lines[-1]) + 1 + Canvas.blank_columns(row.blank) <= columns


def layout(pictures: Sequence[Boxes], measure: Measure, kept: Kept) -> Layout:
    """One layout for all pictures: whatever is in any of them has its place."""
    tables, end = _column([picture.tables for picture in pictures], kept.tables, measure.tables,
                          kept, measure)  # fmt: skip
    opens, other_end = _column([picture.opens for picture in pictures], kept.opens, measure.opens,
                               kept, measure)  # fmt: skip
    return Layout(measure, kept, tables, opens, max(end, other_end))


def _column(
    pictures: Sequence[Sequence[Box]], keys: Collection[str], columns: int, kept: Kept,
    measure: Measure,
) -> tuple[dict[str, Place], float]:  # fmt: skip
    places: dict[str, Place] = {}
    top = 0.0
    for key in merged([[box.key for box in boxes] for boxes in pictures]):
        if key in keys:
            same = [box for boxes in pictures for box in boxes if box.key == key]
            places[key] = _place(same, top, columns, kept, measure)
            top += places[key].height + APART
    return places, max(0.0, top - APART)


def _place(same: Sequence[Box], top: float, columns: int, kept: Kept, measure: Measure) -> Place:
    indent = min(_MOST_INDENT, max(box.depth for box in same))
    room = columns - 2 - indent
    slots: dict[str, Slot] = {}
    below = PAD
    ends = []
    for part in ([box.rows for box in same], [box.inner for box in same]):
        drawn = [[row for row in rows if kept.draws(row)] for rows in part]
        for key in merged([[row.key for row in rows] for rows in drawn]):
            most = max(len(lines_of(row, kept, room)) for rows in drawn for row in rows
                       if row.key == key)  # fmt: skip
            slots[key] = Slot(below, most)
            below += most * measure.line
        ends.append(below + PAD)
        below += 2 * PAD + LINK
    outer, all_ = ends
    return Place(top, all_ if any(box.inner for box in same) else outer, outer, indent, slots)


def merged(orders: Iterable[Sequence[str]]) -> list[str]:
    """One order of all keys: a new one stands before the next one that is known, or last."""
    found: list[str] = []
    for order in orders:
        known = set(found)
        for at, key in enumerate(order):
            if key not in known:
                behind = next((later for later in order[at + 1 :] if later in known), None)
                found.insert(len(found) if behind is None else found.index(behind), key)
    return found


def fitting(
    pictures: Sequence[Boxes], measure: Measure, height: float, wanted: Collection[str]
) -> Layout:
    """A layout that is no higher, with what is `wanted` and as much else as fits.

    What came last is left out first, in the column that is too high. It is higher all the same if
    there is no room for what is wanted.
    """
    tables = merged([[box.key for box in picture.tables] for picture in pictures])
    opens = merged([[box.key for box in picture.opens] for picture in pictures])
    found = layout(pictures, measure, Kept(frozenset(tables), frozenset(opens)))
    while found.height > height:
        shorter = _without_last(found, tables, opens, height, wanted)
        if shorter is None:
            break
        found = layout(pictures, measure, shorter)
    if found.height > height:
        found = layout(pictures, measure, Kept(found.kept.tables, found.kept.opens, others=False))
    return found


def _without_last(
    found: Layout, tables: Sequence[str], opens: Sequence[str], height: float,
    wanted: Collection[str],
) -> Kept | None:  # fmt: skip
    kept = found.kept
    for keys, own, places in (
        (opens, kept.opens, found.opens),
        (tables, kept.tables, found.tables),
    ):
        spare = [key for key in keys if key in own and key not in wanted]
        end = max((place.top + place.height for place in places.values()), default=0.0)
        if spare and end > height:
            rest = own - {spare[-1]}
            return Kept(kept.tables, rest) if own is kept.opens else Kept(rest, kept.opens)
    return None
