"""How many descriptors are open at most: in one table, and in all tables together.

Every table counts here as its slots fill and empty, so that no moment has to be looked at again.
"""

from collections.abc import Sized

from msgspec import Struct


class MostOpen(Struct, frozen=True):
    """The most descriptors open at one time: `in_one` table (RLIMIT_NOFILE limits that), `in_all`.

    A process that has its own table counts each descriptor it inherited once more in `in_all`.
    `reached` is when one table first had so many (ns).
    """

    in_one: int
    in_all: int
    reached: int


class Gauge:
    """Counts the filled slots of all tables; `known` is False once slots change out of sight.

    What is open only within one call does not count: what execve(2) closes in the copy it makes of
    a shared table.
    """

    def __init__(self) -> None:
        self.known = True
        self._open = 0
        self._grown: list[Sized] = []
        self._most_in_one = 0
        self._most_in_all = 0
        self._reached = 0

    def filled(self, slots: Sized, more: int) -> None:
        """So many more of the slots of one table are filled."""
        self._open += more
        self._grown.append(slots)

    def emptied(self) -> None:
        """One slot is empty again."""
        self._open -= 1

    def settle(self, time: int) -> None:
        """A call, or another moment, is over: look at the tables that grew in it."""
        if self._grown:
            in_one = max(map(len, self._grown))
            if in_one > self._most_in_one:
                self._most_in_one, self._reached = in_one, time
            self._most_in_all = max(self._most_in_all, self._open)
            self._grown.clear()

    @property
    def most(self) -> MostOpen | None:
        """The most so far; None when it cannot be known (io_uring(7))."""
        most = MostOpen(self._most_in_one, self._most_in_all, self._reached)
        return most if self.known else None
