"""The stop loop, on programs that do what recorders stumble over, with the filter and without."""

from itertools import pairwise

import pytest
from recordings import free, own_folders, plan, played, steps

from echotrace.record import conductor, engine
from echotrace.record.recorder import Recorder
from echotrace.story.replay import replay
from echotrace.story.sequence import canonical, per_task
from echotrace.trace import Endpoint, Exec, Exit, Record, Signal, Syscall, Task, Trace


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def recorded(name: str) -> Trace:
    """A program that needs no clients, recorded both ways: each task did the same in both."""
    trace, other = (free(plan(name, seccomp=seccomp)) for seccomp in (True, False))
    assert _without_children(trace) == _without_children(other)
    assert _births(trace) == _births(other)
    return trace


def served(name: str, script: str) -> Trace:
    """A server and its clients, recorded both ways: the same happened, in the same order."""
    what = steps(script)
    trace, other = (played(plan(name, steps=what, seccomp=seccomp)) for seccomp in (True, False))
    assert canonical(replay(trace), everything=True) == canonical(replay(other), everything=True)
    assert _births(trace) == _births(other)
    return trace


def _without_children(trace: Trace) -> dict[str, list[str]]:
    """Each task's lines, but not when it was told of a child's end: that may come any time."""
    lines = per_task(replay(trace), everything=True)
    return {
        role: [line for line in own if not line.endswith("gets SIGCHLD")]
        for role, own in lines.items()
    }


def _births(trace: Trace) -> list[tuple[str, str | None, str, list[str]]]:
    """Each task's role, its maker's, its kind and its flags."""
    roles = replay(trace).roles
    return sorted(
        (
            roles.of(task.tid, task.time) or "",
            None if task.parent is None else roles.of(task.parent, task.time),
            task.kind,
            task.flags,
        )
        for task in trace.records
        if isinstance(task, Task)
    )


def calls(trace: Trace, role: str) -> list[str]:
    """What a task did after it was loaded: calls with results, signals, and its end.

    The loader closes the C library last, of which it has read pieces.
    """
    roles = replay(trace).roles
    found: list[str] = []
    for event in trace.events():
        match event:
            case Syscall() if roles.of(event.tid, event.start) == role:
                found.append(f"{event.name} {_result(trace, event)}")
            case Signal() if roles.of(event.tid, event.time) == role:
                found.append(f"{'stopped by' if event.stopped else 'gets'} {event.signal}")
            case Exit() if roles.of(event.tid, event.time) == role:
                found.append(f"ends {event.signal or event.status}")
    mapped = max((i for i, call in enumerate(found) if call.startswith("pread64")), default=None)
    return found if mapped is None else found[found.index("close 0", mapped) + 1 :]


def settled(trace: Trace, role: str) -> list[str]:
    """The same, without what a child's end or stop adds to it at any time, if at all."""
    return [
        line for line in calls(trace, role) if line != "gets SIGCHLD" and "ERESTART" not in line
    ]


def _result(trace: Trace, call: Syscall) -> str:
    if call.name in ("clone", "clone3", "vfork", "wait4") and call.result and call.result > 0:
        return str(replay(trace).roles.of(call.result, call.end or call.start))
    return call.errno or ("?" if call.result is None else str(call.result))


def execs(trace: Trace) -> list[Exec]:
    """The programs that took another's place after the first."""
    return [record for record in trace.records if isinstance(record, Exec)][1:]


def made(trace: Trace, role: str) -> Task:
    """The record of a task's beginning."""
    roles = replay(trace).roles
    (task,) = (
        record
        for record in trace.records
        if isinstance(record, Task) and roles.of(record.tid, record.time) == role
    )
    return task


def test_child_that_crashes() -> None:
    """A child killed by SIGSEGV is recorded to its end, and the server goes on with the next."""
    trace = served("segv", "1 connect;1 send crash;2 connect;2 send hey;2 expect hey;2 close")
    assert calls(trace, "P1") == ["recvfrom 5", "gets SIGSEGV", "ends SIGSEGV"]
    assert calls(trace, "P2") == [
        "recvfrom 3", "sendto 3", "recvfrom 0", "exit_group ?", "ends 0",
    ]  # fmt: skip
    assert calls(trace, "P0")[3:] == [
        "accept 4", "clone P1", "close 0",
        "accept ERESTARTSYS", "gets SIGCHLD", "accept 4", "clone P2", "close 0",
        "accept ERESTARTSYS", "gets SIGCHLD", "accept ?",
    ]  # fmt: skip


def test_exec_keeps_the_task_and_says_what_was_given() -> None:
    """exec that fails and exec that succeeds are calls of one task; it goes on in the new program.

    A descriptor with O_CLOEXEC is gone there.
    """
    trace = recorded("execs")
    tasks = [record for record in trace.records if isinstance(record, Task)]
    assert len(tasks) == 1
    (exec_,) = execs(trace)
    assert (exec_.tid, exec_.former) == (tasks[0].tid, tasks[0].tid)
    assert exec_.argv == [trace.header.argv[0], "again"]
    failed, done = (call for call in list(trace.syscalls())[1:] if call.name == "execve")
    assert (failed.args, failed.result, failed.errno) == (
        {"path": "/no/such/program", "argv": ["none"], "envp": failed.args["envp"]}, -1, "ENOENT",
    )  # fmt: skip
    assert (done.args["path"], done.args["argv"]) == (trace.header.argv[0], exec_.argv)
    assert done.result == 0
    assert calls(trace, "P0") == ["close 0", "close EBADF", "exit_group ?", "ends 7"]
    (duplicate,) = (call for call in trace.syscalls() if call.name == "dup3")
    assert duplicate.args["flags"] == "O_RDONLY|O_CLOEXEC"


def test_exec_of_a_thread_that_is_not_the_leader() -> None:
    """The thread goes on under the leader's id; its call is its own; the others end there."""
    trace = served("thread_execs", "1 connect;2 connect;2 send exec")
    leader, thread = made(trace, "P0"), made(trace, "T2")
    (exec_,) = execs(trace)
    assert (exec_.tid, exec_.former) == (leader.tid, thread.tid)
    assert calls(trace, "T1") == ["recvfrom ?", "ends 0"]
    assert calls(trace, "T2") == ["recvfrom 4", "execve 0"]
    assert calls(trace, "P0")[-3:] == ["dup2 20", "exit_group ?", "ends 7"]
    before = [call for call in trace.syscalls() if call.tid == leader.tid and call.end is None]
    assert [call.name for call in before] == ["accept", "exit_group"]


def test_grandchild_of_a_daemon() -> None:
    """A grandchild is followed to its end, beyond that of its parent and of the first process."""
    trace = recorded("double_fork")
    child, grandchild = made(trace, "P1"), made(trace, "P2")
    assert (child.parent, grandchild.parent) == (made(trace, "P0").tid, child.tid)
    assert calls(trace, "P1") == ["close 0", "clone P2", "exit_group ?", "ends 3"]
    assert calls(trace, "P2") == ["read 0", "dup2 20", "exit_group ?", "ends 4"]
    assert settled(trace, "P0") == [
        "pipe2 0", "clone P1", "wait4 P1", "exit_group ?", "ends 5",
    ]  # fmt: skip
    ends = [record.tid for record in trace.events() if isinstance(record, Exit)]
    assert ends == [child.tid, made(trace, "P0").tid, grandchild.tid]


def test_process_that_stops_itself() -> None:
    """It stands still, as its parent sees, until its child continues it; then it goes on."""
    trace = recorded("stopped")
    assert settled(trace, "P1") == [
        "clone P2", "gets SIGSTOP", "stopped by SIGSTOP", "gets SIGCONT",
        "dup2 20", "wait4 P2", "exit_group ?", "ends 6",
    ]  # fmt: skip
    waits = [call for call in trace.syscalls() if call.name == "wait4" and call.errno is None]
    assert {call.args["wstatus"] for call in waits} == {"stopped SIGSTOP", "exited 6", None}


def test_vfork_and_exec() -> None:
    """The parent goes on when the child has called exec; each call is with the one that made it."""
    trace = recorded("vforks")
    assert made(trace, "P1").kind == "process"
    assert [exec_.tid for exec_ in execs(trace)] == [made(trace, "P1").tid]
    assert settled(trace, "P0") == [
        "vfork P1", "dup2 21", "wait4 P1", "exit_group ?", "ends 0",
    ]  # fmt: skip
    first = next(c for c in trace.syscalls() if c.tid == made(trace, "P1").tid)
    assert (first.name, first.result, first.args["argv"][1:]) == ("execve", 0, ["again"])
    assert calls(trace, "P1") == ["dup2 20", "exit_group ?", "ends 8"]


def test_server_that_hands_its_connections_to_another_program() -> None:
    """vfork waits for the child's exec, though tasks run one by one; the connection is served."""
    trace = served("inetd", "1 connect;1 send hey;1 expect hey;2 connect;1 close;2 close")
    assert settled(trace, "P0")[3:] == [
        "accept 4", "vfork P1", "close 0", "accept 4", "vfork P2", "close 0", "accept ?",
    ]  # fmt: skip
    assert calls(trace, "P1") == ["recvfrom 3", "sendto 3", "recvfrom 0", "exit_group ?", "ends 0"]
    story = replay(trace)
    assert [connection.tasks for connection in story.connections] == [("P0", "P1"), ("P0", "P2")]


@pytest.mark.parametrize(
    ("name", "script"),
    [("thread_execs", "1 connect;2 connect;2 send exec"), ("inetd", "1 connect;1 close")],
)
def test_waiting_for_another_task_is_waiting(
    name: str, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task in vfork, or in exec while other threads end, lets them run: nobody spins."""
    monkeypatch.setattr(conductor, "_YIELDS", 1 << 62)
    assert execs(played(plan(name, steps=steps(script))))


def test_programs_own_sigtrap() -> None:
    """A SIGTRAP of the program's own reaches its handler."""
    assert calls(recorded("traps"), "P0") == [
        "rt_sigaction 0", "gets SIGTRAP", "dup2 20", "dup2 21", "exit_group ?", "ends 0",
    ]  # fmt: skip


def test_handler_without_restart() -> None:
    """What ended with ERESTARTSYS is EINTR to the program: what it does next shows it."""
    trace = served("interrupted", "1 connect;1 send hey;1 expect hey;1 close;2 connect;2 close")
    assert calls(trace, "P0")[3:] == [
        "rt_sigaction 0", "accept 4", "clone P1", "close 0",
        "accept ERESTARTSYS", "gets SIGCHLD", "wait4 P1",
        "accept 4", "clone P2", "close 0",
        "accept ERESTARTSYS", "gets SIGCHLD", "wait4 P2", "accept ?",
    ]  # fmt: skip


@pytest.mark.parametrize("seccomp", [True, False])
def test_only_signals_that_are_noticed_interrupt(seccomp: bool) -> None:
    """A handler ends epoll_wait with EINTR as it does untraced, an ignored signal does not."""
    script = steps("1 connect;1 send hey;1 expect hey;1 close;2 connect;2 close")
    waits = [call for call in calls(played(plan("ignores", steps=script, seccomp=seccomp)), "P0")
             if call.startswith(("epoll_wait", "gets"))]  # fmt: skip
    assert waits == [
        "epoll_wait 1", "epoll_wait ERESTARTNOHAND", "gets SIGCHLD",
        "epoll_wait 1", "epoll_wait EINTR", "gets SIGUSR1", "gets SIGCHLD", "epoll_wait ?",
    ]  # fmt: skip


def test_unreadable_memory_is_unknown() -> None:
    """Pointers that lead nowhere give EFAULT and unknown values, in every kind of call."""
    trace = recorded("bad_pointers")
    refused = [call for call in trace.syscalls() if call.errno == "EFAULT"]
    assert [(call.name, _pointed_to(call)) for call in refused] == [
        ("sendto", {"addr": None}),
        ("recvfrom", {"addr": None, "addrlen": None}),
        ("connect", {"addr": None}),
        ("getsockname", {"addr": None, "addrlen": None}),
        ("sendmsg", {"msg": None}),
        ("writev", {}),
        ("poll", {"fds": None}),
        ("openat", {"path": None}),
        ("pipe2", {"fds": None}),
        ("execve", {"path": None, "argv": None, "envp": None}),
        ("setsockopt", {"optval": None}),
    ]
    assert {call.data for call in refused} == {None}
    assert calls(trace, "P0")[-2:] == ["exit_group ?", "ends 0"]


def _pointed_to(call: Syscall) -> dict[str, object]:
    values = {"addr", "addrlen", "msg", "fds", "path", "argv", "envp", "optval"}
    numbers = {("sendto", "addrlen"), ("connect", "addrlen")}
    return {
        name: value
        for name, value in call.args.items()
        if name in values and (call.name, name) not in numbers
    }


def test_leader_that_ends_before_its_threads() -> None:
    """The thread goes on, and what the descriptors are that it makes is still found out."""
    trace = recorded("leader_ends")
    assert calls(trace, "P0")[-2:] == ["exit ?", "ends 0"]
    assert calls(trace, "T1") == [
        "socket 3", "bind 0", "listen 0", "close 0", "exit_group ?", "ends 9",
    ]  # fmt: skip
    (told,) = next(call.endpoints for call in trace.syscalls() if call.name == "listen")
    assert told == Endpoint(3, told.link, told.local)
    assert told.link is not None
    assert told.link.startswith("socket:[")
    assert told.local is not None
    assert told.local.startswith("127.0.0.1:")


def test_task_killed_in_a_call() -> None:
    """A call in which a task is killed never returns; what the killer does next is recorded."""
    trace = served(
        "kills",
        "1 connect;1 send hey;1 expect hey;2 connect;2 expect done;2 close;1 close",
    )
    assert calls(trace, "P1") == ["recvfrom 3", "sendto 3", "recvfrom ?", "ends SIGKILL"]
    unfinished = [call for call in trace.syscalls() if call.end is None]
    assert (unfinished[0].name, unfinished[0].args["fd"]) == ("recvfrom", 4)
    assert calls(trace, "P0")[-6:] == [
        "wait4 P1", "gets SIGCHLD", "sendto 4", "recvfrom 0", "exit_group ?", "ends 0",
    ]  # fmt: skip


def test_events_are_numbered_in_the_order_in_which_they_began() -> None:
    """Numbers are unique, grow with time, and a call ends before its task's next begins."""
    trace = served("kills", "1 connect;1 send hey;1 expect hey;2 connect;2 expect done;2 close")
    events = list(trace.events())
    moments = [event.start if isinstance(event, Syscall) else event.time for event in events]
    assert moments == sorted(moments)
    assert len({event.seq for event in events}) == len(events)
    for tid in {task.tid for task in trace.records if isinstance(task, Task)}:
        own = [call for call in trace.syscalls() if call.tid == tid]
        assert all(one.end is not None and one.end < other.start for one, other in pairwise(own))


def test_nothing_before_the_program_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often what happened is taken away, the first call is the one that began the program.

    Without the filter all calls are seen, those too by which the child makes itself ready.
    """
    monkeypatch.setattr(engine, "_BATCH", 0)  # take it away after every stop
    trace = free(plan("execs", seccomp=False))
    first = next(iter(trace.syscalls()))
    assert (first.name, first.result, first.seq) == ("execve", 0, 1)


def test_stop_before_the_program_runs_leaves_no_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording that is interrupted before the program has begun holds none of our calls."""
    records: list[Record] = []
    monkeypatch.setattr(engine, "_BATCH", 0)
    with Recorder(plan("execs", seccomp=False), records.extend) as recorder:

        def interrupt_after_some_calls() -> bool:
            if len(recorder.engine.stops.items) > 3:
                recorder.engine.interrupt()
            return False

        recorder.engine.overflow = interrupt_after_some_calls
        recorder.engine.pump(block=True)
        recorder.finish("interrupted")
    assert [type(record).__name__ for record in records] == ["Header", "Task", "End"]


def test_snaplen_cuts_the_payload_and_keeps_its_size() -> None:
    """Of a payload so many bytes are kept; its true size is the call's result."""
    trace = played(plan("segv", steps=steps("1 connect;1 send hello;1 expect hello"), snaplen=2))
    moved = [
        (c.name, c.result, c.data) for c in trace.syscalls() if c.name in ("recvfrom", "sendto")
    ]
    assert moved == [("recvfrom", 5, "he"), ("sendto", 5, "he"), ("recvfrom", None, None)]
