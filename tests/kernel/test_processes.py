"""The tree of processes: births, zombies and who waits for them, orphans."""

import pytest
from kernels import doubted

from echotrace.kernel.history import History
from echotrace.kernel.model import Kernel, run
from tracebuilder import THREAD, TraceBuilder


def tree(kernel: Kernel) -> dict[int, tuple[int | None, bool]]:
    """The processes: who must wait for them, and whether they are zombies."""
    return {p.pid: (p.parent, p.zombie) for p in kernel.state(0).processes}


def forked() -> TraceBuilder:
    """A process 10 with a child 11."""
    b = TraceBuilder()
    b.fork(10, 11)
    return b


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("wait4", (-1, "exited 0", "0", None), 11),
        ("wait4", (11, None, "WNOHANG", None), 11),
        ("waitid", (1, 11, {"pid": 11, "code": "CLD_EXITED", "status": 0}, "WEXITED"), 0),
        ("waitid", (0, 0, {"pid": 11, "code": "CLD_KILLED", "status": 9}, "WEXITED|WNOHANG"), 0),
        ("waitid", (1, 11, None, "WEXITED"), 0),
    ],
)
def test_wait_takes_a_zombie_away(name: str, arguments: tuple[object, ...], result: int) -> None:
    """A child that ended stays as a zombie until its parent has waited for it."""
    b = forked()
    ended = b.exit(11)
    kernel = run(b.records)
    assert tree(kernel) == {10: (None, False), 11: (10, True)}
    zombie = kernel.state(0).by_pid[11]
    assert (zombie.status, zombie.signal, zombie.exit, zombie.tasks) == (0, None, ended, ())
    seq = b.call(10, name, *arguments, result=result)
    kernel = run(b.records)
    assert tree(kernel) == {10: (None, False)}
    assert kernel.ledger.touches[seq].reaped == 11
    assert doubted(kernel) == []


@pytest.mark.parametrize(
    ("name", "arguments", "result", "errno"),
    [
        ("wait4", (-1, None, "WNOHANG", None), 0, None),
        ("wait4", (-1, None, "0", None), 0, "ECHILD"),
        ("wait4", (-1, "stopped SIGSTOP", "WUNTRACED", None), 11, None),
        ("waitid", (0, 0, {"pid": 0}, "WEXITED|WNOHANG"), 0, None),
        ("waitid", (0, 0, {"pid": 11, "code": "CLD_STOPPED", "status": 19}, "WSTOPPED"), 0, None),
        ("waitid", (1, 11, {"pid": 11, "code": "CLD_EXITED", "status": 0}, "WEXITED|WNOWAIT"), 0,
         None),
        ("waitid", (0, 0, None, "WEXITED"), 0, None),
    ],
)  # fmt: skip
def test_wait_that_takes_nobody_away(
    name: str, arguments: tuple[object, ...], result: int, errno: str | None
) -> None:
    """WNOHANG without news, a stop, WNOWAIT and a failure leave the zombie."""
    b = forked()
    b.exit(11)
    b.call(10, name, *arguments, result=result, errno=errno)
    kernel = run(b.records)
    assert tree(kernel)[11] == (10, True)
    assert doubted(kernel) == []


def test_any_thread_of_the_parent_may_wait() -> None:
    """A zombie is its parent process's, whichever thread forked or waits."""
    b = TraceBuilder()
    b.thread(10, 12)
    b.fork(12, 11)
    b.exit(11)
    assert tree(run(b.records))[11] == (10, True)
    b.call(10, "wait4", -1, None, "0", None, result=11)
    assert 11 not in tree(run(b.records))


def test_wait_for_somebody_elses_child_is_a_doubt() -> None:
    """A grandchild and a process that lives cannot be waited for."""
    b = forked()
    alive = b.call(10, "wait4", -1, None, "0", None, result=11)
    b.fork(11, 12)
    b.exit(12)
    grandchild = b.call(10, "wait4", -1, None, "0", None, result=12)
    kernel = run(b.records)
    assert doubted(kernel) == [alive, grandchild]
    assert tree(kernel)[12] == (11, True)


def test_orphans_go_to_init() -> None:
    """When a parent ends, its living children are nobody's here, and its zombies are gone."""
    b = forked()
    b.fork(11, 12)
    b.fork(11, 13)
    b.exit(12)
    assert {p.pid for p in run(b.records).state(0).children(11)} == {12, 13}
    b.exit(11)
    kernel = run(b.records)
    assert tree(kernel) == {10: (None, False), 11: (10, True), 13: (None, False)}
    b.exit(13)
    assert tree(run(b.records)) == {10: (None, False), 11: (10, True)}


def test_first_process_leaves_no_zombie() -> None:
    """echotrace itself waits for the first process."""
    b = forked()
    b.exit(10)
    assert tree(run(b.records)) == {11: (None, False)}


def test_clone_parent_makes_a_sibling() -> None:
    """With CLONE_PARENT the new process is a child of its maker's parent."""
    b = forked()
    b.task(12, parent=11, flags=["CLONE_PARENT", "SIGCHLD"])
    b.exit(12)
    assert tree(run(b.records))[12] == (10, True)


def test_vfork_child_has_a_table_of_its_own() -> None:
    """vfork lends memory, not descriptors: what the child closes stays open in its parent."""
    b = TraceBuilder()
    b.server()
    begun = b.begin(10, "vfork")
    b.task(11, parent=10, flags=["CLONE_VM", "CLONE_VFORK", "SIGCHLD"])
    b.call(11, "close", 3)
    b.execute(11)
    b.end(begun, 11)
    kernel = run(b.records)
    assert [slot.fd for slot in kernel.descriptors(10)] == [0, 1, 2, 3]
    assert [slot.fd for slot in kernel.descriptors(11)] == [0, 1, 2]
    assert tree(kernel) == {10: (None, False), 11: (10, False)}


def test_leader_that_ends_first() -> None:
    """It is marked as ended from its exit on; the process ends with its last thread."""
    b = forked()
    b.task(12, pid=11, parent=11, flags=THREAD)
    b.begin(11, "exit", 0)
    moment = b.tick()
    leader = History(b.trace().records).at(moment).by_tid[11]
    assert leader.ended
    b.exit(11, call=False)
    kernel = run(b.records)
    assert tree(kernel)[11] == (10, False)
    assert kernel.state(0).by_pid[11].tasks == (12,)
    b.exit(12)
    assert tree(run(b.records))[11] == (10, True)


def test_number_of_a_process_is_used_again() -> None:
    """A new process with the number of a zombie proves that somebody waited for it."""
    b = forked()
    b.exit(11)
    b.fork(10, 11)
    kernel = run(b.records)
    assert tree(kernel) == {10: (None, False), 11: (10, False)}
    assert doubted(kernel) == []
