"""What a server calls for each connection: in all, to move bytes, and for the echoes on it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.kernel.descriptions import Description
from echotrace.kernel.flows import given_to, moved, taken_from
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.story.waits import with_waits
from echotrace.syscalls import logical_event
from echotrace.trace import ClientStep, Syscall


@dataclass
class Traffic:
    """The calls for one connection or UDP peer, of whatever task.

    `calls` counts all at its place and the waits for readiness that lead to them; `moving` those
    that moved bytes, `moved` in all. `echoes` are the sends of the client whose bytes have all
    gone back, `echo_calls` the calls that took part in that.
    """

    calls: int
    moving: int = 0
    moved: int = 0
    echoes: int = 0
    echo_calls: int = 0


def traffic(story: Story) -> list[Traffic]:
    """The traffic of each connection, in the order of their numbers."""
    ends = _ends_of_echoes(story)
    found = []
    for connection in story.connections:
        events = with_waits(story, connection)
        calls = [event for event in events if isinstance(event.record, Syscall)]
        own = Traffic(len(calls))
        count = _Count(own, connection, ends.get(connection.number, ()))
        for event in calls:
            count.see(event)
        found.append(own)
    return found


def _ends_of_echoes(story: Story) -> Mapping[int, Sequence[int]]:
    """After how many bytes each send of its client ends, by the number of a connection."""
    load = story.trace.header.load
    if load is not None:
        totals = {total.client: total for total in story.trace.totals()}
        return {
            each.number: range(load.payload, load.payload * (total.echoes + 1), load.payload)
            for each in story.connections
            if (total := totals.get(each.client or 0)) and load.payload
        }
    sizes: dict[int, list[int]] = defaultdict(list)
    for event in story.events:
        step, number = event.record, event.place.connection
        if isinstance(step, ClientStep) and step.action == "send" and step.size and number:
            sizes[number].append(step.size)
    return {number: list(accumulate(own)) for number, own in sizes.items()}


class _Count:
    """Goes through the calls of a connection; `ends` are the bytes that are back after each echo.

    An exchange begins with a call that receives bytes, or the waits that lead to it, and lasts
    until as many bytes are sent as were received.
    """

    def __init__(self, traffic: Traffic, connection: Connection, ends: Sequence[int]) -> None:
        self._traffic = traffic
        self._connection = connection
        self._ends = ends
        self._received = self._sent = 0
        self._leading = 0  # waits since the last other call
        self._exchange: int | None = None  # calls of the one that goes on
        self._complete = 0  # calls of those since the last echo

    def see(self, event: StoryEvent) -> None:
        """The next call."""
        call, touch = event.record, event.touch
        assert isinstance(call, Syscall)
        came = gone = 0
        if touch is not None:
            came = moved(call) if self._is_end(taken_from(call, touch)) else 0
            gone = moved(call) if self._is_end(given_to(call, touch)) else 0
        self._traffic.moving += bool(came or gone)
        self._traffic.moved += came + gone
        self._received += came
        self._sent += gone
        if came and self._exchange is None:
            self._exchange = self._leading
        if self._exchange is not None:
            self._exchange += 1
            if self._sent >= self._received:
                self._end_exchange(self._exchange)
        leads = logical_event(call.name) in WAITS_FOR_READINESS
        self._leading = self._leading + 1 if leads else 0

    def _is_end(self, description: Description | None) -> bool:
        """Whether a description is the server's end; all peers of a UDP socket share it."""
        if description is None or self._connection.datagram:
            return description is not None
        return description.id == self._connection.description

    def _end_exchange(self, calls: int) -> None:
        self._exchange = None
        self._complete += calls
        echoes = bisect_right(self._ends, self._sent)
        if echoes > self._traffic.echoes:
            self._traffic.echoes = echoes
            self._traffic.echo_calls += self._complete
            self._complete = 0
