"""A program that runs freely, under clients that are not ours, until its recording is ended."""

import contextlib
import os
import signal
import socket

import pytest
from recordings import own_folders

from echotrace.commands.recording import Wish, plan_of
from echotrace.errors import CutShort
from echotrace.record.recorder import Recorder
from echotrace.record.services import Service
from echotrace.trace import End, Record, Syscall


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def test_a_second_signal_ends_the_decoding() -> None:
    """A signal while much is decoded ends that; the trace says how many calls it lacks."""
    records: list[Record] = []
    rounds = 0

    def enough() -> bool:
        nonlocal rounds
        rounds += 1
        return rounds > 3

    def decoding(_done: int, _all: int) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    def listens(service: Service) -> None:
        assert isinstance(service.address, tuple)
        clients.enter_context(socket.create_connection(service.address)).sendall(b"hello")

    plan = plan_of(Wish("thread", no_clients=True))
    with (
        contextlib.ExitStack() as clients,
        Recorder(plan, records.extend, decoding=decoding) as recorder,
    ):
        recorder.run_freely(listens, enough)
        recorder.run_freely(enough=enough)  # what is put aside is two batches
        with pytest.raises(CutShort, match=r"interrupted, the last \d+ calls are not in the trace"):
            recorder.finish()
    assert isinstance(records[-1], End)
    told = [record for record in records if isinstance(record, Syscall)]
    assert records[-1].syscalls == len(told)
    assert records[-1].reason is not None
    assert "are not in the trace" in records[-1].reason


def test_what_has_begun_is_finished_when_the_recording_ends() -> None:
    """Calls that follow from what clients did before Ctrl-C are recorded up to its rest."""
    records: list[Record] = []
    clients: list[socket.socket] = []

    def come_and_interrupt(service: Service) -> None:
        assert isinstance(service.address, tuple)
        client = socket.create_connection(service.address)
        client.sendall(b"hello")
        clients.append(client)
        os.kill(os.getpid(), signal.SIGINT)

    with Recorder(plan_of(Wish("broken/clean_select", script="idle")), records.extend) as recorder:
        recorder.run_freely(come_and_interrupt)
        recorder.finish()
    calls = [record for record in records if isinstance(record, Syscall)]
    assert [call.data for call in calls if call.name == "sendto"] == ["hello"]
    assert [call.name for call in calls if call.end is None and call.name != "exit_group"] == [
        calls[-1].name
    ]
    assert clients[0].recv(100) == b"hello"
    clients[0].close()
