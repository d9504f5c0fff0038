"""The story of a recording that goes on: each event gets its actor and its place when it is known.

`replay` looks at a whole trace in three passes. Here every record is looked at once, so that the
work for one more event is the same at the end of a long recording as at its beginning. What only
the future tells is not known yet: which client a connect leads to which connection, what woke whom.
"""

from collections.abc import Iterator, Sequence

from echotrace.kernel.descriptions import Description
from echotrace.kernel.facts import same_form
from echotrace.kernel.history import History
from echotrace.kernel.model import Kernel
from echotrace.kernel.moments import Moment, Phase, moments
from echotrace.story.nouns import LISTENER, Place, Story, StoryEvent
from echotrace.story.places import Places, known_places
from echotrace.story.roles import Roles, client_role
from echotrace.trace import (
    ClientStep,
    Event,
    Exec,
    Exit,
    Header,
    Record,
    Signal,
    Syscall,
    Task,
    Trace,
)


class Unfolding:
    """Takes records as they come; `story` has the roles so far, for those who put events in words.

    `clients` holds the client of each connection that has one of ours, by connection number.
    """

    def __init__(self, header: Header) -> None:
        self._spells: dict[int, tuple[tuple[int, ...], tuple[str, ...]]] = {}
        roles = Roles(self._spells)
        self.story = Story(Trace(header, ()), roles, (), (), (), (), History(()))
        self.clients: dict[int, int] = {}
        self._born = {"process": 0, "thread": 0}
        self._kernel = Kernel()
        self._begun: set[int] = set()
        self._known: dict[int, Place] = {}
        self._places = Places(self._known)
        self._places_known = (0, 0, 0)
        self._connections = 0
        #: Clients without a connection and connections without a client, by the client's address.
        self._callers: dict[str, int] = {}
        self._strangers: dict[str, int] = {}
        self._visits: dict[int, int] = {}

    @property
    def accepted(self) -> Sequence[Description]:
        """The connections so far, in the order of their numbers."""
        return self._kernel.ledger.accepted

    def take(self, records: Sequence[Record]) -> list[StoryEvent]:
        """The events among some records, which follow those that were taken before.

        A call may come twice: first without an end, when it has begun, then with it.
        """
        for record in records:
            if isinstance(record, Task):
                self._cast(record)
            elif isinstance(record, ClientStep) and record.local is not None:
                self._arrive(same_form(record.local), record)
        for moment in self._new_moments(records):
            self._kernel.apply(moment)
        self._learn_places()
        return list(self._tell(sorted(records, key=_began)))

    def _cast(self, task: Task) -> None:
        """Give a new task its role, as `roles.assign` does."""
        kind = "process" if task.tid == task.pid else "thread"
        number = self._born[kind]
        self._born[kind] += 1
        name = f"P{number}" if kind == "process" else f"T{number + 1}"
        times, names = self._spells.get(task.tid, ((), ()))
        self._spells[task.tid] = ((*times, task.time), (*names, name))

    def _new_moments(self, records: Sequence[Record]) -> Iterator[Moment]:
        """The moments of the records that have not been applied: a call begins once."""
        before = set(self._begun)
        for moment in moments(records):
            _, phase, _, record = moment
            if isinstance(record, Syscall):
                if phase == Phase.START and record.seq in before:
                    continue
                if record.end is None:
                    self._begun.add(record.seq)
            yield moment

    def _learn_places(self) -> None:
        """Look which descriptions have become places; the list of connections only grows."""
        ledger = self._kernel.ledger
        sizes = len(ledger.listening), len(ledger.bound), len(ledger.watching)
        if sizes != self._places_known:
            self._places_known = sizes
            self._known.update(known_places(ledger))
        for number in range(self._connections + 1, len(ledger.accepted) + 1):
            made = ledger.accepted[number - 1]
            self._known[made.id] = Place.of(number)
            if made.peer:
                self._accept(same_form(made.peer), number)
        self._connections = len(ledger.accepted)

    def _arrive(self, address: str, step: ClientStep) -> None:
        """A client has an address; its connection may have been accepted already."""
        if step.action == "connect":
            self._visits.pop(step.client, None)
            self._callers[address] = step.client
            self._pair(address)

    def _accept(self, address: str, number: int) -> None:
        """A connection was accepted; its client may still be about to tell its address."""
        self._strangers[address] = number
        self._pair(address)

    def _pair(self, address: str) -> None:
        if address in self._callers and address in self._strangers:
            client, number = self._callers.pop(address), self._strangers.pop(address)
            self.clients[number] = client
            self._visits[client] = number

    def _tell(self, records: Sequence[Record]) -> Iterator[StoryEvent]:
        for record in records:
            match record:
                case Task():
                    self._places.born(record)
                case Exec():
                    self._places.replaced(record)
                case ClientStep():
                    yield self._step(record)
                case Syscall() | Signal() | Exit():
                    yield self._event(record)

    def _event(self, record: Syscall | Signal | Exit) -> StoryEvent:
        touches = self._kernel.ledger.touches
        start, end = _times(record)
        actor = self.story.roles.of(record.tid, start) or f"?{record.tid}"
        touch = touches.get(record.seq)
        if isinstance(record, Syscall):
            place = self._places.of(record, touch)
            if record.end is not None:
                touches.pop(record.seq, None)
                self._begun.discard(record.seq)
        else:
            place = self._places.current(record.tid, start)
        return StoryEvent(record.seq, record, actor, place, touch, start, end)

    def _step(self, step: ClientStep) -> StoryEvent:
        number = self._visits.get(step.client)
        place = LISTENER if number is None else Place.of(number)
        return StoryEvent(
            step.seq, step, client_role(step.client), place, None, step.time, step.end
        )


def _times(record: Event) -> tuple[int, int | None]:
    if isinstance(record, Syscall):
        return record.start, record.end
    return record.time, record.time


def _began(record: Record) -> int:
    if isinstance(record, Syscall):
        return record.start
    return getattr(record, "time", 0)
