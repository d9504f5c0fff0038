"""Clients at full speed: all at the same time, nothing lost, and every loss told."""

import os
import signal
import socket
import socketserver
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from recordings import free_plan, own_folders, plan, ran_freely

from echotrace.errors import EchoLost, StepTimeout
from echotrace.record import freerun
from echotrace.record.addresses import spell
from echotrace.record.freerun import FreeRun
from echotrace.record.generator import LoadGenerator
from echotrace.record.recorder import Recorder
from echotrace.record.services import Service
from echotrace.story.load import FreeRun as Counted
from echotrace.story.load import free_run
from echotrace.story.replay import replay
from echotrace.trace import ClientTotal, Exit, Load, Record, Task, Trace

MANY = Load(clients=1000, echoes=2, payload=64)
FEW = Load(clients=20, echoes=3, payload=300)


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def agreed(trace: Trace) -> Counted:
    """The free run of a trace in which nothing was lost."""
    story = replay(trace)
    run = free_run(story)
    assert run is not None
    load = run.load
    each = load.echoes * load.payload
    assert story.doubts == ()
    assert [(t.sent, t.received, t.error) for t in run.totals] == [
        (each, each, None)
    ] * load.clients
    assert len(run.agreeing) == len(story.connections) == load.clients
    assert {(c.bytes_in, c.bytes_out) for c in story.connections} == {(each, each)}
    return run


@pytest.mark.parametrize("name", ["thread", "epoll"])
def test_a_thousand_connections_at_once_in_one_process(name: str) -> None:
    """Nothing is lost over 1,000 connections, and the descriptors prove that all are open at once.

    accept(2) gives the lowest free number, so the thousandth is new only while all are open.
    """
    trace = ran_freely(free_plan(name, MANY))
    assert agreed(trace).at_once == MANY.clients
    accepted = {call.result for call in trace.syscalls() if call.name == "accept" and call.end}
    assert len(accepted) == MANY.clients


def test_a_thousand_connections_at_once_in_processes_of_their_own() -> None:
    """Nothing is lost over 1,000 connections, and 1,000 children live at the same time."""
    trace = ran_freely(free_plan("fork", MANY))
    assert agreed(trace).at_once == MANY.clients
    births = [record.time for record in trace.records if isinstance(record, Task)]
    first_end = min(record.time for record in trace.records if isinstance(record, Exit))
    assert sum(time < first_end for time in births) == MANY.clients + 1


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("fork", "python"), ("thread", "python"), ("epoll", "python"), ("select", "c"),
        ("poll", "c"), ("broken/clean_fork", "c"), ("broken/clean_thread", "c"),
    ],
)  # fmt: skip
def test_other_servers_serve_all_at_once(name: str, language: str) -> None:
    """Nothing is lost, with echoes that the servers take in pieces."""
    assert agreed(ran_freely(free_plan(name, FEW, language))).at_once == FEW.clients


def test_a_server_that_serves_one_after_the_other() -> None:
    """When it rests though clients wait, the one that was answered goes on, so that all are served.

    More than may wait for an answer at the same time come to be served too.
    """
    load = Load(clients=70, echoes=2, payload=1)
    assert agreed(ran_freely(free_plan("iterative", load))).at_once == 1


def test_one_echo_too_keeps_all_open() -> None:
    """With one echo a client, none closes before all have had it."""
    assert agreed(ran_freely(free_plan("thread", Load(90, 1, 64)))).at_once == 90


def test_the_server_has_all_processors() -> None:
    """A server under load is not kept on one processor, as one with a script is."""
    seen = set()
    with LoadGenerator(FEW) as generator, Recorder(free_plan("thread", FEW), _ignore) as recorder:

        def tell(_echoes: int) -> None:
            seen.add(frozenset(os.sched_getaffinity(next(iter(recorder.engine.pids)))))

        FreeRun(recorder, generator, tell).play()
    assert seen == {frozenset(os.sched_getaffinity(0))}


def test_clients_that_are_killed() -> None:
    """When the process with the clients is killed, the run ends and says so."""
    endless = Load(2, 1_000_000, 64)
    with (
        LoadGenerator(endless) as generator,
        Recorder(free_plan("thread", endless), _ignore) as recorder,
    ):

        def tell(echoes: int) -> None:
            if echoes:
                with suppress(ProcessLookupError):
                    os.kill(generator.pid, signal.SIGKILL)

        run = FreeRun(recorder, generator, tell)
        with pytest.raises(StepTimeout, match="the process with the clients was killed"):
            run.play()


def test_clients_take_what_a_server_sent_before_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the server has ended, its clients come to their ends by themselves."""
    over: list[bool] = []
    stop = LoadGenerator.stop

    def seen(generator: LoadGenerator, reason: str) -> None:
        over.append(generator.done)
        stop(generator, reason)

    monkeypatch.setattr(LoadGenerator, "stop", seen)
    with pytest.raises(EchoLost):
        ran_freely(replace(plan("careless", "end"), load=FEW))
    assert over == [True]


def _ignore(_records: object) -> None:
    """Write nothing."""


@pytest.mark.parametrize(
    ("how", "error", "sentence"),
    [
        ("drop", StepTimeout, "for 0.5 s no client got anything back; 63 of 64 bytes of echo 2"),
        ("change", EchoLost, "byte 3 of echo 2 came back as '!', not as ' '"),
        ("more", EchoLost, "more bytes came back than it had sent"),
        ("leave", EchoLost, "the server ended the connection; 0 of 64 bytes of echo 2"),
    ],
)
def test_what_is_lost_is_told(how: str, error: type[Exception], sentence: str) -> None:
    """A byte that is dropped, changed or added, and an end too early, are told with their place."""
    records: list[Record] = []
    what = replace(plan("careless", how), load=Load(1, 2, 64), timeout=0.5)
    with pytest.raises(error) as told:
        ran_freely(what, records)
    totals = [record for record in records if isinstance(record, ClientTotal)]
    assert [sentence in str(total.error) for total in totals] == [True]
    assert isinstance(told.value, StepTimeout) or sentence in str(told.value)
    assert totals[0].answered is not None
    assert totals[0].echoes == 1


def test_datagrams_are_refused() -> None:
    """A server of datagrams is refused in a sentence."""
    with pytest.raises(
        StepTimeout, match="takes datagrams, and --free-run needs a server that accepts"
    ):
        ran_freely(replace(plan("takes_datagrams"), load=FEW))


def test_a_server_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that ends before it listens ends the run, not at the timeout but at once."""
    looks = iter(range(500))
    monkeypatch.setattr(freerun._Patience, "is_over", lambda _: next(looks) < 0)
    with pytest.raises(StepTimeout, match="exits with status"):
        ran_freely(replace(plan("execs"), load=FEW, timeout=600.0))


class _Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(4096):
            self.request.sendall(data)


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    request_queue_size = 2


@pytest.mark.parametrize(("family", "backlog"), [("AF_UNIX", None), ("AF_INET6", 2)])
def test_clients_reach_every_stream_service(
    family: str, backlog: int | None, tmp_path: Path
) -> None:
    """UNIX sockets and IPv6 are served like IPv4, whether or not a short queue is known of."""
    address = str(tmp_path / "s") if family == "AF_UNIX" else ("::1", 0)
    with LoadGenerator(FEW) as generator:
        _Server.address_family = getattr(socket, family)
        with _Server(address, _Echo) as server:  # type: ignore[arg-type]  # a path is an address too
            threading.Thread(target=server.serve_forever).start()
            local = spell(server.socket.family, server.socket.getsockname())
            generator.connect_to(Service(str(local), backlog=backlog))
            while not generator.done:
                generator.look()
            server.shutdown()
    assert [(t.received, t.error, t.peer) for t in generator.totals] == [(900, None, local)] * 20
    assert len({total.local for total in generator.totals}) == FEW.clients
