"""From the facts of a trace to its story: who did what, on which connection.

Three passes, each linear: the kernel model says what every event touched and which sockets came to
listen; then every event is given its actor and its place, in the order in which events began; then
every call that waited is told what woke it.
"""

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

from msgspec.structs import replace

from echotrace.kernel.descriptions import Touch
from echotrace.kernel.history import History
from echotrace.kernel.ledger import Ledger
from echotrace.pauses import no_garbage_collection
from echotrace.story.clients import Visit, free_visits, match, visits
from echotrace.story.nouns import (
    LISTENER,
    NONE,
    Connection,
    Listener,
    Place,
    Story,
    StoryEvent,
)
from echotrace.story.places import Places, known_places
from echotrace.story.restarts import merged
from echotrace.story.roles import Roles, assign, client_role
from echotrace.story.tally import connections
from echotrace.story.wakers import woken
from echotrace.trace import ClientStep, Event, Exec, Record, Syscall, Task, Trace

__all__ = [
    "LISTENER", "NONE", "Connection", "Listener", "Place", "Story", "StoryEvent", "replay",
]  # fmt: skip


@no_garbage_collection()
def replay(trace: Trace) -> Story:
    """Work out what a trace means. Never fails: what cannot be explained becomes a doubt."""
    history = History(trace.records)
    ledger = history.ledger
    roles = assign(trace.records)
    known = known_places(ledger)
    events = list(trace.events())
    steps = visits(event for event in events if isinstance(event, ClientStep))
    clients = match((*steps.values(), *free_visits(trace.totals())), ledger.arrivals)
    places = Places(known, ledger.peers, began=trace.header.attached is not None)
    teller = _Teller(ledger.touches, roles, places, steps, _turns(trace.records))
    told = woken([teller.tell(event, resumed) for event, resumed in merged(events)], roles)
    return Story(
        trace,
        roles,
        told,
        connections(told, ledger.arrivals, clients, known, roles),
        _listeners(ledger),
        tuple(ledger.doubts),
        history,
    )


def _turns(records: Iterable[Record]) -> Iterator[Task | Exec]:
    """The records that change who is where, by time."""
    found = [record for record in records if isinstance(record, Task | Exec)]
    return iter(sorted(found, key=attrgetter("time")))


class _Teller:
    """Gives events their actor and place, one after the other."""

    def __init__(
        self,
        touches: Mapping[int, Touch],
        roles: Roles,
        places: Places,
        steps: Mapping[int, Visit],
        turns: Iterator[Task | Exec],
    ) -> None:
        self._touches = touches
        self._roles = roles
        self._places = places
        self._steps = steps
        self._turns = turns
        self._turn = next(turns, None)

    def tell(self, event: Event, resumed: tuple[int, ...]) -> StoryEvent:
        if isinstance(event, Syscall):
            start, end, tid = event.start, event.end, event.tid
        elif isinstance(event, ClientStep):
            place = self._of_client(event)
            actor = client_role(event.client)
            touch = self._touches.get(event.seq)
            return StoryEvent(event.seq, event, actor, place, touch, event.time, event.end)
        else:
            start = end = event.time
            tid = event.tid
        turn = self._turn
        while turn is not None and turn.time <= start:
            self._take(turn)
            turn = self._turn = next(self._turns, None)
        touch = self._touches.get(resumed[-1] if resumed else event.seq)
        if resumed and touch is not None:
            touch = replace(touch, seq=event.seq)
        place = (
            self._places.of(event, touch)
            if isinstance(event, Syscall)
            else self._places.current(tid, start)
        )
        actor = self._roles.of(tid, start) or f"?{tid}"
        return StoryEvent(event.seq, event, actor, place, touch, start, end, resumed)

    def _take(self, turn: Task | Exec) -> None:
        if isinstance(turn, Task):
            self._places.born(turn)
        else:
            self._places.replaced(turn)

    def _of_client(self, step: ClientStep) -> Place:
        number = self._steps[step.seq].connection
        return LISTENER if number is None else Place.of(number)


def _listeners(ledger: Ledger) -> tuple[Listener, ...]:
    sockets = {
        number: description
        for number, description in ledger.bound.items()
        if number in ledger.datagram
    }
    sockets |= ledger.listening
    found = []
    for number, description in sorted(sockets.items()):
        told = ledger.endpoints.get(number)
        link = description.link or (told.link if told else None)
        local = (told.local if told else None) or description.local
        found.append(
            Listener(number, description.maker, link, local, number not in ledger.listening)
        )
    return tuple(found)
