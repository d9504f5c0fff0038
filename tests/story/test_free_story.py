"""What clients counted and what the trace counts: who is who, and what it means if they differ."""

from msgspec.structs import replace

from echotrace.story.findings.check import findings
from echotrace.story.load import FreeRun, free_run, shortfalls
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import ClientTotal, Load, Trace
from tracebuilder import TraceBuilder, connected


def served(clients: int, took: int = 5) -> TraceBuilder:
    """A server that echoes 5 bytes to each client, and sends `took` bytes to the last."""
    b = TraceBuilder()
    b.server()
    for n in range(1, clients + 1):
        b.accept(10, 3 + n, port=5000 + n)
    for n in range(1, clients + 1):
        b.call(10, "recvfrom", 3 + n, 100, 0, None, result=5, data="hello")
        size = took if n == clients else 5
        b.call(10, "sendto", 3 + n, size, 0, None, result=size, data="hello"[:size])
    for n in range(1, clients + 1):
        b.call(10, "recvfrom", 3 + n, 100, 0, None, result=0)
        b.call(10, "close", 3 + n)
    return b


def total(client: int, **more: object) -> ClientTotal:
    """A client that had its echo; all are open at the same time."""
    whole = ClientTotal(
        client, began=client, connected=client + 10, answered=client + 100, ended=client + 1000,
        local=f"127.0.0.1:{5000 + client}", peer="127.0.0.1:7000", sent=5, received=5, echoes=1,
    )  # fmt: skip
    return replace(whole, **more)


def story(b: TraceBuilder, *totals: ClientTotal, reason: str | None = None) -> Story:
    """The story of a free run with these totals."""
    trace = b.trace()
    *records, end = trace.records
    header = replace(trace.header, load=Load(len(totals), 1, 5))
    return replay(Trace(header, (*records, *totals, replace(end, reason=reason))))


def run_of(found: Story) -> FreeRun:
    """Its free run."""
    run = free_run(found)
    assert run is not None
    return run


def test_clients_are_matched_by_their_address() -> None:
    """Whoever comes to be accepted first: a client's connection has its address as its peer."""
    found = story(served(2), total(1, local="127.0.0.1:5002"), total(2, local="127.0.0.1:5001"))
    assert [each.client for each in found.connections] == [2, 1]
    assert len(run_of(found).agreeing) == 2
    assert list(shortfalls(found)) == []


def test_an_address_that_is_used_again_is_another_client() -> None:
    """Two clients with one address, one after the other, have a connection each, in order."""
    b = TraceBuilder()
    b.server()
    for _ in range(2):
        b.accept(10, 4, port=5001)
        b.call(10, "close", 4)
    same = "127.0.0.1:5001"
    found = story(b, total(1, local=same), total(2, local=same))
    assert [each.client for each in found.connections] == [1, 2]


def test_a_difference_is_told() -> None:
    """Where the trace has fewer bytes than the client got, both counts are told."""
    found = story(served(3, took=4), total(1), total(2), total(3))
    told = (
        "Clients and trace disagree on 1 connection, first #3: C3 sent 5 bytes and got 5, the "
        "trace has 5 in and 4 out."
    )
    assert list(shortfalls(found)) == [told]


def test_a_connection_that_the_trace_has_not_is_told() -> None:
    """A client that was answered, and whose connection nobody accepted, is told."""
    found = story(served(1), total(1), total(2))
    assert list(shortfalls(found)) == [
        "1 of 2 clients were answered on a connection that is not in the trace, first C2."
    ]


def test_nothing_is_compared_in_a_recording_that_was_ended_early() -> None:
    """A client may have got what the trace had no time to see."""
    found = story(served(1, took=4), total(1), total(2), reason="interrupted")
    assert list(shortfalls(found)) == []


def test_a_client_that_failed_is_told_and_not_compared() -> None:
    """Its error is told; that it counts other bytes than the server follows from it."""
    found = story(served(1, took=4), total(1, received=4, error="gone"), total(2, answered=None))
    assert list(shortfalls(found)) == [
        "1 of 2 clients did not get back all they sent, first C1: gone."
    ]


def test_how_many_were_open_at_once() -> None:
    """A connection counts from its first answer to its close; one that closes makes room first."""
    together = run_of(story(served(3), total(1), total(2), total(3)))
    in_turn = run_of(
        story(served(2), total(1, ended=500), total(2, answered=500), total(3, answered=None))
    )
    assert (together.at_once, in_turn.at_once) == (3, 1)


def test_many_clients_that_leave_are_no_loop() -> None:
    """A server that closes one connection after the other gets on, though it takes no bytes."""
    found = story(served(40), *(total(n) for n in range(1, 41)))
    assert "readiness-loop-spins" not in [each.id for each in findings(found)]


def test_a_trace_with_a_script_has_no_free_run() -> None:
    """Where nobody ran freely there is nothing to say."""
    found = replay(served(1).trace())
    assert free_run(found) is None
    assert list(shortfalls(found)) == []


def test_an_accepted_peer_that_is_no_client_stays_a_peer() -> None:
    """A connection from elsewhere gets no client."""
    b = served(1)
    b.end(b.begin(10, "accept", 3, None, None), 9, told=connected(9, 6000))
    assert [each.client for each in story(b, total(1)).connections] == [1, None]
