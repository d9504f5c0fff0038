"""Who waits in which column, row by row."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from echotrace.views.waits import Waits

_STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", "z", None])))


@given(_STEPS)
def test_as_a_set_for_each_row_would_say(steps: list[tuple[str, str | None]]) -> None:
    """At every position those columns wait in which an actor's wait has begun and not ended."""
    waits, plain, expected = Waits(), dict[str, str](), []
    for position, (actor, column) in enumerate(steps):
        if column is None:
            waits.end(actor, position)
            plain.pop(actor, None)
        else:
            waits.begin(actor, column, position)
            plain[actor] = column
        expected.append(set(plain.values()))
    assert [set(waits.at(position)) for position in range(len(steps))] == expected
    assert all(waits.at(position) == columns for position, columns in enumerate(expected))
    for (one, mine), (other, your) in product(enumerate(expected), repeat=2):
        assert (waits.at(one) == waits.at(other)) == (mine == your)
