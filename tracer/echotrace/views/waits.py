"""In which columns somebody waits at each row of a timeline.

With a thousand tasks a set for each row would take gigabytes: what is kept are the changes.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet


class Waits:
    """Who waits where, from row to row; rows in their order."""

    def __init__(self) -> None:
        self._of_actor: dict[str, str] = {}  # a task waits in one call at a time
        self._in_column: Counter[str] = Counter()
        #: The positions at which waiting in a column begins and ends, in turns.
        self.changes: dict[str, list[int]] = {}

    def begin(self, actor: str, column: str, position: int) -> None:
        """From the row at `position` on, the actor waits in a column."""
        self.end(actor, position)
        self._of_actor[actor] = column
        self._in_column[column] += 1
        if self._in_column[column] == 1:
            self.changes.setdefault(column, []).append(position)

    def end(self, actor: str, position: int) -> None:
        """From the row at `position` on, the actor waits no longer, if it did."""
        column = self._of_actor.pop(actor, None)
        if column is not None:
            self._in_column[column] -= 1
            if not self._in_column[column]:
                self.changes[column].append(position)

    def at(self, position: int) -> AbstractSet[str]:
        """The columns in which somebody waits at the row at `position`."""
        return _WaitingAt(self.changes, position)


class _WaitingAt(AbstractSet[str]):
    def __init__(self, changes: Mapping[str, Sequence[int]], position: int) -> None:
        self._changes = changes
        self._position = position

    def __contains__(self, column: object) -> bool:
        changes = self._changes.get(str(column), ())
        return bisect_right(changes, self._position) % 2 == 1

    def __iter__(self) -> Iterator[str]:
        return (column for column in self._changes if column in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
