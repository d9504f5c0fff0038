"""The kind of a server, by what it does when clients come."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from play import P0, Play, found, sentence

from echotrace.servers import traces_dir
from echotrace.story.findings.check import findings
from echotrace.story.replay import replay
from echotrace.tracefile import load
from tracebuilder import TraceBuilder

LISTENER, CONNECTION = {"fd": 3, "events": "POLLIN"}, {"fd": 4, "events": "POLLIN"}


def iterative() -> Play:
    """accept, serve, accept: with poll before each recv, as a timeout needs it."""
    play = Play()
    for client in (1, 2):
        play.call(P0, "poll", [LISTENER], 1, 500, result=1)
        play.accepts(client)
        play.call(P0, "poll", [CONNECTION], 1, 500, result=1)
        play.serve(P0)
    return play


def fork() -> Play:
    """A child for each client."""
    play = Play()
    play.accepts(1)
    play.fork(P0, 101)
    play.close(P0, 4)
    play.serve(101)
    return play


def thread() -> Play:
    """A thread for each client."""
    play = Play()
    play.accepts(1)
    play.thread(P0, 201)
    play.serve(201)
    return play


def select() -> Play:
    """One select for all."""
    play = Play()
    play.call(P0, "select", 4, [3], None, None, None, result=1)
    play.accepts(1)
    play.call(P0, "select", 5, [3, 4], None, None, None, result=1)
    play.recv(P0, 4)
    return play


def poll() -> Play:
    """One poll for all."""
    play = Play()
    play.call(P0, "poll", [LISTENER], 1, -1, result=1)
    play.accepts(1)
    play.call(P0, "ppoll", [LISTENER, CONNECTION], 2, None, result=1)
    play.recv(P0, 4)
    return play


def epoll() -> Play:
    """One interest list for all."""
    play = Play()
    play.call(P0, "epoll_create1", 0, result=9)
    play.call(P0, "epoll_ctl", 9, "EPOLL_CTL_ADD", 3, {"events": "EPOLLIN", "data": 3})
    play.accepts(1)
    play.call(P0, "epoll_ctl", 9, "EPOLL_CTL_ADD", 4, {"events": "EPOLLIN", "data": 4})
    play.call(P0, "epoll_wait", 9, [], 1, -1, result=1)
    play.recv(P0, 4)
    return play


def prefork() -> Play:
    """Children that accept."""
    play = Play()
    for child in (101, 102):
        play.fork(P0, child)
    for client, child in ((1, 101), (2, 102)):
        play.accepts(client, tid=child)
        play.serve(child)
    return play


def pool() -> Play:
    """Threads that wait for work."""
    play = Play()
    for worker in (201, 202):
        play.thread(P0, worker)
    play.accepts(1)
    play.serve(202)
    return play


def passing() -> Play:
    """A process that was there before its clients is passed each connection."""
    play = Play()
    play.call(P0, "socketpair", "AF_UNIX", "SOCK_STREAM", 0, [8, 9])
    play.fork(P0, 101)
    play.accepts(1)
    control = [{"type": "SCM_RIGHTS", "fds": [4]}]
    play.call(P0, "sendmsg", 8, {"iovlen": 1, "control": control}, 0, result=1)
    play.call(101, "recvmsg", 9, {"iovlen": 1, "control": control}, 0, result=1)
    play.close(P0, 4)
    play.serve(101)
    return play


SERVERS: Mapping[str, Callable[[], Play]] = {
    "an iterative server": iterative,
    "a fork server": fork,
    "a thread server": thread,
    "a select server": select,
    "a poll server": poll,
    "an epoll server": epoll,
    "a prefork server": prefork,
    "a server that passes connections": passing,
    "a pool server": pool,
}


@pytest.mark.parametrize("name", SERVERS)
def test_kind(name: str) -> None:
    """Each kind is known by what it does, and the events that show it are named."""
    assert sentence(SERVERS[name](), "kind").startswith(f"This is {name}: ")


def test_trace_without_connections_has_no_kind() -> None:
    """Nothing is said of a server that no client came to, nor of an empty trace."""
    assert found(Play(), "kind") is None
    assert findings(replay(TraceBuilder(first=None).trace())) == ()


@pytest.mark.parametrize("trace", sorted(traces_dir().glob("*.jsonl")), ids=lambda path: path.stem)
def test_calls_are_named_as_the_timeline_names_them(trace: Path) -> None:
    """A finding speaks of select and waitpid, as the program does, not of pselect6 and wait4."""
    for finding in findings(replay(load(trace))):
        assert not re.search(r"\b(pselect6|wait4|clone3?|epoll_pwait|accept4)\b", finding.sentence)
