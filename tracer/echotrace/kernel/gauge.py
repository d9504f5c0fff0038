"""How many descriptors are open at most: in one table, and in all tables together.

Every table counts here as its slots fill and empty, so that no moment has to be looked at again.
"""

from typing import NamedTuple


class MostOpen(NamedTuple):
    """The most descriptors open at one time: `in_one` table (RLIMIT_NOFILE limits that), `in_all`.

    A process that has its own table counts each descriptor it inherited once more in `in_all`.
    """

    in_one: int
    in_all: int


class Gauge:
    """Counts the filled slots of all tables; `known` is False once slots change out of sight."""

    def __init__(self) -> None:
        self.known = True
        self._open = 0
        self._most_in_one = 0
        self._most_in_all = 0

    def filled(self, slots: int, *, in_table: int) -> None:
        """So many more slots are filled, in a table that has `in_table` of them now."""
        self._open += slots
        self._most_in_one = max(self._most_in_one, in_table)
        self._most_in_all = max(self._most_in_all, self._open)

    def emptied(self) -> None:
        """One slot is empty again."""
        self._open -= 1

    @property
    def most(self) -> MostOpen | None:
        """The most so far; None when it cannot be known (io_uring(7))."""
        return MostOpen(self._most_in_one, self._most_in_all) if self.known else None
