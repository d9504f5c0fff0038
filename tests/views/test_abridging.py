"""Which rows are left out of a long view, and what is said of them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from echotrace.story.replay import replay
from echotrace.views.abridging import left_out
from echotrace.views.abridging_words import told
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
