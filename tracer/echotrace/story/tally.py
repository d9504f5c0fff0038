"""Adds up what happened on each connection, event by event."""

from collections.abc import Iterable, Mapping, Sequence

from echotrace.kernel.descriptions import Description, Touch
from echotrace.kernel.flows import given_to, moved, taken_from
from echotrace.story.nouns import NONE, Connection, Place, StoryEvent
from echotrace.story.roles import Roles
from echotrace.trace import Exit, Syscall


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


def connections(
    events: Iterable[StoryEvent],
    accepted: Sequence[Description],
    clients: Sequence[int | None],
    places: Mapping[int, Place],
    roles: Roles,
) -> tuple[Connection, ...]:
    """The connections of a story; `places` by description id."""
    tallies = [_Tally() for _ in accepted]
    for event in events:
        number = event.place.connection
        if number is not None:
            tallies[number - 1].add(event)
        if event.touch is not None:
            _book(event, tallies, places, _closer(event, roles))
    return tuple(
        Connection(
            number, client, made.local, made.peer, made.id,
            tuple(tally.events), tuple(tally.tasks), tally.calls, tally.bytes_in, tally.bytes_out,
            tuple(tally.closed_by), tally.ended_by, made.maker,
        )
        for number, (made, client, tally) in enumerate(
            zip(accepted, clients, tallies, strict=True), 1
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
        _count(event.record, touch, tallies, places)


def _count(call: Syscall, touch: Touch, tallies: list[_Tally], places: Mapping[int, Place]) -> None:
    """Count the bytes that a call moved; splice(2) may move them from one connection to another."""
    source, sink = (
        places.get(end.id, NONE).connection if end is not None else None
        for end in (taken_from(call, touch), given_to(call, touch))
    )
    if source is not None:
        tallies[source - 1].bytes_in += moved(call)
    if sink is not None:
        tallies[sink - 1].bytes_out += moved(call)
