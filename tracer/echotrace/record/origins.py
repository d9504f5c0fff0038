"""Where calls come from: what the stop loop asks for, whoever can answer it."""

from typing import NamedTuple, Protocol

#: Says of a call that its origin is not known.
UNKNOWN = -1


class Origin(NamedTuple):
    """The place in a program's source that made a call, as the program's files tell it.

    `path` is the whole path of the source, `call` the library function that was called there.
    `built` is when the program was made from it (nanoseconds since 1970); None when it is run from
    the source itself.
    """

    path: str
    line: int
    function: str | None
    call: str | None
    built: int | None


class Origins(Protocol):
    """Finds the origins of calls; `found` are those that are known, and never shrinks.

    It is asked at a call's exit, or at its entry where nothing is left of it then, while the task
    stands still. An answer is a place in `found`, or UNKNOWN.
    """

    found: list[Origin]

    def reach(self, tid: int, instruction: int) -> int:
        """How many bytes above the stack pointer `find` will want for a call from there."""

    def find(self, tid: int, instruction: int, stack: int, words: memoryview | None) -> int:
        """The origin of a call: by instruction and stack pointer, and the stack's words.

        `words` has as many as `reach` said; None when they were not read.
        """

    def born(self, child: int, parent: int, *, thread: bool) -> None:
        """A task, which is stopped, has made another: a thread of its process, or a process."""

    def replaced(self, pid: int) -> None:
        """A process has a new program (execve). What is asked before the first time is of us."""

    def forget(self, pid: int) -> None:
        """A task has ended."""

    def close(self) -> None:
        """Give up what was opened."""


class Nowhere:
    """Knows no origins and costs nothing."""

    def __init__(self) -> None:
        self.found: list[Origin] = []

    def reach(self, _tid: int, _instruction: int) -> int:
        """Nothing is wanted."""
        return 0

    def find(self, _tid: int, _instruction: int, _stack: int, _words: memoryview | None) -> int:
        """Nothing is found."""
        return UNKNOWN

    def born(self, child: int, parent: int, *, thread: bool) -> None:
        """Nothing was known."""

    def replaced(self, pid: int) -> None:
        """Nothing was known."""

    def forget(self, pid: int) -> None:
        """Nothing was known."""

    def close(self) -> None:
        """Nothing was opened."""
