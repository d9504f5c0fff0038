"""Arguments that make no sense: no rule ever raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from play import P0, Play

from echotrace.story.findings.check import findings
from echotrace.story.replay import replay
from echotrace.syscalls import ROWS
from echotrace.trace import Record, Trace
from garbage import GARBAGE
from tracebuilder import HEADER

ODD: list[object] = [
    None,
    -1,
    2.5,
    True,
    "x",
    [],
    [[3]],
    [{"fd": [3]}],
    {},
    {"handler": [1]},
    {"fd": []},
]


@given(st.lists(GARBAGE, max_size=30))
def test_records_that_make_no_sense(records: list[Record]) -> None:
    """Findings of garbage may be anything, but they are made."""
    findings(replay(Trace(HEADER, tuple(records))))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(ROWS)),
            st.lists(st.integers(0, 4) | st.sampled_from(ODD), max_size=6),
            st.sampled_from([-1, 0, 3, 5]),
            st.sampled_from([None, "EBADF", "EINTR", "EPIPE"]),
        ),
        max_size=12,
    )
)
def test_server_whose_calls_have_odd_arguments(
    calls: list[tuple[str, list[object], int, str | None]],
) -> None:
    """In the midst of a server's work, too."""
    play = Play()
    play.accepts(1)
    play.recv(P0, 4)
    for name, values, result, errno in calls:
        play.call(P0, name, *values, result=result, errno=errno)
    play.serve(P0)
    findings(replay(play.trace()))


@pytest.mark.parametrize("stack", [[1], {"a": 1}, None, 2.5])
def test_stack_that_is_no_address(stack: object) -> None:
    """A stack may be anything, in a damaged trace."""
    play = Play()
    for client in (1, 2):
        play.accepts(client)
        play.thread_with(100 + client, stack)  # type: ignore[arg-type]
        play.serve(100 + client)
        play.exit(100 + client)
    findings(replay(play.trace()))


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", sorted(ROWS))
def test_each_call_with_an_odd_argument(name: str, odd: object) -> None:
    """One argument after the other is odd."""
    for place in range(len(ROWS[name].arguments)):
        play = Play()
        play.accepts(1)
        values: list[object] = [4] * len(ROWS[name].arguments)
        values[place] = odd
        play.call(P0, name, *values, result=1)
        play.serve(P0)
        play.signal(P0, "SIGCHLD")
        findings(replay(play.trace()))
