"""Whose turn it is, when only one task at a time may get past a call.

Which of several runnable tasks goes first is the scheduler's choice. Here it is ours: a task that
stops at a call out of its turn waits in a queue, a new task waits where it begins, and when all
that run have come to rest the oldest of the queue goes on, then the oldest of the new.
"""

import time
from collections.abc import Callable, Iterable
from typing import TypeAlias

#: Handles the stop of a task at a time of the clock.
Handler: TypeAlias = Callable[[int, int], None]


class Turns:
    """The queue of tasks; it changes nothing until `begin`."""

    def __init__(self) -> None:
        self.active = False
        self._turn: int | None = None
        self._queue: dict[int, Handler] = {}
        #: New tasks in the order in which they were made, and whether each has stopped yet.
        self._newborn: dict[int, bool] = {}

    def begin(self) -> None:
        """From now on let one task go at a time."""
        self.active = True

    def end(self) -> None:
        """From now on let all go when they can. Ask only when none waits for its turn."""
        self.active = False

    def guard(self, handle: Handler) -> Handler:
        """The handler, for the task whose turn it is; stops of others are kept for later."""
        if not self.active:
            return handle

        def handle_in_turn(tid: int, now: int) -> None:
            if tid == self._turn:
                handle(tid, now)
            else:
                self._queue[tid] = handle

        return handle_in_turn

    def born(self, child: int) -> None:
        """A task was made; it starts in its turn."""
        if self.active:
            self._newborn[child] = False

    def has_stopped(self, child: int) -> bool:
        """A new task has come to its first stop; whether it must wait there."""
        if child in self._newborn:
            self._newborn[child] = True
        return child in self._newborn

    def is_waiting(self, tid: int) -> bool:
        """Whether a task stands still until it is let go."""
        return tid in self._queue or self._newborn.get(tid, False)

    def give(self, tasks: Iterable[int], start: Callable[[int], None]) -> bool:
        """Let the next task go; `tasks` from old to new, `start` for one that has not begun.

        False when none waits. Ask only when all others are at rest.
        """
        self._turn = next((tid for tid in tasks if tid in self._queue), None)
        if self._turn is not None:
            self._queue.pop(self._turn)(self._turn, time.monotonic_ns())
            return True
        self._turn = next((tid for tid, stopped in self._newborn.items() if stopped), None)
        if self._turn is not None:
            del self._newborn[self._turn]
            start(self._turn)
        return self._turn is not None

    def forget(self, tid: int) -> None:
        """A task is gone."""
        self._queue.pop(tid, None)
        self._newborn.pop(tid, None)
