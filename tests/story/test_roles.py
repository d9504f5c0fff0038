"""Roles: which task is P0 and which T1."""

from echotrace.story.roles import assign, client_role
from tracebuilder import TraceBuilder


def test_processes_and_threads_are_counted_apart() -> None:
    """Processes are P0, P1 … and threads T1, T2 …, each in the order in which they came to be."""
    b = TraceBuilder()
    b.thread(10, 12)
    b.fork(10, 20)
    b.thread(20, 21, pid=20)
    b.fork(12, 30)
    roles = assign(b.records)
    assert [roles.of(tid, b.now) for tid in (10, 12, 20, 21, 30)] == ["P0", "T1", "P1", "T2", "P2"]
    assert roles.names == ("P0", "P1", "P2", "T1", "T2")


def test_order_is_by_time() -> None:
    """The order of the file does not matter, the times do."""
    b = TraceBuilder()
    b.fork(10, 20)
    b.fork(10, 30)
    assert assign(reversed(b.records)) == assign(b.records)


def test_number_used_again() -> None:
    """A task id that is used again has a new role from its second birth on."""
    b = TraceBuilder()
    b.fork(10, 20)
    b.exit(20)
    between = b.now
    b.fork(10, 20)
    roles = assign(b.records)
    assert (roles.of(20, 0), roles.of(20, between), roles.of(20, b.now)) == ("P1", "P1", "P2")


def test_leader_keeps_its_role_after_exec() -> None:
    """A thread that called execve goes on under the leader's role."""
    b = TraceBuilder()
    b.thread(10, 12)
    b.execute(10, former=12)
    roles = assign(b.records)
    assert (roles.of(10, b.now), roles.of(12, b.now)) == ("P0", "T1")


def test_task_without_a_birth() -> None:
    """A task that only calls tell of counts as a process; an id never seen has no role."""
    b = TraceBuilder()
    b.call(99, "close", 1)
    roles = assign(b.records)
    assert (roles.of(99, b.now), roles.of(98, b.now)) == ("P1", None)


def test_client_role() -> None:
    """Clients are C1, C2 and so on."""
    assert client_role(2) == "C2"
