"""Random servers in few words, and their stories: a set-up, connections, a tear-down."""

from typing import NamedTuple

from hypothesis import strategies as st

from echotrace.story.compare.nouns import Mark
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from tracebuilder import TraceBuilder

_CALLS = ("recvfrom 5", "recvfrom 0", "read 5", "sendto 5", "sendto 3", "shutdown", "pselect6",
          "fcntl", "close", "close by P0")  # fmt: skip
_APART = ("socket", "wait4", "rt_sigaction", "setsockopt", "close")
_FIRST = 10
#: The mark of a row when the two sides change places.
MIRROR = {mark: mark for mark in Mark} | {
    Mark.FIRST_ONLY: Mark.ONLY_HERE,
    Mark.ONLY_HERE: Mark.FIRST_ONLY,
}


class Served(NamedTuple):
    """A connection: whether a task is made for it, the calls on it, whether the task ends."""

    handed: bool
    calls: list[str]
    ends: bool


class Plan(NamedTuple):
    """A server: whether its tasks are threads, or made before the clients come."""

    threads: bool
    before: bool
    setup: list[str]
    served: list[Served]
    teardown: list[str]

    def story(self) -> Story:
        """What came of it."""
        b = TraceBuilder()
        makes = b.thread if self.threads else b.fork
        b.server()
        for name in self.setup:
            b.call(_FIRST, name, result=9 if name == "socket" else 0)
        for number, served in enumerate(self.served if self.before else ()):
            if served.handed:
                makes(_FIRST, 100 + number)
        for number, served in enumerate(self.served):
            b.client(number + 1, "connect", local=f"127.0.0.1:{50001 + number}")
            b.accept(_FIRST, 4 + number, port=50001 + number)
            if served.handed and not self.before:
                makes(_FIRST, 100 + number)
            _serve(b, 100 + number if served.handed else _FIRST, 4 + number, served)
        for name in self.teardown:
            b.call(_FIRST, name)
        return replay(b.trace())


def _serve(b: TraceBuilder, task: int, fd: int, served: Served) -> None:
    for call in served.calls:
        name, _, moved = call.partition(" ")
        if name == "pselect6":
            told = {"in": [fd], "ready": {"in": [fd]}}
            b.call(task, name, 8, told, None, None, None, None, result=1)
        elif moved.isdigit():
            b.call(task, name, fd, result=int(moved), data="hello"[: int(moved)])
        else:
            b.call(_FIRST if moved else task, name, fd)
    if served.ends and task != _FIRST:
        b.exit(task)


_apart = st.lists(st.sampled_from(_APART), max_size=3)
_served = st.builds(
    Served, st.booleans(), st.lists(st.sampled_from(_CALLS), max_size=8), st.booleans()
)
plans = st.builds(
    Plan, st.booleans(), st.booleans(), _apart, st.lists(_served, max_size=3), _apart
)  # fmt: skip
