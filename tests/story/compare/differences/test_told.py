"""Every row that differs is told, and told the same from both sides, whatever the servers do."""

from collections.abc import Callable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from echotrace.story.compare.compare import compare
from echotrace.story.compare.nouns import Comparison, Mark, Row, Step
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import Syscall
from tracebuilder import TraceBuilder

_MAIN, _CHILD = 10, 20


def _recv(b: TraceBuilder, tid: int, fd: int) -> None:
    b.call(tid, "recvfrom", fd, None, 100, 0, result=5, data="hello")


def _end(b: TraceBuilder, tid: int, fd: int) -> None:
    b.call(tid, "recvfrom", fd, None, 100, 0, result=0, data="")


def _fails(b: TraceBuilder, tid: int, fd: int) -> None:
    b.call(tid, "recvfrom", fd, None, 100, 0, errno="ECONNRESET")


def _large(b: TraceBuilder, tid: int, fd: int) -> None:
    b.call(tid, "read", fd, None, 1024, result=9, data="good day!")


def _send(b: TraceBuilder, tid: int, fd: int) -> None:
    b.call(tid, "sendto", fd, None, 5, 0, result=5, data="hello")


def _quietly(b: TraceBuilder, tid: int, fd: int) -> None:
    b.call(tid, "sendto", fd, None, 5, "MSG_NOSIGNAL", result=5, data="hello")


def _shutdown(b: TraceBuilder, tid: int, fd: int) -> None:
    b.call(tid, "shutdown", fd, "SHUT_WR")


def _name(b: TraceBuilder, tid: int, fd: int) -> None:
    b.call(tid, "getsockname", fd)


def _close(b: TraceBuilder, tid: int, fd: int) -> None:
    b.call(tid, "close", fd)


def _waits(b: TraceBuilder, tid: int, fd: int) -> None:
    b.begin(tid, "recvfrom", fd, None, 100, 0)


_Does = Callable[[TraceBuilder, int, int], None]
_on_connection = st.lists(
    st.sampled_from([_recv, _end, _fails, _large, _send, _quietly, _shutdown, _name, _close]),
    max_size=6,
)


@st.composite
def _stories(draw: st.DrawFn) -> Story:
    """A server that serves itself, or lets a process or a thread do so, up to two clients."""
    b = TraceBuilder()
    b.server()
    if draw(st.booleans()):
        b.call(_MAIN, "setsockopt", 3, "SOL_SOCKET", "SO_REUSEADDR", 1)
    for client in draw(st.sampled_from([(), (1,), (1, 2), (2, 1)])):
        fd, child = 4 + client, _CHILD + client
        b.client(client, "connect", local=f"127.0.0.1:{50000 + client}")
        b.accept(_MAIN, fd, port=50000 + client)
        who = draw(st.sampled_from(["itself", "process", "thread"]))
        if who == "process":
            b.fork(_MAIN, child)
        elif who == "thread":
            b.thread(_MAIN, child)
        if who == "process" and draw(st.booleans()):
            b.call(_MAIN, "close", fd)
        tid = _MAIN if who == "itself" else child
        for does in draw(_on_connection):
            does(b, tid, fd)
        if tid == child and draw(st.booleans()):
            b.exit(tid, call=draw(st.booleans()), by="SIGPIPE")
        elif draw(st.booleans()) and tid == child:
            _waits(b, tid, fd)
    if draw(st.booleans()):
        b.begin(_MAIN, "accept", 3, None, None)
    return replay(b.trace())


def _differing(compared: Comparison) -> Iterator[Row]:
    """The rows that are not the same, of courses that both sides have."""
    for alignment in compared.alignments:
        if alignment.kind != "connection" or None not in alignment.connections:
            yield from (row for row in alignment.rows if not row.same)


def _is_named(compared: Comparison, row: Row) -> bool:
    """Whether a sentence names the events of a row."""
    events = [step.event.seq if step else None for step in row.steps]
    return any(
        all(seq is None or seq in told for seq, told in zip(events, each.events, strict=True))
        for each in compared.differences[0]
    )


def _like(row: Row) -> tuple[object, ...]:
    """What makes two rows alike for a reader: who does which call, and what comes of it."""
    return (row.mark(1), *(_call(step) for step in row.steps))


def _call(step: Step | None) -> tuple[object, ...] | None:
    if step is None:
        return None
    call = step.event.record
    error = (call.errno, call.end is None) if isinstance(call, Syscall) else ()
    return (step.key[0], getattr(call, "name", ""), *error)


@given(_stories(), _stories())
def test_every_row_that_differs_is_told(one: Story, other: Story) -> None:
    """Its events stand in a sentence, or those of a row like it."""
    compared = compare([one, other])
    rows = list(_differing(compared))
    told = {_like(row) for row in rows if _is_named(compared, row)}
    assert [_like(row) for row in rows if _like(row) not in told] == []


@given(_stories())
def test_nothing_differs_from_itself(story: Story) -> None:
    """A story against itself has no sentence."""
    assert compare([story, story]).differences == ((),)


@given(_stories(), _stories())
def test_other_side_tells_the_same(one: Story, other: Story) -> None:
    """Reversed, the kinds are the same and the events have changed places."""
    (there,), (back,) = compare([one, other]).differences, compare([other, one]).differences
    assert sorted((each.kind, each.events) for each in there) == sorted(
        (each.kind, each.events[::-1]) for each in back
    )


@given(_stories(), _stories())
def test_no_row_no_sentence(one: Story, other: Story) -> None:
    """Where all rows are the same, only how the servers are built may differ."""
    compared = compare([one, other])
    if all(mark is Mark.SAME for a in compared.alignments for r in a.rows for mark in [r.mark(1)]):
        assert {each.kind for each in compared.differences[0]} <= {"buffer"}
