"""What the last moment changed, so that whoever goes along need not look at all there is."""

from collections.abc import Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from echotrace.kernel.tables import Open, Table


class Changed:
    """The tasks and processes (ids), tables, descriptions and interest lists that may be different.

    An entry of an interest list stands as (instance, key). Whatever changes something of that which
    a `State` tells says so here; too often is no harm.
    """

    __slots__ = ("interests", "opens", "processes", "tables", "tasks")

    def __init__(self) -> None:
        self.tasks: set[int] = set()
        self.processes: set[int] = set()
        self.tables: set[Table] = set()
        self.opens: set[Open] = set()
        self.interests: set[tuple[Open, tuple[int, int]]] = set()

    def __reduce__(self) -> tuple[type, tuple[Hashable, ...]]:
        """Pickled empty: a keyframe holds the state, not how it came to be."""
        return Changed, ()

    def include(self, other: "Changed") -> None:
        """What another one holds has changed, too."""
        self.tasks |= other.tasks
        self.processes |= other.processes
        self.tables |= other.tables
        self.opens |= other.opens
        self.interests |= other.interests

    def clear(self) -> None:
        """The next moment begins."""
        self.tasks.clear()
        self.processes.clear()
        self.tables.clear()
        self.opens.clear()
        self.interests.clear()
