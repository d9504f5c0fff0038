"""Adds up what happened on each connection, event by event."""

from collections.abc import Iterable, Mapping, Sequence

from echotrace.kernel.descriptions import Arrival
from echotrace.story.nouns import Connection, Place, StoryEvent
from echotrace.story.roles import Roles
from echotrace.syscalls import ROWS
from echotrace.trace import Exit, Syscall

_RECEIVES = frozenset(row.name for row in ROWS.values() if row.event == "recv") - {"recvmmsg"}
_SENDS = frozenset(row.name for row in ROWS.values() if row.event == "send") - {"sendmmsg"}


class _Tally:
    def __init__(self) -> None:
        self.events: list[int] = []
        self.tasks: dict[str, None] = {}
        self.calls = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self.closed_by: dict[str, None] = {}
        self.ended_by: str | None = None

    def add(self, event: StoryEvent) -> None:
        self.events.append(event.seq)
        if isinstance(event.record, Syscall):
            self.calls += 1
            self.tasks[event.actor] = None

    def move(self, call: Syscall) -> None:
        """Count the bytes of a call whose first descriptor is the connection."""
        if call.result is None or call.result <= 0 or call.errno is not None:
            return
        if call.name in _RECEIVES:
            if "MSG_PEEK" not in str(call.args.get("flags")):
                self.bytes_in += call.result
        elif call.name in _SENDS:
            self.bytes_out += call.result


def connections(
    events: Iterable[StoryEvent],
    arrivals: Sequence[Arrival],
    clients: Sequence[int | None],
    places: Mapping[int, Place],
    roles: Roles,
) -> tuple[Connection, ...]:
    """The connections of a story; `places` by description id."""
    tallies = [_Tally() for _ in arrivals]
    sockets = {place.connection: description for description, place in places.items()}
    for event in events:
        number = event.place.connection
        if number is not None:
            tallies[number - 1].add(event)
        if event.touch is not None:
            _book(event, tallies, places, _closer(event, roles))
    return tuple(
        Connection(
            number, client, arrival.local, arrival.peer, sockets.get(number),
            tuple(tally.events), tuple(tally.tasks), tally.calls, tally.bytes_in, tally.bytes_out,
            tuple(tally.closed_by), tally.ended_by,
            None if arrival.datagram else arrival.description.maker, arrival.datagram,
        )
        for number, (arrival, client, tally) in enumerate(
            zip(arrivals, clients, tallies, strict=True), 1
        )
    )  # fmt: skip


def _closer(event: StoryEvent, roles: Roles) -> str:
    """Who gives descriptors up: a task by a call, or a process by its end."""
    if isinstance(event.record, Exit):
        return f"end of {roles.process(event.actor)}"
    return event.actor


def _book(
    event: StoryEvent, tallies: list[_Tally], places: Mapping[int, Place], closer: str
) -> None:
    touch = event.touch
    assert touch is not None
    for freed in touch.freed:
        number = places[freed.description.id].connection if freed.description.id in places else None
        if number is not None:
            tally = tallies[number - 1]
            tally.closed_by[closer] = None
            if freed.left == 0:
                tally.ended_by = closer
    if touch.used is not None and isinstance(event.record, Syscall):
        place = event.place if touch.datagrams else places.get(touch.used.id)
        if place is not None and place.connection is not None:
            tallies[place.connection - 1].move(event.record)
