"""What a model that begins with running processes says of them, and what /proc and ss say."""

import os
import signal
import socket
import sys
from pathlib import Path

import pytest
import witness_proc
import witness_ss
from attachment import (
    Attachment,
    command,
    connected,
    echo,
    port_of,
    running,
    settled,
    wait_until,
)
from recordings import PATIENCE, own_folders, program
from witnesses import NEEDS_SS

from echotrace.kernel.history import History
from echotrace.record import procfs, ptrace, standing
from echotrace.story.replay import replay
from echotrace.trace import Attached, Slot, Trace

pytestmark = NEEDS_SS


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


@pytest.mark.parametrize("name", ["thread", "fork", "epolls", "python", "leaderless"])
def test_what_was_there_is_what_the_kernel_shows(name: str, tmp_path: Path) -> None:
    """Tables, tree and sockets when a recording begins are those that /proc and ss show."""
    with running(*command(name)) as server:
        port = port_of(server)
        served, ended = connected(port), connected(port)
        echo(served, b"first")
        if name != "leaderless":
            echo(ended, b"second")
        settled(server.pid)
        seen = witness_proc.look([server.pid])
        rows = [row for _, row in witness_ss.look(port) if row.local.endswith(f":{port}")]
        with Attachment(server.pid, tmp_path) as attachment:
            trace = attachment.end()
        told = History(trace.records)
        assert told.ledger.doubts == []
        state = told.at(0)
        assert witness_proc.differences(state, seen) == []
        known = [each for each in witness_ss.differences(state, rows) if "backlog" not in each]
        if name != "leaderless":  # its second client waits for accept
            assert known == []
        served.close()
        ended.close()


def test_half_closed_connections_are_known(tmp_path: Path) -> None:
    """A connection whose client ended its data before is known as half-closed, its bytes unread."""
    with running(*command("epolls")) as server:
        port = port_of(server)
        client = connected(port)
        echo(client, b"hello")
        settled(server.pid)
        os.kill(server.pid, signal.SIGSTOP)
        wait_until(lambda: procfs.state(server.pid) == "T", "it does not stop")
        client.sendall(b"unread")
        client.shutdown(socket.SHUT_WR)
        wait_until(
            lambda: any(row.state == "CLOSE-WAIT" for _, row in witness_ss.look(port)),
            "the FIN did not arrive",
        )
        with Attachment(server.pid, tmp_path) as attachment:
            trace = attachment.end()
        slots = first_table(trace)
        found = [(slot.state, slot.unread, slot.accepted) for slot in slots if slot.peer]
        assert found == [("CLOSE-WAIT", len("unread"), True)]
        sockets = [entry.socket for entry in History(trace.records).at(0).opens if entry.socket]
        assert [str(each.state) for each in sockets] == ["listening", "half-closed by the peer"]
        client.close()


def first_table(trace: Trace) -> list[Slot]:
    """The descriptors of the first process."""
    return next(record for record in trace.records if isinstance(record, Attached)).tables[0].slots


def test_shared_tables_and_open_files_are_told_apart(tmp_path: Path) -> None:
    """Which processes share a table, and which numbers one open file, is as kcmp(2) tells it."""
    with running(program("shares")) as first:
        assert first.stdout is not None
        sharing, copying = map(int, first.stdout.readline().split())
        settled(first.pid)
        seen = witness_proc.look([first.pid])
        with Attachment(first.pid, tmp_path) as attachment:
            trace = attachment.end()
        assert tables(trace) == [[first.pid, sharing], [copying]]
        history = History(trace.records)
        assert witness_proc.differences(history.at(0), seen) == []
        slots = {slot.fd: slot for slot in first_table(trace)}
        assert slots[10].file == slots[11].file == slots[16].file != slots[12].file
        assert (slots[10].flags, slots[12].flags) == (["O_APPEND"], ["O_NONBLOCK"])
        assert (slots[10].cloexec, slots[11].cloexec) == (False, True)
        watches = sorted((each.fd, each.data, each.file) for each in slots[13].watches)
        assert watches == [(14, 77, slots[14].file), (16, 78, slots[17].file)]
        parents = {each.pid: each.parent for each in history.at(0).processes}
        assert parents == {first.pid: None, sharing: first.pid, copying: first.pid}
        first.communicate(timeout=PATIENCE)


def tables(trace: Trace) -> list[list[int]]:
    """The tasks of each descriptor table."""
    attached = [record for record in trace.records if isinstance(record, Attached)]
    return [table.tids for record in attached for table in record.tables]


def test_without_kcmp_nothing_is_put_together_wrongly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where kcmp(2) is refused, equal files count as different, sockets by their inode."""
    monkeypatch.setattr(ptrace, "compare", lambda *_: None)
    us = os.getpid()
    with socket.socket() as one, Path("/dev/null").open() as null:
        copies = (one.fileno(), os.dup(one.fileno()), null.fileno(), os.dup(null.fileno()))
        (found,) = standing.look({us: us})
        for fd in (copies[1], copies[3]):
            os.close(fd)
    files = {slot.fd: slot.file for slot in found.tables[0].slots}
    socket_files, null_files = ([files[fd] for fd in copies[at : at + 2]] for at in (0, 2))
    assert socket_files[0] == socket_files[1]
    assert null_files[0] != null_files[1]


def test_dispositions_are_known(tmp_path: Path) -> None:
    """What signals do in a process is known from before."""
    with running("sh", "-c", "trap '' PIPE; trap : USR1; echo; read line") as shell:
        assert shell.stdout is not None
        shell.stdout.readline()
        with Attachment(shell.pid, tmp_path) as attachment:
            trace = attachment.end()
    (process,) = History(trace.records).at(0).processes
    known = {
        signal: process.dispositions.get(signal) for signal in ("SIGPIPE", "SIGUSR1", "SIGHUP")
    }
    assert known == {"SIGPIPE": "SIG_IGN", "SIGUSR1": "function", "SIGHUP": None}


def test_own_connections_are_not_taken_for_accepted_ones(tmp_path: Path) -> None:
    """A socket with which the program is itself a client is no connection of it."""
    with running(*command("epolls")) as server:
        port = port_of(server)
        words = f"import socket, sys; s = socket.create_connection(('127.0.0.1', {port}))"
        with running(sys.executable, "-u", "-c", f"{words}; print(); sys.stdin.read()") as client:
            assert client.stdout is not None
            client.stdout.readline()
            with Attachment(client.pid, tmp_path) as attachment:
                trace = attachment.end()
    (slot,) = [slot for slot in first_table(trace) if slot.peer]
    assert (slot.state, slot.accepted) == ("ESTABLISHED", False)
    assert replay(trace).connections == ()
