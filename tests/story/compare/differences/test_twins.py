"""What is told of each server in C against its twin in Python: what the interpreter adds.

By hand, from the sources, the manual pages and Python's documentation. The twins are written to do
the same; all that differs is this:

- Python makes descriptors that execve closes (PEP 446): accept4 with SOCK_CLOEXEC in place of
  accept, socket with SOCK_CLOEXEC, epoll_create1 with EPOLL_CLOEXEC.
- socket.accept makes a socket object of the new descriptor, and makes sure with getsockname that it
  is a socket. udp accepts none.
- The interpreter ignores SIGPIPE from its start, so that the twins need no MSG_NOSIGNAL. In C
  fork, thread, prefork and pool do not use it either, and SIGPIPE has its default action; a UDP
  socket raises no SIGPIPE.
"""

from collections.abc import Mapping

import pytest

from echotrace.story.compare.compare import compare
from echotrace.story.compare.nouns import Difference
from echotrace.story.nouns import Story
from echotrace.trace import Syscall

_EXPECTED = """
fork       signals close-on-exec name-asked
thread     signals close-on-exec name-asked
iterative  flags close-on-exec name-asked
select     flags close-on-exec name-asked
poll       flags close-on-exec name-asked
epoll      flags close-on-exec name-asked
kqueue     flags close-on-exec name-asked
udp        close-on-exec
prefork    signals close-on-exec name-asked
pool       signals close-on-exec name-asked
"""
_LINES = {name: kinds for name, *kinds in map(str.split, _EXPECTED.split("\n")[1:-1])}
#: By kind of difference: the calls of the twin that show it, and what distinguishes each.
_SHOWN = {
    "signals": {"rt_sigaction": "SIG_IGN", "sendto": ""},
    "flags": {"rt_sigaction": "SIG_IGN", "sendto": ""},
    "close-on-exec": {
        "socket": "SOCK_CLOEXEC", "accept4": "SOCK_CLOEXEC", "epoll_create1": "EPOLL_CLOEXEC",
    },
    "name-asked": {"getsockname": ""},
}  # fmt: skip


def _told(
    stored: Mapping[str, Story], twins: Mapping[str, Story], name: str
) -> tuple[Difference, ...]:
    return compare([stored[name], twins[name]]).differences[0]


@pytest.mark.parametrize("name", _LINES)
def test_exactly_the_expected_is_told(
    stored: Mapping[str, Story], twins: Mapping[str, Story], name: str
) -> None:
    """Of each pair just the differences are told that its line names, each from both sides."""
    told = _told(stored, twins, name)
    assert [each.kind for each in told] == _LINES[name]
    assert all(left and right for left, right in (each.events for each in told))


@pytest.mark.parametrize("name", _LINES)
def test_calls_of_the_twin_are_as_told(
    stored: Mapping[str, Story], twins: Mapping[str, Story], name: str
) -> None:
    """The twin's events are the calls that the sentence is about, with the flags it names."""
    for each in _told(stored, twins, name):
        for seq in each.events[1]:
            call = twins[name].event(seq).record
            assert isinstance(call, Syscall)
            assert _SHOWN[each.kind][call.name] in str(call.args)
            assert f"{seq}" in each.sentence or call.name == "sendto"


@pytest.mark.parametrize("name", _LINES)
def test_no_call_of_c_does_so(
    stored: Mapping[str, Story], twins: Mapping[str, Story], name: str
) -> None:
    """Nothing of what is told of the twin is in the trace of C."""
    assert _told(stored, twins, name)
    calls = [each for each in stored[name].trace.syscalls() if each.site is not None]
    assert not any("CLOEXEC" in str(call.args) for call in calls)
    assert not any(call.name == "rt_sigaction" and "SIGPIPE" in str(call.args) for call in calls)
    assert sum(call.name == "getsockname" for call in calls) == 1  # of the listening socket


def test_sentences_of_fork(stored: Mapping[str, Story], twins: Mapping[str, Story]) -> None:
    """Each says what Python adds, and why."""
    signals, cloexec, name = (each.sentence for each in _told(stored, twins, "fork"))
    socket, accept, asks = (
        next(e.seq for e in twins["fork"].events if _is(e.record, wanted, place == e.place.name))
        for wanted, place in (("socket", "listener"), ("accept4", "#1"), ("getsockname", "#1"))
    )
    assert signals.endswith(
        "as Python's interpreter does when it starts; when a send fails with EPIPE, for the "
        "client is gone, SIGPIPE ends the process in fork:c"
    )
    assert cloexec == (
        "fork:python lets execve close the listening socket (SOCK_CLOEXEC, event "
        f"{socket} of fork:python) and each connection (SOCK_CLOEXEC, event {accept} of "
        "fork:python): Python sets that flag on all that it makes (PEP 446); fork:c does not "
        "(events 11 and 19 of fork:c)"
    )
    assert name == (
        f"fork:python calls getsockname on the new connection (event {asks} of fork:python), in "
        "socket.accept of Python's library: the interpreter makes sure that the new descriptor is "
        "a socket; fork:c does not ask (event 19 of fork:c)"
    )


def _is(record: object, name: str, there: bool) -> bool:
    return there and isinstance(record, Syscall) and record.name == name
