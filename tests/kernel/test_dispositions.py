"""What signals do: who leaves no zombies, what fork passes on and exec keeps."""

import pytest

from echotrace.kernel.model import run
from tracebuilder import TraceBuilder


def forked(*, before: object = None) -> TraceBuilder:
    """A process 10 with a child 11; `before` is what SIGCHLD does by then."""
    b = TraceBuilder()
    if before is not None:
        b.call(10, "rt_sigaction", "SIGCHLD", before)
    b.fork(10, 11)
    return b


@pytest.mark.parametrize(
    ("action", "zombie"),
    [
        ({"handler": "SIG_IGN", "flags": "0"}, False),
        ({"handler": "SIG_DFL", "flags": "SA_NOCLDWAIT"}, False),
        ({"handler": "function", "flags": "SA_NOCLDWAIT|SA_RESTART"}, False),
        ({"handler": "SIG_DFL", "flags": "SA_NOCLDSTOP"}, True),
        ({"handler": "function", "flags": "0"}, True),
        (None, True),
    ],
)
def test_children_that_leave_no_zombie(action: object, zombie: bool) -> None:
    """A parent that ignores SIGCHLD, or says SA_NOCLDWAIT, need not wait."""
    b = forked(before=action)
    b.exit(11)
    assert (11 in run(b.records).state(0).by_pid) == zombie


def test_dispositions_change_and_fail() -> None:
    """The last setting counts; one that failed, and another signal, do not."""
    b = forked(before={"handler": "SIG_IGN", "flags": "0"})
    b.call(10, "rt_sigaction", "SIGCHLD", {"handler": "SIG_DFL", "flags": "0"})
    b.call(10, "rt_sigaction", "SIGKILL", {"handler": "SIG_IGN", "flags": "0"}, errno="EINVAL")
    b.call(10, "rt_sigaction", "SIGPIPE", {"handler": "SIG_IGN", "flags": "0"})
    b.exit(11)
    state = run(b.records).state(0)
    assert state.by_pid[11].zombie
    assert state.by_pid[10].dispositions == {"SIGCHLD": "SIG_DFL", "SIGPIPE": "SIG_IGN"}


@pytest.mark.parametrize(
    ("handler", "flags", "clone", "passed", "leaves_zombies"),
    [
        ("SIG_IGN", "0", "SIGCHLD", "SIG_IGN", False),
        ("function", "SA_NOCLDWAIT", "SIGCHLD", "function", False),
        ("SIG_IGN", "0", "CLONE_CLEAR_SIGHAND|SIGCHLD", "SIG_IGN", False),
        ("function", "SA_NOCLDWAIT", "CLONE_CLEAR_SIGHAND|SIGCHLD", None, True),
    ],
)
def test_fork_passes_dispositions_on(
    handler: str, flags: str, clone: str, passed: str | None, leaves_zombies: bool
) -> None:
    """A child does with signals what its maker did; CLONE_CLEAR_SIGHAND keeps only SIG_IGN."""
    b = TraceBuilder()
    b.call(10, "rt_sigaction", "SIGCHLD", {"handler": handler, "flags": flags})
    b.task(11, parent=10, flags=clone.split("|"))
    b.fork(11, 12)
    b.exit(12)
    state = run(b.records).state(0)
    assert state.by_pid[11].dispositions.get("SIGCHLD") == passed
    assert (12 in state.by_pid) == leaves_zombies


@pytest.mark.parametrize("handler", ["SIG_IGN", "function", "SIG_DFL"])
def test_exec_keeps_what_is_ignored(handler: str) -> None:
    """Handlers and SA_NOCLDWAIT are gone with the program; SIG_IGN, children and parent stay."""
    b = forked(before={"handler": handler, "flags": "SA_NOCLDWAIT"})
    b.fork(11, 12)
    b.execute(11)
    b.exit(12)
    state = run(b.records).state(0)
    kept = {"SIGCHLD": "SIG_IGN"} if handler == "SIG_IGN" else {}
    assert state.by_pid[11].dispositions == kept
    assert (state.by_pid[11].parent, state.by_pid[11].tasks) == (10, (11,))
    assert (12 in state.by_pid) == (handler != "SIG_IGN")
