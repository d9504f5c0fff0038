"""The beginning of a timeline that has more connections than a page."""

from echotrace.story.replay import replay
from echotrace.views.beginning import beginning
from echotrace.views.lanes import lay_out
from echotrace.views.layout import Layout
from echotrace.views.paint import Surface
from echotrace.views.timeline import timeline
from tracebuilder import TraceBuilder

_READY = [{"fd": 3, "events": "POLLIN", "revents": "POLLIN"}]


def _polled(*, refused: int = 0) -> TraceBuilder:
    """A server that polls before each of three accepts, and before some that fail."""
    b = TraceBuilder()
    b.server()
    for n in range(1, 4):
        b.call(10, "poll", _READY, 1, -1, result=1)
        b.accept(10, 3 + n, port=5000 + n)
    for _ in range(refused):
        b.call(10, "accept", 3, None, None, result=-1, errno="EAGAIN")
    return b


def _begun(b: TraceBuilder) -> Layout:
    """The beginning with the server's column and that of the first connection."""
    story = replay(b.trace())
    layout = lay_out(story)
    return beginning(story, layout, layout.columns[:2])


def _names(layout: Layout) -> list[str]:
    return [getattr(row.event.record, "name", "") for row in layout.rows]


def test_a_wait_for_connections_that_are_not_shown_is_not_shown() -> None:
    """What a listening socket's readiness led to decides whether it concerns those shown."""
    assert _names(_begun(_polled())) == ["socket", "bind", "listen", "poll", "accept"]


def test_rows_alike_are_one() -> None:
    """Of rows that say the same one after the other the first is shown, with how many follow."""
    rows = _begun(_polled(refused=4)).rows
    assert [row.cell.more for row in rows] == [0, 0, 0, 0, 0, 3]
    assert rows[-1].event.record.errno == "EAGAIN"  # type: ignore[union-attr]  # it is accept
    assert "more" not in timeline(replay(_polled(refused=4).trace()), Surface(120))
