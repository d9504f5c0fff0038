"""Which moments of a connection are shown: those found by hand, and fewer where less happens."""

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from echotrace.servers import NAMES
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.story.turning_points import Turn, turning_points
from echotrace.trace import Record, Trace
from garbage import GARBAGE
from random_stories import Plan, plans
from tracebuilder import HEADER, TraceBuilder

_T = Turn
#: What `show` has for the first connection of each server under `interleaved`.
BY_HAND = {
    "iterative": [(_T.ACCEPTED, 19), (_T.RECEIVED, 25), (_T.CLOSED, 37)],
    "fork": [(_T.ACCEPTED, 19), (_T.MADE, 25), (_T.CLOSED, 26)],
    "thread": [(_T.ACCEPTED, 19), (_T.MADE, 26), (_T.CLOSED, 57)],
    "select": [(_T.ACCEPTED, 21), (_T.WAITS, 33), (_T.CLOSED, 49)],
    "poll": [(_T.ACCEPTED, 21), (_T.WAITS, 33), (_T.CLOSED, 49)],
    "epoll": [(_T.ACCEPTED, 23), (_T.WAITS, 37), (_T.CLOSED, 53)],
    "kqueue": [(_T.ACCEPTED, 23), (_T.WAITS, 37), (_T.CLOSED, 53)],
    "prefork": [(_T.ACCEPTED, 22), (_T.RECEIVED, 29), (_T.CLOSED, 49)],
    "pool": [(_T.ACCEPTED, 22), (_T.TAKEN, 29), (_T.CLOSED, 49)],
    "udp": [(_T.DATAGRAM, 18), (_T.ANSWERED, 26), (_T.LEFT, 36)],
}


@pytest.mark.parametrize("name", NAMES)
def test_each_server(name: str, stored: Mapping[str, Story]) -> None:
    """The moments of each server's first connection are those found by hand."""
    found = [(point.turn, point.seq) for point in turning_points(stored[name])]
    assert found == BY_HAND[name]


def test_another_connection(stored: Mapping[str, Story]) -> None:
    """A connection that is asked for has moments of its own."""
    found = [(point.turn, point.seq) for point in turning_points(stored["fork"], 2)]
    assert found == [(Turn.ACCEPTED, 31), (Turn.MADE, 38), (Turn.CLOSED, 39)]


def test_what_is_cut_off(stored: Mapping[str, Story]) -> None:
    """A trace that ends after the accept, or before it, has that moment alone, or none."""
    trace = stored["fork"].trace
    for last, turns in ((24, [Turn.ACCEPTED]), (12, [])):
        records = [each for each in trace.records if getattr(each, "seq", 0) <= last]
        story = replay(Trace(trace.header, tuple(records)))
        assert [point.turn for point in turning_points(story)] == turns


def test_a_connection_in_a_message() -> None:
    """A descriptor sent in a message is handed on when its receiver has the message."""
    b = TraceBuilder()
    b.server()
    b.call(10, "socketpair", "AF_UNIX", "SOCK_DGRAM", 0, [5, 6])
    b.fork(10, 11)
    b.client(1, "connect", local="127.0.0.1:50001")
    b.accept(10, 4, port=50001)
    control = [{"type": "SCM_RIGHTS", "fds": [4]}]
    b.call(10, "sendmsg", 5, {"control": control, "len": 1}, 0, result=1)
    b.call(10, "close", 4)
    taken = [{"type": "SCM_RIGHTS", "fds": [7]}]
    begun = b.begin(11, "recvmsg", 6, None, 0)
    received = b.end(begun, 1, msg={"control": taken, "len": 1})
    b.call(11, "recvfrom", 7, result=5, data="hello")
    found = [(point.turn, point.seq) for point in turning_points(replay(b.trace()))]
    assert (Turn.PASSED, received) in found


@settings(max_examples=30)
@given(plans)
def test_random_servers(plan: Plan) -> None:
    """Of random servers there are at most three moments, in order of time, from accept to close."""
    story = plan.story()
    for connection in story.connections:
        found = turning_points(story, connection.number)
        times = [point.time(story) for point in found]
        assert len(found) <= 3
        assert all(one <= other for one, other in pairwise(times))
        assert found[0].turn is Turn.ACCEPTED
        given_up = any(
            freed.description.id == connection.description
            for event in story.events
            if event.touch
            for freed in event.touch.freed
        )
        assert (Turn.CLOSED in [point.turn for point in found]) == given_up


@settings(max_examples=30)
@given(st.lists(GARBAGE, max_size=12))
def test_garbage(records: list[Record]) -> None:
    """Records that make no sense have moments whose states can be looked at, or none."""
    story = replay(Trace(replace(HEADER, clients=1), tuple(records)))
    for connection in story.connections:
        for point in turning_points(story, connection.number):
            point.state(story)
