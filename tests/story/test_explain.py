"""Explanations: for every call, every outcome, every bundled trace."""

import re
from collections.abc import Iterator

import pytest
from sentences import sentence

from echotrace.story.explain import explain
from echotrace.story.explain.meanings import MEANINGS
from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.replay import replay
from echotrace.syscalls import ROWS
from echotrace.trace import Trace
from tracebuilder import HEADER, TraceBuilder

#: An argument of each kind that is valid (`record/decode.py`); others are a number.
_VALUES: dict[str, object] = {
    "dirfd": "AT_FDCWD", "path": "/x", "argv": ["x"], "sockaddr": "127.0.0.1:80",
    "sockaddr_out": "127.0.0.1:81", "domain": "AF_INET", "socktype": "SOCK_STREAM",
    "fdpair": [5, 6], "pointer": "0x1", "epollop": "EPOLL_CTL_ADD", "how": "SHUT_WR",
    "pollfds": [{"fd": 3, "events": "POLLIN", "revents": "POLLIN"}], "fdset": [3],
    "epollevent": {"events": "EPOLLIN", "data": 3}, "cloneflags": "SIGCHLD", "shut": "SHUT_WR",
    "epollevents": [{"events": "EPOLLIN", "data": 3}], "waitstatus": "exited 0",
    "sigaction": {"handler": "function", "flags": "SA_RESTART"}, "signal": "SIGCHLD",
    "optname": "SO_REUSEADDR", "fcntl": "F_GETFL", "ioctl": "FIONREAD", "timeval": 1.5,
}  # fmt: skip

ERRORS = (
    "EINTR", "EAGAIN", "EWOULDBLOCK", "ECONNRESET", "EPIPE", "ENOTCONN", "EBADF", "EMFILE",
    "ENFILE", "ECONNABORTED", "EADDRINUSE", "EACCES", "EINVAL", "ECHILD", "EEXIST", "ENOENT",
    "EINPROGRESS", "ETIMEDOUT", "ECONNREFUSED", "ENOMEM", "ENOSYS", "EFAULT", "EPERM", "ENOTTY",
    "ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND", "ERESTART_RESTARTBLOCK",
)  # fmt: skip


def with_call(name: str, result: int | None, errno: str | None = None) -> tuple[Story, StoryEvent]:
    """A server of which one task makes a call on its listening socket."""
    b = TraceBuilder(first=770010)
    b.server(770010)
    args = [_VALUES.get(argument.kind, 3) for argument in ROWS[name].arguments]
    seq = b.call(770010, name, *args, result=result, errno=errno)
    story = replay(b.trace())
    return story, story.event(seq)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_call_has_a_sentence_for_every_outcome(name: str) -> None:
    """Success, each errno that servers meet, interruption, and not yet returned."""
    for result in (0, 1, 7):
        assert "fails" not in sentence(*with_call(name, result))
    for errno in ERRORS:
        said = sentence(*with_call(name, -1, errno))
        assert errno in said
        assert "manual page" not in said
    unreturned = sentence(*with_call(name, None))
    assert "has not returned" in unreturned or "the trace stops" in unreturned


@pytest.mark.parametrize("name", sorted(ROWS))
def test_gloss_is_a_predicate(name: str) -> None:
    """A gloss goes on from 'P0 ': a verb in the third person, no full stop."""
    gloss = ROWS[name].gloss
    assert re.fullmatch(r"[a-z]+s\b.*[^.]", gloss), gloss


def test_meanings_are_clauses() -> None:
    """What an errno means goes on from a colon."""
    for errno, meaning in MEANINGS.items():
        assert re.fullmatch(r"[a-z].*[^.]", meaning), errno


def test_errno_of_no_table_is_said_as_it_is() -> None:
    """An errno that errno(3) does not have sends the reader to the manual page."""
    assert sentence(*with_call("close", -1, "EFOO")) == (
        "P0's close on fd 3 (listening socket) fails with EFOO: the manual page of the call says "
        "what that means."
    )


def test_no_event_of_the_bundled_traces_lacks_one(story: Story) -> None:
    """Files, streams and signals too."""
    for event in story.events:
        sentence(story, event)


def test_explanations_are_the_same_each_time(story: Story) -> None:
    """The order in which they are asked for does not matter."""
    forwards = [explain(story, event) for event in story.events]
    again = replay(story.trace)
    assert [explain(again, event) for event in reversed(again.events)] == forwards[::-1]


def _cut(story: Story) -> Iterator[Trace]:
    records = story.trace.records
    return (Trace(HEADER, records[:count]) for count in range(0, len(records), 7))


def test_cut_traces_have_them_too(story: Story) -> None:
    """Wherever a recording breaks off."""
    for trace in _cut(story):
        cut = replay(trace)
        for event in cut.events:
            sentence(cut, event)
