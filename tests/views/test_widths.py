"""Widths of columns: what they need, as far as there is room."""

from hypothesis import given
from hypothesis import strategies as st

from echotrace.views.widths import GAP, LEAST_COLUMN, LEAST_SERVER, widths


def test_the_server_has_what_the_others_do_not_need() -> None:
    """Where the connections need little, the server's column is as wide as its cells."""
    assert widths(["server", "#1", "#2"], {"server": 35, "#1": 22, "#2": 22}, 87) == {
        "server": 35, "#1": 23, "#2": 23,
    }  # fmt: skip


def test_the_server_gives_way() -> None:
    """Where all need more than there is, the connections come first."""
    found = widths(["server", "#1", "#2"], {"server": 40, "#1": 30, "#2": 30}, 87)
    assert found == {"server": 21, "#1": 30, "#2": 30}


def test_a_column_leaves_to_another_what_it_does_not_need() -> None:
    """Without room for equal parts the wider column has what the narrower one leaves."""
    assert widths(["P0", "P1"], {"P0": 40, "P1": 24}, 70) == {"P0": 40, "P1": 24}


@given(st.lists(st.integers(0, 90), min_size=1, max_size=6), st.integers(0, 200), st.booleans())
def test_columns_fit_the_room(needs: list[int], more: int, server: bool) -> None:
    """Together the columns are never wider than the room, and none is narrower than the least."""
    keys = ["server" if server else "#0", *(f"#{n}" for n in range(1, len(needs)))]
    least = LEAST_SERVER if server else LEAST_COLUMN
    room = least + LEAST_COLUMN * (len(keys) - 1) + len(GAP) * len(keys) + more
    found = widths(keys, dict(zip(keys, needs, strict=True)), room)
    assert list(found) == keys
    assert sum(found.values()) + len(GAP) * len(keys) <= room
    assert min(found.values()) >= LEAST_SERVER
