"""What one event says: of a wait for readiness, what was asked and what was found."""

from typing import Any

import pytest

from echotrace.story.replay import replay
from echotrace.trace import Endpoint
from echotrace.views.phrases import phrase
from tracebuilder import TraceBuilder

LISTENER = {"fd": 3, "events": "POLLIN", "revents": 0}
CONNECTION = {"fd": 4, "events": "POLLIN", "revents": "POLLIN"}


def _said(name: str, *values: object, result: int, **answers: Any) -> str:
    """A wait of a server with a listening socket, 3, and a connection, 4, in words."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    if name.startswith("epoll_"):
        b.call(10, "epoll_create1", 0, result=5)
        for fd in (3, 4):
            entry = {"events": "EPOLLIN", "data": fd + 100}
            b.call(10, "epoll_ctl", 5, "EPOLL_CTL_ADD", fd, entry)
    seq = b.end(b.begin(10, name, *values), result, **answers)
    story = replay(b.trace())
    said = phrase(story, story.event(seq))
    return f"{said.head} {said.outcome}"


def test_poll_asks_for_descriptors_and_is_told_which_are_ready() -> None:
    """What poll answers is no part of what it asks."""
    assert _said("poll", [LISTENER, CONNECTION], 2, -1, result=1) == "poll([3, 4]) = [4]"


@pytest.mark.parametrize(
    ("asked", "told", "said"),
    [
        ("POLLOUT", "POLLOUT", "poll([4 OUT]) = [4 OUT]"),
        ("POLLIN|POLLOUT", "POLLIN", "poll([4 IN|OUT]) = [4]"),
        ("POLLIN", "POLLIN|POLLERR|POLLHUP", "poll([4]) = [4 IN|ERR|HUP]"),
    ],
)
def test_events_other_than_input_are_named(asked: str, told: str, said: str) -> None:
    """Only input goes without saying."""
    entry = {"fd": 4, "events": asked, "revents": told}
    assert _said("poll", [entry], 1, -1, result=1) == said


def test_poll_of_what_could_not_be_read() -> None:
    """A list that is not known is no list."""
    assert _said("poll", "?", 1, -1, result=1) == "poll(?) = 1"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("poll", [LISTENER], 1, 50), "poll([3], 50 ms) = []"),
        (("poll", [LISTENER], 1, 0), "poll([3], 0 ms) = []"),
        (("epoll_wait", 5, [], 8, 0), "epoll_wait(5, 0 ms) = []"),
        (("epoll_pwait2", 5, [], 8, 0.5), "epoll_pwait2(5, 0.5 s) = []"),
        (("ppoll", [LISTENER], 1, 0.0), "ppoll([3]) = []"),
    ],
)
def test_nothing_ready_is_an_empty_list_after_a_timeout(call: tuple[Any, ...], said: str) -> None:
    """The timeout tells a look from a wait that ran out; ppoll's is what was left of it."""
    assert _said(*call, result=0) == said


def test_epoll_wait_tells_descriptors_and_not_the_data_that_it_returns() -> None:
    """What was put into the list as data is told as the descriptor that it stands for."""
    found = [{"events": "EPOLLIN", "data": 104}, {"events": "EPOLLIN|EPOLLHUP", "data": 103}]
    said = _said("epoll_wait", 5, None, 8, -1, result=2, events=found)
    assert said == "epoll_wait(5) = [4, 3 IN|HUP]"


def test_epoll_wait_with_unknown_data_tells_how_many() -> None:
    """Where the model does not know the descriptor, the number of events is told."""
    found = [{"events": "EPOLLIN", "data": 7}]
    assert _said("epoll_wait", 5, None, 8, -1, result=1, events=found) == "epoll_wait(5) = 1"


def test_select_tells_the_sets_that_it_left() -> None:
    """select has its sets before and after in the trace."""
    said = _said("select", 5, [3, 4], None, None, None, result=1, readable=[4])
    assert said == "select([3, 4]) = [4]"


def test_select_for_reading_and_writing() -> None:
    """A descriptor that is ready for both is counted twice, and told once a set."""
    said = _said("select", 5, [3, 4], [4], None, None, result=2, readable=[4], writable=[4])
    assert said == "select([3, 4], [4]) = [4], writable [4]"


def test_descriptor_that_goes_over_another_connection() -> None:
    """A message stands where it is sent; of what it carries it says whose it is."""
    b = TraceBuilder()
    path = "unix:/run/x"
    b.call(10, "socket", "AF_UNIX", "SOCK_STREAM", 0, result=3)
    b.call(10, "bind", 3, path, 8)
    b.call(10, "listen", 3, 5, told=Endpoint(3, "socket:[1]", path))
    for client, fd in ((1, 4), (2, 5)):
        local = f"unix:@{client}"
        b.client(client, "connect", local=local, peer=path)
        told = Endpoint(fd, f"socket:[{fd}]", path, local)
        b.call(10, "accept", 3, None, None, result=fd, told=told)
    message = {"iovlen": 1, "control": [{"type": "SCM_RIGHTS", "fds": [5, 4]}]}
    seq = b.call(10, "sendmsg", 4, message, 0, result=1)
    story = replay(b.trace())
    assert story.event(seq).place.name == "#1"
    assert phrase(story, story.event(seq)).note == "passes fd 5 (#2), 4"
