"""What a server costs: hand-written figures for the ten servers, and what counts as what."""

import pytest
from msgspec.structs import replace

from echotrace.servers import NAMES, traces_dir
from echotrace.story.compare.course import courses
from echotrace.story.costs.costs import Costs, Made, Spread, costs
from echotrace.story.costs.traffic import traffic
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import ClientTotal, End, Load, Syscall
from echotrace.tracefile import load
from tracebuilder import HEADER, TraceBuilder, connected

NOTHING = Made(0, 0)
#: With two clients, `interleaved`: calls per connection and echo, tasks before and for clients,
#: descriptors in one table. iterative: accept recv send recv close. fork: with clone and a close in
#: the parent, shutdown and exit_group in the child. select, poll: with the waits for accept, each
#: recv. epoll: with its epoll_ctl, and its instance is a descriptor too. The standard streams and
#: the listening socket are four descriptors.
INTERLEAVED = {
    "iterative": (5, 2, NOTHING, NOTHING, 5),
    "fork": (9, 2, NOTHING, Made(2, 0), 5),
    "thread": (7, 2, NOTHING, Made(0, 2), 6),
    "select": (8, 3, NOTHING, NOTHING, 6),
    "poll": (8, 3, NOTHING, NOTHING, 6),
    "epoll": (9, 3, NOTHING, NOTHING, 7),
    "kqueue": (9, 3, NOTHING, NOTHING, 7),
    "prefork": (6, 2, Made(2, 0), NOTHING, 5),
    "pool": (5, 2, Made(0, 2), NOTHING, 6),
    "udp": (2, 2, NOTHING, NOTHING, 4),
}


def _stored(name: str, script: str) -> Costs:
    return costs(replay(load(traces_dir() / f"{name}-{script}.jsonl")))


@pytest.mark.parametrize("name", NAMES)
def test_costs_of_an_echo_each(name: str) -> None:
    """The figures of each server for two clients with one echo each are those counted by hand."""
    found, (calls, echo, before, serving, most) = _stored(name, "interleaved"), INTERLEAVED[name]
    assert found.calls_per_connection == Spread(calls, calls, calls)
    assert (found.connections, found.echoes, found.calls_per_echo) == (2, 2, echo)
    assert (found.made_before, found.made_serving) == (before, serving)
    assert found.most_open is not None
    assert found.most_open.in_one == most
    assert found.bytes_per_call == 5  # "hey 1"


@pytest.mark.parametrize("name", NAMES)
def test_costs_under_a_silent_client(name: str) -> None:
    """A client that says nothing costs what an echo costs less, and nobody an echo more."""
    calls, echo, before, serving, most = INTERLEAVED[name]
    found = _stored(name, "silent")
    least = calls if name == "udp" else calls - echo
    assert found.calls_per_connection == Spread((least + calls) / 2, least, calls)
    assert (found.echoes, found.calls_per_echo, found.bytes_per_call) == (1, echo, 5)
    assert (found.made_before, found.made_serving) == (before, serving)
    assert found.most_open is not None
    assert found.most_open.in_one == (5 if name == "iterative" else most)


@pytest.mark.parametrize(("name", "echo", "each"), [
    ("fork", 50, 100), ("thread", 6, 2500 / 3), ("epoll", 9, 2500 / 3), ("udp", 2, 2500),
])  # fmt: skip
def test_small_buffers_cost_calls(name: str, echo: float, each: float) -> None:
    """2,500 bytes through a buffer of 100 take 25 calls of recv and send, through 1,024 three."""
    found = _stored(name, "large")
    assert (found.echoes, found.calls_per_echo) == (2, echo)
    assert found.bytes_per_call == pytest.approx(each)


def test_processes_count_their_copies_of_descriptors() -> None:
    """In all tables together each process has what it inherited: five for P0, P1 and P2 each."""
    fork, thread = _stored("fork", "interleaved").most_open, _stored("thread", "silent").most_open
    assert fork is not None
    assert thread is not None
    assert (fork.in_one, fork.in_all) == (5, 15)
    assert thread.in_one == thread.in_all == 6


def test_calls_are_those_of_the_course(story: Story) -> None:
    """What counts as a connection's call is what the comparison shows as a step of its course."""
    steps = [
        sum(isinstance(step.event.record, Syscall) for step in course.steps)
        for course in courses(story)
        if course.connection is not None
    ]
    assert [each.calls for each in traffic(story)] == steps


def _echoing(*sizes: int, free: bool = False) -> TraceBuilder:
    """A server that waits with poll, and gives each recv back with one send."""
    b = TraceBuilder()
    b.server()
    if not free:
        b.client(1, "connect", local="127.0.0.1:50001")
    b.accept(10, 4)
    for size in sizes:
        if not free:
            b.client(1, "send", text="x" * size, local="127.0.0.1:50001")
        b.end(b.begin(10, "poll", [{"fd": 4, "events": "POLLIN"}], 1, -1), 1,
              fds=[{"fd": 4, "events": "POLLIN", "revents": "POLLIN"}])  # fmt: skip
        b.call(10, "recvfrom", 4, 9, 0, None, result=size, data="x" * size)
        b.call(10, "sendto", 4, size, 0, None, result=size, data="x" * size)
        b.call(10, "recvfrom", 4, 9, 0, None, errno="EAGAIN")
    return b


def test_what_moves_nothing_is_no_part_of_an_echo() -> None:
    """A recv that finds nothing after an echo costs the connection a call, and the echo none."""
    found = costs(replay(_echoing(5, 7).trace()))
    assert found.calls_per_connection == Spread(9, 9, 9)
    assert (found.echoes, found.calls_per_echo, found.bytes_per_call) == (2, 3, 6)


def test_half_an_echo_is_none() -> None:
    """What a client sent and had back only in part is no echo, and its calls are nobody's."""
    b = _echoing(5)
    b.client(1, "send", text="hello, world", local="127.0.0.1:50001")
    b.call(10, "recvfrom", 4, 5, 0, None, result=5, data="hello")
    b.call(10, "sendto", 4, 5, 0, None, result=5, data="hello")
    found = costs(replay(b.trace()))
    assert (found.echoes, found.calls_per_echo) == (1, 3)


def test_free_clients_count_their_echoes() -> None:
    """Under free clients an echo is the payload, and the wait that from connect to first echo."""
    trace = _echoing(8, 8, free=True).trace()
    total = ClientTotal(1, 5, 6, 160, 300, "127.0.0.1:50001", sent=16, received=16, echoes=2)
    header = replace(trace.header, load=Load(clients=1, echoes=2, payload=8))
    found = costs(replay(replace(trace, header=header, records=(*trace.records, total))))
    assert (found.echoes, found.calls_per_echo) == (2, 3)
    (wait,) = found.waits
    assert (wait.time, wait.over, wait.kept, wait.held_by) == (155, True, None, None)


def test_clients_of_others() -> None:
    """Of clients that are not echotrace's the echoes and waits are not known, all else is."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.call(10, "recvfrom", 4, 9, 0, None, result=5, data="hello")
    b.call(10, "sendto", 4, 5, 0, None, result=5, data="hello")
    found = costs(replay(b.trace()))
    assert (found.echoes, found.calls_per_echo, found.waits) == (0, None, ())
    assert (found.calls_per_connection, found.bytes_per_call) == (Spread(3, 3, 3), 5)


def test_nothing_happened() -> None:
    """Without a single event all that can be counted is 0, and what cannot is None."""
    trace = replace(TraceBuilder(first=None).trace(), header=HEADER)
    found = costs(replay(trace))
    assert (found.calls_per_connection, found.calls_per_echo) == (None, None)
    assert (found.bytes_per_call, found.longest_wait) == (None, None)
    assert (found.connections, found.echoes, found.made_before) == (0, 0, NOTHING)


def test_cut_off(story: Story) -> None:
    """Wherever a recording ends, there are costs; what a client waited for then is not over."""
    records = [record for record in story.trace.records if not isinstance(record, End)]
    for count in range(0, len(records), max(1, len(records) // 7)):
        found = costs(replay(replace(story.trace, records=tuple(records[:count]))))
        assert found.echoes <= 2
        assert all(wait.time >= 0 for wait in found.waits)


def test_rings_hide_descriptors() -> None:
    """How many descriptors are open is not known once a ring may fill slots (io_uring(7))."""
    b = TraceBuilder()
    b.server()
    b.call(10, "io_uring_setup", 8, None, result=4, told=connected(4, 1))
    b.call(10, "io_uring_enter", 4, 1, 1, "0x1", result=1)
    assert costs(replay(b.trace())).most_open is None
