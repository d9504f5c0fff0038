"""In which columns somebody waits at each row of a timeline.

With a thousand tasks a set for each row would take gigabytes: what is kept are the changes.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from operator import itemgetter


class Waits:
    """Who waits where, from row to row; rows in their order."""

    def __init__(self) -> None:
        self._of_actor: dict[str, str] = {}  # a task waits in one call at a time
        self._in_column: Counter[str] = Counter()
        #: The positions at which waiting in a column begins and ends, in turns.
        self.changes: dict[str, list[int]] = {}
        #: The same of all columns in one, each with its column.
        self._in_order: list[tuple[int, str]] = []

    def begin(self, actor: str, column: str, position: int) -> None:
        """From the row at `position` on, the actor waits in a column."""
        self.end(actor, position)
        self._of_actor[actor] = column
        self._in_column[column] += 1
        if self._in_column[column] == 1:
            self._change(column, position)

    def end(self, actor: str, position: int) -> None:
        """From the row at `position` on, the actor waits no longer, if it did."""
        column = self._of_actor.pop(actor, None)
        if column is not None:
            self._in_column[column] -= 1
            if not self._in_column[column]:
                self._change(column, position)

    def _change(self, column: str, position: int) -> None:
        self.changes.setdefault(column, []).append(position)
        self._in_order.append((position, column))

    def at(self, position: int) -> AbstractSet[str]:
        """The columns in which somebody waits at the row at `position`."""
        return _WaitingAt(self, position)

    def alike(self, first: int, last: int) -> bool:
        """Whether the same columns wait at two rows: in time that grows with what is between."""
        between = (bisect_right(self._in_order, at, key=itemgetter(0)) for at in (first, last))
        changed = Counter(column for _, column in self._in_order[slice(*between)])
        return all(times % 2 == 0 for times in changed.values())


class _WaitingAt(AbstractSet[str]):  # noqa: PLW1641 -- as any Set: it equals sets that have no hash
    def __init__(self, waits: Waits, position: int) -> None:
        self._waits = waits
        self._position = position

    def __contains__(self, column: object) -> bool:
        changes = self._waits.changes.get(str(column), ())
        return bisect_right(changes, self._position) % 2 == 1

    def __iter__(self) -> Iterator[str]:
        return (column for column in self._waits.changes if column in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _WaitingAt) and other._waits is self._waits:
            return self._waits.alike(*sorted((self._position, other._position)))
        return super().__eq__(other)
