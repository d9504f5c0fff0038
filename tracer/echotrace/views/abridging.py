"""Which rows of a long view are left out: repetitions, then what is neither beginning nor end."""

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count as numbers
from itertools import takewhile

#: Of three rows that are kept two are from the beginning.
_FROM_THE_BEGINNING, _OF = 2, 3
#: As many rows at most are a pattern, which has to be there so often.
_LONGEST_PERIOD, _LEAST_TIMES = 4, 4


@dataclass(frozen=True)
class Left:
    """Positions on end that are left out.

    If `period` is not 0, they repeat the so many rows just before them, which are shown.
    """

    rows: range
    period: int = 0


def abridged(
    rows: Sequence[Hashable], most: int | None = None, needed: Collection[int] = ()
) -> tuple[int | Left, ...]:
    """The positions of all rows, in order, those left out on end together.

    Rows that are equal say the same. Of repetitions the first one is shown; of what is left then
    about `most`, all if None, and the rows at the `needed` positions in any case.
    """
    found = tuple(_without_repetitions(rows))
    kept = [place for place, each in enumerate(found) if each in needed]
    gaps = left_out(len(found), len(found) if most is None else most, kept)
    return tuple(_honest([*_with_gaps(found, gaps)]))


def _without_repetitions(rows: Sequence[Hashable]) -> Iterator[int | Left]:
    position = 0
    while position < len(rows):
        period, times = _pattern(rows, position)
        yield from range(position, position + period)
        end = position + period * times
        if times > 1:
            yield Left(range(position + period, end), period)
        position = end


def _pattern(rows: Sequence[Hashable], start: int) -> tuple[int, int]:
    """How many rows from `start` on are a pattern, and how often it is there."""
    for period in range(1, _LONGEST_PERIOD + 1):
        further = range(start + period, len(rows))
        again = (rows[at] == rows[at - period] for at in further)
        times = 1 + sum(takewhile(bool, again)) // period
        if times >= _LEAST_TIMES:
            return period, times
    return 1, 1


def _with_gaps(found: Sequence[int | Left], gaps: Sequence[range]) -> Iterator[int | Left]:
    position = 0
    for gap in gaps:
        yield from found[position : gap.start]
        yield _together(found[gap.start : gap.stop])
        position = gap.stop
    yield from found[position:]


def _honest(found: Sequence[int | Left]) -> Iterator[int | Left]:
    """Nothing is said to be the same as rows that are not shown."""
    run: list[int | Left] = []
    shown = 0
    for each in (*found, None):
        if isinstance(each, Left) and (run or each.period > shown or not each.period):
            run.append(each)
            shown = 0
            continue
        if run:
            yield _together(run)
            run = []
        if each is not None:
            yield each
        shown = shown + 1 if isinstance(each, int) else 0


def _together(run: Sequence[int | Left]) -> Left:
    ranges = [each.rows if isinstance(each, Left) else range(each, each + 1) for each in run]
    return Left(range(ranges[0].start, ranges[-1].stop))


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
