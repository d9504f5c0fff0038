"""Attaching to what runs already: what was there is known, and nothing is different afterwards."""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from attachment import (
    ECHOING,
    Attachment,
    all_sleep,
    attach_often,
    command,
    connected,
    echo,
    port_of,
    running,
    settled,
    tracers,
    wait_until,
)
from recordings import PATIENCE, own_folders, program

from echotrace.record import procfs
from echotrace.story.replay import replay
from echotrace.trace import Exit, Syscall, Task


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


#: Echo servers, and how often to attach to each.
SERVERS = {"thread": 100, "fork": 25, "epolls": 100, "python": 100}


@pytest.mark.parametrize(("name", "times"), [*SERVERS.items()])
def test_no_reply_of_a_busy_server_is_lost(name: str, times: int) -> None:
    """A server that is attached to and detached from many times answers all that it is asked."""
    with running(*command(name)) as server:
        port = port_of(server)
        with running(sys.executable, ECHOING, str(port), "3") as client:
            assert client.stdout is not None
            assert client.stdout.readline() == "serving\n"
            assert attach_often(server.pid, times) > times
            replies, errors = client.communicate(timeout=PATIENCE)
            assert (client.returncode, errors) == (0, "")
        assert int(replies) > 100
        assert tracers(server.pid) == {"0"}
        with connected(port) as late:
            echo(late, b"and it goes on")
        server.kill()
        assert "epoll_wait" not in server.communicate(timeout=PATIENCE)[1]


def test_no_call_is_interrupted() -> None:
    """Of the calls that Linux ends with EINTR when a tracer stops a task, none does so for us."""
    with running(program("waits")) as waits:
        assert waits.stdout is not None
        count = int(waits.stdout.readline())
        all_sleep(waits.pid, count + 1)
        attach_often(waits.pid)
        all_sleep(waits.pid, count + 1)
        assert waits.communicate(timeout=PATIENCE) == ("", "")
        assert waits.returncode == 0


def test_connection_from_before_is_the_right_one(tmp_path: Path) -> None:
    """What comes on connections from before is told of them, and the new one comes behind them."""
    with running(*command("epolls")) as server:
        port = port_of(server)
        clients = [connected(port) for _ in range(3)]
        for client in clients:
            echo(client, b"before")
        with Attachment(server.pid, tmp_path) as attachment:
            for number in (2, 0):
                echo(clients[number], b"after %d" % number)
            clients.append(connected(port))
            echo(clients[3], b"new")
            trace = attachment.end()
        story = replay(trace)
        names = [":".join(map(str, client.getsockname())) for client in clients]
        assert [each.peer for each in story.connections] == names
        received = {
            event.place.connection: event.record.data
            for event in story.events
            if isinstance(event.record, Syscall) and event.record.name == "recvfrom"
        }
        assert received == {3: "after 2", 1: "after 0", 4: "new"}
        assert [each.accepted is None for each in story.connections] == [True] * 3 + [False]
        assert story.doubts == ()
        assert "#1, #2 and #3 were open before the recording began" in attachment.output
        assert attachment.output.startswith(f"attached to {server.pid} epolls - ")
        for client in clients:
            client.close()


def test_stopped_process_stays_stopped(tmp_path: Path) -> None:
    """A process that a signal stopped is stopped during the recording and afterwards."""
    with running(*command("thread")) as server:
        port = port_of(server)
        with connected(port) as client:
            echo(client, b"one")
            os.kill(server.pid, signal.SIGSTOP)
            wait_until(lambda: states(server.pid) == {"T"}, "it does not stop")
            with Attachment(server.pid, tmp_path, "--for", "0.2") as attachment:
                client.sendall(b"two")  # time enough to answer, for one that would
                trace = attachment.end(None)
            assert list(trace.events()) == []
            wait_until(lambda: states(server.pid) == {"T"}, "it is not stopped")
            assert tracers(server.pid) == {"0"}
            os.kill(server.pid, signal.SIGCONT)
            assert client.recv(3) == b"two"


def states(pid: int) -> set[str]:
    """The states of all tasks of a process."""
    return {procfs.state(tid) for tid in procfs.threads(pid)}


def test_stop_and_continue_during_the_recording(tmp_path: Path) -> None:
    """SIGSTOP and SIGCONT do what they do without a tracer; stopped, it is left so."""
    with running(*command("thread")) as server:
        port = port_of(server)
        with connected(port) as client, Attachment(server.pid, tmp_path) as attachment:
            echo(client, b"one")
            os.kill(server.pid, signal.SIGSTOP)
            attachment.wait_for('"stopped":true')
            os.kill(server.pid, signal.SIGCONT)
            echo(client, b"two")
            os.kill(server.pid, signal.SIGSTOP)
            wait_until(lambda: not states(server.pid) & {"R", "S"}, "it does not stop")
            attachment.end()
            wait_until(lambda: states(server.pid) == {"T"}, "it is not stopped")
            os.kill(server.pid, signal.SIGCONT)
            echo(client, b"three")


def test_parent_of_a_vfork(tmp_path: Path) -> None:
    """A process that waits in vfork for its child neither holds echotrace up nor is held up."""
    with running(program("borrower")) as borrower:
        assert borrower.stdout is not None
        assert borrower.stdout.readline() == "borrowed\n"
        for _ in range(3):
            with Attachment(borrower.pid, tmp_path) as attachment:
                assert ": 2 tasks; " in attachment.said
                attachment.end()
        with Attachment(borrower.pid, tmp_path) as attachment:
            borrower.communicate("\n", timeout=PATIENCE)
            trace = attachment.end(None)
        assert borrower.returncode == 7
        ends = [record.status for record in trace.records if isinstance(record, Exit)]
        assert ends == [7, 7]


def test_what_is_made_meanwhile_is_followed_and_let_go(tmp_path: Path) -> None:
    """Children that are forked during a recording are in it, and are let go with their maker."""
    with running(*command("fork")) as server:
        port = port_of(server)
        with Attachment(server.pid, tmp_path) as attachment, connected(port) as client:
            echo(client, b"hello")
            trace = attachment.end()
            children = procfs.tree(server.pid)[1:]
            assert [record.tid for record in trace.records if isinstance(record, Task)] == [
                server.pid, *children,
            ]  # fmt: skip
            assert len(children) == 1
            assert tracers(children[0]) == {"0"}
            echo(client, b"again")


def test_end_of_the_program_ends_the_recording(tmp_path: Path) -> None:
    """When the program ends, so does the recording, which tells how."""
    with running(*command("thread")) as server:
        port_of(server)
        with Attachment(server.pid, tmp_path) as attachment:
            server.terminate()
            trace = attachment.end(None)
        assert [record.signal for record in trace.records if isinstance(record, Exit)] == [
            "SIGTERM"
        ]
        assert server.wait(PATIENCE) == -signal.SIGTERM


def test_killed_echotrace_leaves_the_program_running(tmp_path: Path) -> None:
    """When echotrace is killed by SIGKILL the kernel detaches, and the server serves on."""
    with running(*command("thread")) as server:
        port = port_of(server)
        with connected(port) as client, Attachment(server.pid, tmp_path) as attachment:
            echo(client, b"one")
            attachment.process.kill()
            attachment.process.wait(PATIENCE)
            echo(client, b"two")
            assert tracers(server.pid) == {"0"}


def test_program_that_ends_while_it_is_attached_to(tmp_path: Path) -> None:
    """Whenever a program ends, there is a trace or a sentence, and nothing is left stopped."""
    said = set()
    for _ in range(8):
        with subprocess.Popen(
            ["sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"]
        ) as sh:
            with Attachment(sh.pid, tmp_path) as attachment:
                attachment.process.communicate(timeout=PATIENCE)
                said.add((attachment.process.returncode, "Traceback" in attachment.said))
            assert sh.wait(PATIENCE) == 0
    assert said <= {(0, False), (2, False)}


def test_signals_do_what_they_do_without_a_tracer(tmp_path: Path) -> None:
    """An ignored signal does not interrupt epoll_wait, one with a handler does, as ever."""
    with running(*command("epolls")) as server:
        port_of(server)
        settled(server.pid)
        with Attachment(server.pid, tmp_path) as attachment:
            for name in ("SIGWINCH", "SIGUSR1"):
                os.kill(server.pid, signal.Signals[name])
                attachment.wait_for(f'"signal":"{name}"')
            trace = attachment.end()
        calls = [event.record for event in replay(trace).events]
        waits = [call.errno for call in calls if isinstance(call, Syscall)]
        assert waits[0] == "EINTR"  # of both attempts, which are one call
        server.kill()
        assert server.communicate(timeout=PATIENCE)[1] == "epoll_wait: Interrupted system call\n"


def test_calls_that_waited_already_have_their_names(tmp_path: Path) -> None:
    """A poll that goes on as restart_syscall is told as the poll that it is."""
    with running(program("waits")) as waits:
        assert waits.stdout is not None
        all_sleep(waits.pid, int(waits.stdout.readline()) + 1)
        with Attachment(waits.pid, tmp_path) as attachment:
            settled(waits.pid)
            trace = attachment.end()
        calls = [call for call in trace.syscalls() if call.end is None]
        told = Counter(call.name for call in calls)
        assert (told["poll"], told["ppoll"], told["epoll_wait"], told["accept"]) == (2, 1, 2, 2)
        assert "restart_syscall" not in told
        limits = {call.args["timeout"] for call in calls if call.name == "poll"}
        assert limits == {-1, 10_000_000}
        waits.communicate(timeout=PATIENCE)


def copy(file: str, folder: Path) -> str:
    """A copy of a file in another folder; its name."""
    folder.mkdir(parents=True, exist_ok=True)
    return str(shutil.copy(file, str(folder)))


@pytest.mark.parametrize(("name", "file"), [("thread", "thread.c"), ("python", "thread.py")])
def test_calls_have_their_source_lines(name: str, file: str, tmp_path: Path) -> None:
    """Calls of a program that was attached to are told with the lines that made them."""
    folder = tmp_path / "lib/python3.13/site-packages"  # as if pip had installed it
    start = [place if not place.endswith(".py") else copy(place, folder) for place in command(name)]
    with running(*start) as server:
        port = port_of(server)
        with connected(port) as client:
            echo(client, b"before")
            with Attachment(server.pid, tmp_path) as attachment:
                echo(client, b"after")
                trace = attachment.end()
        sites = {call.site.file for call in trace.syscalls() if call.site}
        lines = {call.name for call in trace.syscalls() if call.site}
        assert {Path(site).name for site in sites} >= {file}
        assert lines >= {"recvfrom", "sendto"}
        assert any(Path(source).name == file for source in trace.sources())
