"""What the trace of each mutant of servers/broken shows: one predicate a finding.

These are no findings: each compares a mutant only with the clean server that it was made from.
"""

from collections.abc import Callable, Mapping

from echotrace.syscalls import logical_event
from echotrace.trace import Syscall, Task, Trace

_MOST_IN_A_SET = 1024


def _calls(trace: Trace, *events: str) -> list[Syscall]:
    return [call for call in trace.syscalls() if logical_event(call.name) in events]


def _tasks(trace: Trace) -> tuple[int, set[int]]:
    """The id of P0, and those of all others."""
    first, *others = [record.tid for record in trace.records if isinstance(record, Task)]
    return first, set(others)


def _closed(trace: Trace, tid: int) -> list[int]:
    return [call.args["fd"] for call in _calls(trace, "close") if call.tid == tid]


def _accepted(trace: Trace) -> list[int]:
    return [call.result for call in _calls(trace, "accept") if call.result not in (None, -1)]


def _failed(trace: Trace, event: str, errno: str) -> list[Syscall]:
    return [call for call in _calls(trace, event) if call.errno == errno]


def _leaked_by_parent(trace: Trace) -> bool:
    return not set(_accepted(trace)) & set(_closed(trace, _tasks(trace)[0]))


def _left_open_by_a_child(trace: Trace, fds: set[int]) -> bool:
    return any(not fds & set(_closed(trace, child)) for child in _tasks(trace)[1])


def _another_stack(trace: Trace) -> bool:
    """Whether the second thread has another stack than the first."""
    return len({call.args["stack"] for call in _calls(trace, "spawn")}) > 1


#: By finding: whether a trace shows it.
SYMPTOMS: Mapping[str, Callable[[Trace], bool]] = {
    "connection_leaked_by_parent": _leaked_by_parent,
    "child_keeps_listening_socket": lambda trace: _left_open_by_a_child(trace, {3}),
    "child_never_reaped": lambda trace: not _calls(trace, "wait"),
    "thread_neither_joined_nor_detached": _another_stack,
    "eintr_on_accept_ends_server": lambda trace: any(
        call.tid == _tasks(trace)[0] for call in _calls(trace, "exit")
    ),
    "sigpipe_possible": lambda trace: any(
        not call.args["flags"] for call in _calls(trace, "send") if call.name == "sendto"
    ),
    "recv_error_ends_all": lambda trace: any(
        call.name == "exit_group" for call in _calls(trace, "exit")
    ),
    "closed_twice": lambda trace: bool(_failed(trace, "close", "EBADF")),
    "used_after_close": lambda trace: bool(_failed(trace, "recv", "EBADF")),
    "argument_race": lambda trace: bool(
        set(_accepted(trace)) - {call.args["fd"] for call in _calls(trace, "recv")}
    ),
    "select_beyond_fd_setsize": lambda trace: any(
        call.args["nfds"] > _MOST_IN_A_SET for call in _calls(trace, "select")
    ),
    "readiness_loop_spins": lambda trace: len(_failed(trace, "recv", "EAGAIN")) > 100,
    "no_so_reuseaddr": lambda trace: not _calls(trace, "option"),
    "listens_on_every_interface": lambda trace: any(
        call.args["addr"] == "0.0.0.0:0" for call in _calls(trace, "bind")
    ),
    "descriptor_open_at_exit": lambda trace: _left_open_by_a_child(trace, set(_accepted(trace))),
}
