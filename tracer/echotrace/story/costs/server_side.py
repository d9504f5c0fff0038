"""The server's side of its clients' waits: who accepts, who answers, who is where at each rest."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from echotrace.kernel.flows import given_to, moved
from echotrace.story.costs.moments import end_of, rests
from echotrace.story.events import takes_whoever_comes
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.story.roles import client_role
from echotrace.trace import Syscall


class Answer(NamedTuple):
    """A call that sends to a client, and how many bytes it and those before it sent."""

    event: StoryEvent
    so_far: int


class ServerSide:
    """What the tasks of a server do for its clients, ready to be asked for.

    `end` is when the trace ends (ns), `rests` when the server has come to rest.
    """

    def __init__(self, story: Story) -> None:
        self._story = story
        self.end = end_of(story)
        self.rests = rests(story)

    @cached_property
    def acceptors(self) -> tuple[str, ...]:
        """The tasks that call accept."""
        return self._callers("accept")

    def accept(self, connection: Connection | None) -> StoryEvent | None:
        """The call that took a connection off the accept queue."""
        accepted = connection.accepted if connection else None
        return None if accepted is None else self._story.event(accepted)

    def about_to_serve(self, connection: Connection | None) -> tuple[str, ...]:
        """The tasks to answer on a connection on which none has: who receives there, or could."""
        if connection is None:
            return self.acceptors
        receivers = self._callers("recv")
        return tuple(task for task in receivers if task in connection.tasks) or receivers

    def answers(self, connection: Connection | None, since: int) -> Sequence[Answer]:
        """What the server sent on a connection since a time, in order."""
        sent = self._sent.get(connection.number, ()) if connection else ()
        later = [each for each in sent if (each.end or 0) > since]
        sizes = accumulate(moved(call) for call in (each.record for each in later)
                           if isinstance(call, Syscall))  # fmt: skip
        return [Answer(*pair) for pair in zip(later, sizes, strict=True)]

    def held_by(self, task: str, start: int, end: int, own: Connection | None) -> Iterator[str]:
        """For whom a client waits whom a task is to serve, at each rest between two times.

        `own` is the client's connection: nobody waits for itself.
        """
        calls = self._calls.get(task, [])
        first = max(0, bisect_right(calls, start, key=_start) - 1)
        for call in calls[first : bisect_left(calls, end, key=_start)]:
            at = bisect_right(self.rests, max(call.start, start))
            if at < len(self.rests) and self.rests[at] <= min(end, call.end or end):
                yield from self._busy_with(call, self.rests[at], own, {task})

    def _busy_with(
        self, call: StoryEvent, rest: int, own: Connection | None, seen: set[str]
    ) -> Iterator[str]:
        """Whose connection a call works on; if none, what the task is in that ends its waiting."""
        name, number = getattr(call.record, "name", ""), call.place.connection
        waits_for_task = call.logical == "wait" and call.woken_by is not None
        if number is not None and not waits_for_task and not takes_whoever_comes(name, call.touch):
            if own is None or number != own.number:
                client = self._story.connection(number).client
                yield client_role(client) if client else call.place.name
            return
        waker = self._story.by_seq.get(call.woken_by) if call.woken_by is not None else None
        if waker is None or waker.actor in seen:
            return
        calls = self._calls.get(waker.actor, [])
        at = bisect_right(calls, rest, key=_start) - 1
        if at >= 0 and (calls[at].end is None or (calls[at].end or 0) > rest):
            yield from self._busy_with(calls[at], rest, own, seen | {waker.actor})

    def _callers(self, kind: str) -> tuple[str, ...]:
        """The tasks that make a kind of call for clients."""
        return tuple(
            task
            for task, calls in self._calls.items()
            if any(
                call.logical == kind and (kind == "accept" or call.place.connection is not None)
                for call in calls
            )
        )

    @cached_property
    def _calls(self) -> Mapping[str, list[StoryEvent]]:
        found: dict[str, list[StoryEvent]] = defaultdict(list)
        for event in self._story.events:
            if isinstance(event.record, Syscall):
                found[event.actor].append(event)
        return found

    @cached_property
    def _sent(self) -> Mapping[int, list[StoryEvent]]:
        """The calls that moved bytes to a client, by the number of its connection."""
        found: dict[int, list[StoryEvent]] = defaultdict(list)
        places = self._story.places
        for event in self._story.events:
            call, touch = event.record, event.touch
            if not isinstance(call, Syscall) or touch is None or not moved(call):
                continue
            sink = given_to(call, touch)
            place = event.place if touch.datagrams else places.get(sink.id) if sink else None
            if sink is not None and place is not None and place.connection is not None:
                found[place.connection].append(event)
        return found


def _start(event: StoryEvent) -> int:
    return event.start
