"""`echotrace attach` as a user meets it: what it says, what it refuses, what it leaves behind."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from attachment import (
    Attachment,
    command,
    connected,
    echo,
    port_of,
    running,
    settled,
    tracers,
    wait_until,
)
from recordings import PATIENCE, own_folders

from echotrace.errors import SystemRefused, UserError
from echotrace.record import attachable, attaching, build, procfs, ptrace
from echotrace.trace import Syscall

#: Waits for signals by the system calls of the i386 architecture: `pause` in a loop.
PAUSES_32_BIT = 'void _start(void) { for (;;) __asm__ volatile("int $0x80" : : "a"(29)); }'


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def attach(*words: str | int | Path) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "echotrace", "attach", *map(str, words)],
        capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip


def refused(pid: int) -> str:
    """The one sentence that says why a process cannot be attached to."""
    done = attach(pid)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("echotrace: ")
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix("echotrace: ").rstrip("\n")


def test_no_such_process() -> None:
    """A number that no process has is told, with where to look."""
    with running("true") as process:
        process.wait(PATIENCE)
        said = refused(process.pid)
    assert said == f"there is no process {process.pid}; 'ps -e' lists those that there are"


def test_zombie() -> None:
    """A process that has ended and was not waited for cannot be attached to."""
    with running("true") as process:
        wait_until(lambda: procfs.state(process.pid) == "Z", "it does not end")
        assert "has ended" in refused(process.pid)


def test_ancestor() -> None:
    """Who started echotrace cannot be traced by it, for echotrace is among the descendants."""
    assert f"echotrace is a descendant of process {os.getpid()} (" in refused(os.getpid())


def test_itself() -> None:
    """Echotrace cannot trace itself."""
    with pytest.raises(UserError, match="is echotrace itself"):
        attachable.check(os.getpid())


def test_thread_number() -> None:
    """The number of a thread is told with that of its process."""
    with running(*command("thread")) as server, connected(port_of(server)) as client:
        echo(client, b"hello")
        thread = procfs.threads(server.pid)[-1]
        assert refused(thread) == (
            f"{thread} is a thread of process {server.pid}; attach to {server.pid}"
        )


def test_kernel_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread of the kernel is told as such, by the flag that it has in /proc."""
    kthreadd = Path("/proc/2/comm")
    if kthreadd.exists() and kthreadd.read_text() == "kthreadd\n":
        assert "process 2 (kthreadd) is a thread of the kernel" in refused(2)
    with running("sleep", "100") as process:
        assert not procfs.is_kernel_thread(process.pid)
        monkeypatch.setattr(procfs, "is_kernel_thread", lambda _pid: True)
        with pytest.raises(UserError, match="is a thread of the kernel"):
            attachable.check(process.pid)


def test_traced_already() -> None:
    """Who traces a process already is told, and goes on tracing it."""
    with running("sleep", "100") as process:
        with running("strace", "-o", os.devnull, "-p", str(process.pid)) as strace:
            wait_until(lambda: tracers(process.pid) != {"0"}, "strace does not attach")
            assert refused(process.pid) == (
                f"process {process.pid} (sleep) is traced already, by process {strace.pid} (strace)"
                "; a process has one tracer at a time: end that one first"
            )
            assert tracers(process.pid) == {str(strace.pid)}
        assert attach(process.pid, "--for", "0.01").returncode == 0


def test_descendant_that_is_traced_already() -> None:
    """When a descendant cannot be traced, all are left as they were."""
    with running("sh", "-c", "sleep 100 & echo $!; wait") as shell:
        assert shell.stdout is not None
        child = int(shell.stdout.readline())
        with running("strace", "-o", os.devnull, "-p", str(child)):
            wait_until(lambda: tracers(child) != {"0"}, "strace does not attach")
            assert f"process {child} (sleep) is traced already" in refused(shell.pid)
            assert tracers(shell.pid) == {"0"}
            settled(shell.pid)
        os.kill(child, signal.SIGKILL)
        assert shell.wait(PATIENCE) == 0


def test_program_of_32_bits(tmp_path: Path) -> None:
    """A 32-bit program is refused: its calls have other numbers."""
    source, path = tmp_path / "pauses.c", tmp_path / "pauses"
    source.write_text(PAUSES_32_BIT)
    compiler = build.find_compiler()
    assert compiler is not None
    words = [compiler, "-m32", "-nostdlib", "-static", "-fno-pic", "-o", str(path), str(source)]
    if subprocess.run(words, capture_output=True, check=False).returncode == 0:
        with running(path) as process:
            wait_until(lambda: procfs.program(process.pid) == "pauses", "it does not start")
            assert refused(process.pid) == (
                f"process {process.pid} (pauses) runs a 32-bit program; "
                "echotrace knows 64-bit calls only"
            )
            assert tracers(process.pid) == {"0"}


def test_process_of_somebody_else() -> None:
    """A process of another user is refused with the user's name, and needs root."""
    attempt = f"""
import os, pwd, sys
from echotrace.errors import SystemRefused
from echotrace.record import attaching
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    attaching.seize({1 if os.getuid() else os.getpid()}, set())
except SystemRefused as refused:
    sys.stdout.write(str(refused))
"""
    done = subprocess.run(
        [sys.executable, "-c", attempt], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("belongs to root; only root may trace it: try with sudo")


def test_the_process_itself_is_tried_before_its_descendants(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is said is of the process that was named, even if a child has a lower number."""
    monkeypatch.setattr(procfs, "tree", lambda pid: [pid, pid - 1])
    monkeypatch.setattr(procfs, "threads", lambda pid: [pid])
    monkeypatch.setattr(attachable, "check_program", lambda _pid: None)
    monkeypatch.setattr(attachable, "is_ours", lambda _pid: False)
    monkeypatch.setattr(ptrace, "try_seize", lambda _pid: errno.EPERM)
    monkeypatch.setattr(procfs, "state", lambda _pid: "S")
    monkeypatch.setattr(procfs, "name", str)
    with pytest.raises(SystemRefused, match=r"process 4194305 \(4194305\)"):
        attaching.seize(4194305, set())


def test_scope_of_yama(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where Yama lets nobody attach, the sentence says what to do."""
    scope = tmp_path / "ptrace_scope"
    scope.write_text("1\n")
    monkeypatch.setattr(attachable, "_SCOPE", scope)
    refusal = attachable.refusal(os.getpid(), 1)
    assert isinstance(refusal, SystemRefused)
    assert "sudo sysctl kernel.yama.ptrace_scope=0" in str(refusal)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_detaches_and_shows(number: signal.Signals, tmp_path: Path) -> None:
    """After SIGINT or SIGTERM the timeline is printed, the status is 0, and the server runs on."""
    with running(*command("thread")) as server, connected(port_of(server)) as client:
        echo(client, b"before")
        with Attachment(server.pid, tmp_path) as attachment:
            pid, name = server.pid, procfs.name(server.pid)
            assert attachment.said == f"attached to {pid} ({name}): 2 tasks; Ctrl-C detaches\n"
            echo(client, b"hello")
            settled(server.pid)
            trace = attachment.end(number)
        assert attachment.output.startswith(f"attached to {pid} {name} - native - Linux ")
        assert "At the end echotrace let go of the program" in attachment.output
        assert "trace kept in " in attachment.errors
        assert trace.end is not None
        assert trace.end.reason is None
        waiting = [call.name for call in trace.syscalls() if call.end is None]
        assert sorted(waiting) == ["accept", "recvfrom"]
        assert tracers(pid) == {"0"}
        echo(client, b"after")


def test_time_limit() -> None:
    """With --for, a recording ends by itself; the trace can be printed."""
    with running(*command("thread")) as server:
        port_of(server)
        done = attach(server.pid, "--for", "0.05", "--format", "jsonl", "-q")
        assert (done.returncode, done.stderr) == (0, "")
        assert '"type":"attached"' in done.stdout
        assert f'"attached":{server.pid}' in done.stdout
        assert server.poll() is None


def test_trace_is_kept_under_the_name_of_the_program() -> None:
    """Traces of several programs are kept beside each other."""
    with running("sleep", "100") as process:
        assert "/attach-sleep.jsonl\n" in attach(process.pid, "--for", "0.01").stderr


def test_stopped_process_is_told() -> None:
    """Of a process that is stopped it is said why there are no calls, and what helps."""
    with running("sleep", "100") as process:
        process.send_signal(signal.SIGSTOP)
        wait_until(lambda: procfs.state(process.pid) == "T", "it does not stop")
        said = attach(process.pid, "--for", "0.01").stderr.splitlines()[1]
        assert said == f"echotrace: it is stopped; 'kill -CONT {process.pid}' lets it go on"


def test_time_must_be_a_time() -> None:
    """A time that is no number is refused."""
    done = attach(os.getpid(), "--for", "nan")
    assert done.returncode == 2
    assert "nan is no time" in done.stderr


def test_trace_that_exists_is_kept(tmp_path: Path) -> None:
    """A file is overwritten with -f only."""
    kept = tmp_path / "kept.jsonl"
    kept.write_text("mine")
    with running("sleep", "100") as process:
        done = attach(process.pid, "-o", kept, "--for", "0.01")
    assert done.returncode == 2
    assert kept.read_text() == "mine"


def test_trace_that_was_attached_can_be_shown_and_checked(tmp_path: Path) -> None:
    """Later commands say of such a trace what was attached to."""
    with running(*command("thread")) as server, connected(port_of(server)) as client:
        echo(client, b"before")
        with Attachment(server.pid, tmp_path) as attachment:
            echo(client, b"hello")
            trace = attachment.end()
    assert any(isinstance(record, Syscall) for record in trace.records)
    for name in ("show", "check"):
        done = subprocess.run(
            [sys.executable, "-m", "echotrace", name, str(tmp_path / "attached.jsonl")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert f"attached to {server.pid}" in done.stdout.splitlines()[0]
        assert "#1 was open before the recording began: " in done.stdout
