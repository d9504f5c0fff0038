"""Large traces: the rules take time in proportion to the number of events."""

import time
from collections.abc import Callable

import pytest
from play import P0, Play

from echotrace.story.findings.check import findings
from echotrace.story.replay import replay

FEW, MANY = 400, 1600


def forks(count: int) -> Play:
    """A fork server that ignores SIGPIPE in each child."""
    play = Play()
    for client in range(count):
        child = 1000 + client
        play.accepts(client)
        play.fork(P0, child)
        play.handles("SIGPIPE", "SIG_IGN", tid=child)
        play.close(P0, 4)
        play.echo(child, flags=None)
        play.leaves(child)
        play.wait(child)
    return play


def threads(count: int) -> Play:
    """A thread server whose clients reset their connections."""
    play = Play()
    for client in range(count):
        play.accepts(client)
        play.thread_with(1000 + client, "0xa000")
        play.recv(1000 + client, 4)
        play.send(1000 + client, 4)
        play.fails(1000 + client, "recvfrom", "ECONNRESET", 4, None, 100, None, None, None)
        play.close(1000 + client, 4)
        play.exit(1000 + client)
    return play


def turns(count: int) -> Play:
    """An event loop with one client, short sends and their rests, and interrupted accepts."""
    play = Play()
    play.accepts(1)
    for _ in range(count * 2):
        play.call(P0, "epoll_wait", 9, [], 1, -1, result=1)
        play.recv(P0, 4)
        play.send(P0, 4, 5, 3)
        play.send(P0, 4, 2)
        play.again(P0, 4)
        play.fails(P0, "accept", "EINTR", 3, None, None)
    return play


def clients(count: int) -> Play:
    """An iterative server that polls before it receives, and closes by dup2."""
    play = Play()
    for client in range(count):
        play.accepts(client)
        play.call(P0, "poll", [{"fd": 4, "events": "POLLIN"}], 1, -1, result=1)
        play.echo(P0, flags=None)
        play.call(P0, "dup2", 0, 4, result=4)
        play.close(P0, 4)
    return play


def crowd(count: int) -> Play:
    """A fork server whose children all live at once, and keep the listening socket."""
    play = Play()
    for client in range(count):
        play.accepts(client)
        play.fork(P0, 1000 + client)
        play.close(P0, 4)
        play.recv(1000 + client, 4)
    for client in range(count):
        play.close(1000 + client, 4)
        play.leaves(1000 + client)
    return play


@pytest.mark.parametrize("build", [forks, crowd, threads, turns, clients])
def test_time_is_in_proportion(build: Callable[[int], Play]) -> None:
    """Four times the events take about four times as long, not sixteen times."""
    few, many = (min(_seconds(build(count)) for _ in range(2)) for count in (FEW, MANY))
    assert many < 9 * few


def _seconds(play: Play) -> float:
    story = replay(play.trace())
    began = time.process_time()
    findings(story)
    return time.process_time() - began
