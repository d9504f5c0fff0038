"""What is said of a server that was attached to: of what it did before, nobody knows."""

from collections.abc import Sequence

from msgspec.structs import replace

from echotrace.story.findings.check import findings
from echotrace.story.replay import replay
from echotrace.trace import Attached, Descriptors, Slot
from tracebuilder import HEADER, TraceBuilder

LISTENER = Slot(3, 1, "socket:[1]", protocol="tcp", state="LISTEN", local="127.0.0.1:7000")
RECEIVER = Slot(3, 1, "socket:[1]", protocol="udp", state="CLOSE", local="127.0.0.1:7000")
CONNECTION = Slot(
    4, 2, "socket:[2]", protocol="tcp", state="ESTABLISHED", local="127.0.0.1:7000",
    peer="127.0.0.1:50001", accepted=True,
)  # fmt: skip


def _server(*slots: Slot, ignored: Sequence[str] = ()) -> TraceBuilder:
    b = TraceBuilder()
    tables = [Descriptors([10], list(slots))]
    b.records.append(Attached(b.tick(), 10, tables=tables, ignored=list(ignored)))
    return b


def _names(b: TraceBuilder) -> list[str]:
    trace = b.trace()
    attached = replace(trace, header=replace(HEADER, attached=10))
    return [finding.id for finding in findings(replay(attached))]


def _child(b: TraceBuilder) -> None:
    b.fork(10, 20)
    b.exit(20)


def test_zombies_may_have_been_waited_for() -> None:
    """A parent that does not wait while it is recorded may have done so before, or in a while."""
    b = _server(LISTENER)
    _child(b)
    assert "child-never-reaped" not in _names(b)


def test_sigpipe_that_was_ignored_before() -> None:
    """A send without MSG_NOSIGNAL is safe if SIGPIPE was ignored when the recording began."""
    for ignored, expected in (((), True), (("SIGPIPE",), False)):
        b = _server(LISTENER, CONNECTION, ignored=ignored)
        b.call(10, "sendto", 4, None, 5, 0, None, None, result=5)
        assert ("sigpipe-possible" in _names(b)) is expected


def test_udp_server_that_was_bound_before() -> None:
    """A socket that receives datagrams from anybody makes a UDP server, without its bind."""
    b = _server(RECEIVER)
    b.call(10, "recvfrom", 3, None, 9, 0, "127.0.0.1:50001", 16, result=5)
    assert _names(b) == ["kind"]


def test_udp_client_that_was_connected_before() -> None:
    """A socket that is connected to one peer is a client's, or one of many."""
    b = _server(replace(RECEIVER, peer="127.0.0.1:53"))
    b.call(10, "recvfrom", 3, None, 9, 0, None, None, result=5)
    assert _names(b) == []
