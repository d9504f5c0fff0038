"""The place of each event: a connection, the listening socket, or neither.

A call that works on a connection's description belongs to that connection, one on the listening
socket (also before it listened) to the listening socket; so do select, poll and epoll, which wait
for all at once. What names no descriptor (spawn, wait, exit, a signal) happens at its task's
*current place*: where it last touched a connection or the listening socket, and before that where
its maker was. Files, pipes, standard streams and locks are no place, and do not change it. A
socket with which the server is itself a client (connect(2), as in a proxy) is no place for now.
"""

from collections.abc import Iterable, Mapping

from echotrace.kernel.descriptions import Description, Touch
from echotrace.kernel.ledger import Ledger
from echotrace.story.nouns import LISTENER, NONE, Place
from echotrace.syscalls import ROWS, Effect, logical_event
from echotrace.trace import Exec, Syscall, Task

#: Place of a call of which the model knows no description; those not here stay where the task is:
#: a close of a number that is not open belongs to what its task is doing.
_UNTOUCHED: Mapping[Effect, Place] = {
    Effect.ACCEPTS: LISTENER,
    Effect.MAKES: NONE,
    Effect.PAIR: NONE,
}

_EFFECT_OF: Mapping[str, Effect] = {row.name: row.effect for row in ROWS.values()}


def known_places(ledger: Ledger) -> dict[int, Place]:
    """The places of descriptions, by id; a description that is not here is no place."""
    bound = ledger.bound.keys() & ledger.datagram
    # An interest list waits for the listening socket and for all connections alike.
    places = dict.fromkeys((*ledger.listening, *bound, *ledger.watching), LISTENER)
    for number, connection in enumerate(ledger.accepted, 1):
        places[connection.id] = Place.of(number)
    return places


class Places:
    """Follows every task from place to place. Feed it births, execs and calls in order of time."""

    def __init__(self, known: Mapping[int, Place]) -> None:
        self._known = known
        self._current: dict[int, Place] = {}
        self._arriving: dict[int, tuple[int, Place]] = {}
        self._began = False

    def born(self, task: Task) -> None:
        """A new task is where its maker is."""
        maker = NONE if task.parent is None else self.current(task.parent, task.time)
        self._current[task.tid] = maker
        self._arriving.pop(task.tid, None)

    def replaced(self, record: Exec) -> None:
        """After execve the task is where it was, under the number it has now."""
        self._current[record.tid] = self.current(record.former, record.time)

    def current(self, tid: int, time: int) -> Place:
        """Where the task is at `time`: while accept waits, at the listening socket."""
        arriving = self._arriving.get(tid)
        if arriving is not None and time >= arriving[0]:
            del self._arriving[tid]
            self._current[tid] = arriving[1]
        return self._current.get(tid, NONE)

    def of(self, call: Syscall, touch: Touch | None) -> Place:
        """The place of a call, given what it touched; calls in the order in which they began."""
        here = self.current(call.tid, call.start)
        effect = _EFFECT_OF.get(call.name)
        if touch is None or not _names_any(touch):
            place = self._untouched(call, effect, here)
        elif effect is Effect.FREES_RANGE or effect is Effect.EXECS:
            place = self._of_many(touch, here)
        else:
            place = self._of_touch(touch)
        if call.name == "socket":
            self._begin(call.tid)
        if place is not NONE and place is not here:
            self._move(call, touch, place)
        return place

    def _begin(self, tid: int) -> None:
        """The first socket ends the loading of the program; from now on it is a server."""
        if not self._began:
            self._began = True
            if self._current.get(tid, NONE) is NONE:
                self._current[tid] = LISTENER

    def _move(self, call: Syscall, touch: Touch | None, place: Place) -> None:
        """accept arrives at the connection when it returns; until then it is where it waits."""
        if place.connection and touch and touch.made and call.end is not None:
            self._current[call.tid] = self._place(touch.used) if touch.used else LISTENER
            self._arriving[call.tid] = (call.end, place)
        else:
            self._current[call.tid] = place

    def _untouched(self, call: Syscall, effect: Effect | None, here: Place) -> Place:
        if effect is Effect.POLLS:
            return LISTENER if self._began else NONE
        if call.name == "socket":
            return LISTENER
        if logical_event(call.name) in ("file", "signal", "futex"):
            return NONE
        return here if effect is None else _UNTOUCHED.get(effect, here)

    def _of_touch(self, touch: Touch) -> Place:
        """The first connection among what was touched, or else the listening socket."""
        if touch.used is not None and not touch.made and not touch.freed and not _further(touch):
            return self._place(touch.used)
        best = NONE
        for description in _touched(touch):
            place = self._place(description)
            if place.connection is not None:
                return place
            if place is LISTENER:
                best = place
        return best

    def _of_many(self, touch: Touch, here: Place) -> Place:
        """close_range and execve name no descriptor: one place if all they freed is of one."""
        places = {self._place(freed.description) for freed in touch.freed} - {NONE}
        return places.pop() if len(places) == 1 else here

    def _place(self, description: Description) -> Place:
        return self._known.get(description.id, NONE)


def _names_any(touch: Touch) -> bool:
    """Whether a descriptor was touched; select, fork and wait touch other things, or too many."""
    return bool(touch.used or touch.made or touch.freed or touch.target)


def _further(touch: Touch) -> bool:
    """Whether the call names more than its first descriptor."""
    return bool(touch.target or touch.passed)


def _touched(touch: Touch) -> Iterable[Description]:
    yield from (description for _, description in touch.made)
    yield from (description for description in (touch.used, touch.target) if description)
    yield from (description for _, description in touch.passed)
    yield from (freed.description for freed in touch.freed)
