"""Which rows of a long view are left out: neither its beginning nor its end, nor what is needed."""

from collections.abc import Collection, Iterator
from itertools import count as numbers

#: Of three rows that are kept two are from the beginning.
_FROM_THE_BEGINNING, _OF = 2, 3


def left_out(count: int, most: int, needed: Collection[int] = ()) -> tuple[range, ...]:
    """The runs of positions to leave out of `count` rows so that about `most` are left.

    Rows at the `needed` positions stay, even if they are more than that. In place of each run a
    line says what is left out; so no run is of one row, whose place that line would take.
    """
    if count <= most:
        return ()
    kept = {position for position in needed if 0 <= position < count}
    for position in _from_both_ends(count):
        if len(kept) >= most:
            break
        kept.add(position)
    return tuple(run for run in _runs(count, kept) if len(run) > 1)


def _from_both_ends(count: int) -> Iterator[int]:
    first, last = 0, count - 1
    for turn in numbers():
        if first > last:
            return
        if turn % _OF < _FROM_THE_BEGINNING:
            yield first
            first += 1
        else:
            yield last
            last -= 1


def _runs(count: int, kept: Collection[int]) -> Iterator[range]:
    start = 0
    for position in (*sorted(kept), count):
        if position > start:
            yield range(start, position)
        start = position + 1
