"""A story laid out as a timeline: its connections, or its tasks, are the columns.

A row is one event, or the return of a call that waited: its start and its return are two rows then,
with what happened meanwhile between them. Rows are in the order in which things began.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from echotrace.story.essentials import is_essential, without_announced_ends
from echotrace.story.events import takes_whoever_comes
from echotrace.story.nouns import NONE, Story, StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import ClientStep, Exit, Syscall
from echotrace.views import words
from echotrace.views.layout import Cell, Column, Layout, Row
from echotrace.views.waits import Waits

#: Logical events that wait when there is nothing to do yet.
_CAN_WAIT = frozenset({
    "accept", "recv", "send", "connect", "select", "poll", "epoll wait", "wait", "splice", "futex",
})  # fmt: skip


def lay_out(
    story: Story,
    *,
    by: str = "connection",
    everything: bool = False,
    connections: Collection[int] | None = None,
) -> Layout:
    """Lay a story out `by` connection or `by` task.

    With `connections` only what concerns those of these numbers, or none.
    """
    told = story.events if everything else without_announced_ends(story.events)
    if connections is not None:
        told = tuple(each for each in told if each.place.connection in (None, *connections))
    shown = [event for event in told if everything or is_essential(event)]
    columns = (
        _task_columns(story, shown) if by == "task" else _connection_columns(story, connections)
    )
    waits = Waits()
    return Layout(
        columns=columns,
        rows=tuple(_rows(shown, by, _opened(story), waits)),
        hidden=len(told) - len(shown),
        by=by,
        waits=waits.changes,
    )


def _connection_columns(story: Story, only: Collection[int] | None) -> tuple[Column, ...]:
    server = Column("server", "server", _listening_on(story))
    return (
        server,
        *(
            Column(
                connection.place.name,
                connection.title,
                words.path(connection.peer or ""),
            )
            for connection in story.connections
            if only is None or connection.number in only
        ),
    )


def _listening_on(story: Story) -> str:
    addresses = (words.path(listener.local) for listener in story.listeners if listener.local)
    return ", ".join(dict.fromkeys(addresses))


def _task_columns(story: Story, shown: Sequence[StoryEvent]) -> tuple[Column, ...]:
    actors = {event.actor for event in shown}
    names = [name for name in story.roles.names if name in actors]
    kinds = {"P": "process", "T": "thread"}
    clients = [Column("clients", "clients")] if any(a.startswith("C") for a in actors) else []
    return (*clients, *(Column(name, name, kinds.get(name[0], "")) for name in names))


@dataclass(frozen=True)
class Moment:
    """When something of an event stands in a timeline, which part of it, and in which column."""

    time: int
    event: StoryEvent
    part: str
    column: str

    @property
    def cell(self) -> Cell:
        """What stands there."""
        return Cell(self.column, self.event, self.part)


def _opened(story: Story) -> int:
    """When the server made its first socket for clients; 0 if that was before the recording."""
    makers = [listener.maker for listener in story.listeners]
    return min((0 if maker is None else story.event(maker).start for maker in makers), default=0)


def _rows(shown: Sequence[StoryEvent], by: str, opened: int, waits: Waits) -> Iterable[Row]:
    moments: list[Moment] = []
    starts = sorted(event.start for event in shown)
    for event in shown:
        moments.extend(moments_of(event, by, starts))
    moments.sort(key=lambda moment: moment.time)
    for position, moment in enumerate(moments):
        actor = moment.event.actor
        if moment.part == "return" or isinstance(moment.event.record, Exit):
            waits.end(actor, position)
        if moment.part == "begin" and (moment.column != "server" or _serves(moment.event, opened)):
            waits.begin(actor, moment.column, position + 1)
        waiting = waits.at(position)
        yield Row((moment.cell,), moment.time, waiting)


def _serves(event: StoryEvent, opened: int) -> bool:
    """Whether a wait is one of the server's: not of a helper that has waited since before that.

    Runtimes have threads that wait for ever, for work of their own: they say nothing of the server.
    """
    return event.start >= opened and event.place != NONE


def moments_of(event: StoryEvent, by: str, starts: Sequence[int]) -> Iterable[Moment]:
    """One moment, or two for a call that waited; `starts` are those of all events, in order."""
    column = _column(event, by)
    if not _waits(event, starts):
        yield Moment(event.start, event, "whole", column)
        return
    yield Moment(event.start, event, "begin", _column_while_waiting(event, by))
    if event.end is not None:
        yield Moment(event.end, event, "return", column)


def _waits(event: StoryEvent, starts: Sequence[int]) -> bool:
    """Whether a call that can wait did: something else happened before it returned."""
    if not isinstance(event.record, Syscall) or not can_wait(event.record.name):
        return False
    if event.end is None:
        return True
    return bisect_left(starts, event.end) > bisect_right(starts, event.start)


def can_wait(name: str) -> bool:
    """Whether a system call is one of those that wait when there is nothing to do yet."""
    return logical_event(name) in _CAN_WAIT


def _column(event: StoryEvent, by: str) -> str:
    if by == "task":
        return "clients" if isinstance(event.record, ClientStep) else event.actor
    return event.place.name if event.place.connection is not None else "server"


def _column_while_waiting(event: StoryEvent, by: str) -> str:
    """What accept will take, or a message will bring, is not known while it waits."""
    return "server" if by == "connection" and brings_connection(event) else _column(event, by)


def brings_connection(event: StoryEvent) -> bool:
    """Whether the connection, or the peer, of a call is the one that it returned with."""
    takes = takes_whoever_comes(getattr(event.record, "name", ""), event.touch)
    return takes or bool(event.touch and event.touch.received)
