"""Which rows are left out of a long view, and what is said of them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from echotrace.story.replay import replay
from echotrace.views.abridging import Left, abridged, left_out
from echotrace.views.abridging_words import again, told, where
from tracebuilder import TraceBuilder


@given(st.integers(0, 200), st.integers(0, 60), st.sets(st.integers(0, 199), max_size=20))
def test_shown_and_left_out_are_all(count: int, most: int, needed: set[int]) -> None:
    """Runs do not overlap, are of two rows or more, and spare what is needed."""
    gaps = left_out(count, most, needed)
    gone = [position for gap in gaps for position in gap]
    assert len(gone) == len(set(gone))
    assert set(gone) <= set(range(count)) - needed
    assert all(len(gap) > 1 for gap in gaps)
    assert all(before.stop < after.start for before, after in pairwise(gaps))


@given(st.integers(0, 200), st.integers(3, 60))
def test_beginning_and_end_stay(count: int, most: int) -> None:
    """About so many rows stay, the first and the last of all among them; one run is left out."""
    gaps = left_out(count, most)
    assert bool(gaps) == (count > most + 1)
    if gaps:
        (gap,) = gaps
        assert count - len(gap) == most
        assert gap.start > 0
        assert gap.stop < count
        assert gap.start >= count - gap.stop


_ROWS = st.lists(
    st.tuples(st.lists(st.integers(0, 2), min_size=1, max_size=5), st.integers(1, 7)), max_size=6
).map(lambda runs: [row for pattern, times in runs for row in pattern * times])


@given(_ROWS, st.none() | st.integers(0, 30), st.sets(st.integers(0, 60), max_size=5))
def test_rows_and_repetitions_are_all(rows: list[int], most: int | None, needed: set[int]) -> None:
    """Each row is shown or left out, once, in order; what is said to be repeated is, and stands."""
    found = abridged(rows, most, needed)
    places = [[each] if isinstance(each, int) else [*each.rows] for each in found]
    assert [place for each in places for place in each] == list(range(len(rows)))
    for number, each in enumerate(found):
        if isinstance(each, Left) and each.period:
            start = each.rows.start - each.period
            assert [*found[number - each.period : number]] == [*range(start, each.rows.start)]
            pattern = rows[start : each.rows.start]
            times = len(each.rows) // each.period
            assert times >= 3
            assert rows[each.rows.start : each.rows.stop] == pattern * times


@given(_ROWS, st.integers(0, 30))
def test_needed_rows_that_repeat_no_others_stay(rows: list[int], most: int) -> None:
    """However few rows are wanted, of needed ones only repetitions are left out."""
    every = range(len(rows))
    assert abridged(rows, most, every) == abridged(rows)
    assert abridged(every, most, every) == (*every,)


def test_up_to_four_rows_are_found_to_repeat() -> None:
    """Four times a few rows: the first of them, and a line; three times, or five rows, stay."""
    for period in range(1, 5):
        rows = ["before", *[*range(period)] * 4, "after"]
        end = 1 + 4 * period
        left = Left(range(1 + period, end), period)
        assert abridged(rows) == (*range(1 + period), left, end)
    assert abridged([*range(5)] * 4) == (*range(20),)
    assert abridged([*range(2)] * 3) == (*range(6),)


def test_repetitions_are_told_in_a_line() -> None:
    """Which rows, how often, and which events they are."""
    b = TraceBuilder()
    numbers = [b.call(10, "recvfrom", 4, 0, 9, result=0) for _ in range(4)]
    events = replay(b.trace()).events
    assert again(1, 3) == "… the same row 3 more times"
    assert again(2, 1019) + where(events) == (
        f"… the same 2 rows 1,019 more times, events {numbers[0]} to {numbers[-1]}"
    )


def test_left_out_rows_are_counted_by_what_they_are() -> None:
    """Calls in pairs are told as pairs; others one by one, the steps of clients apart."""
    b = TraceBuilder()
    for _ in range(3):
        b.client(1, "send")
        b.call(10, "recvfrom", 4, 0, 9, result=1)
        b.call(10, "sendto", 4, 0, 1, result=1)
    events = replay(b.trace()).events
    assert told(9, events) == (
        f"… 9 more rows, events {events[0].seq} to {events[-1].seq}: 3 recv/send pairs, "
        "3 client steps"
    )
    assert told(2, events[:2]).endswith(": 1 recv, 1 client step")
    assert told(4, [events[1], events[1], events[2], events[4]]).endswith(": 2 recv, 1 send")
    assert told(2, ()) == "… 2 more rows"
