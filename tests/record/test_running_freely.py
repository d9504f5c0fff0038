"""A program that runs freely, under clients that are not ours, until its recording is ended."""

import os
import signal
import socket

import pytest
from recordings import own_folders

from echotrace.commands.recording import Wish, plan_of
from echotrace.record.recorder import Recorder
from echotrace.record.services import Service
from echotrace.trace import Record, Syscall


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


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
