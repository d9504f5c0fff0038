"""A free run in figures: what is shown of many connections is true, and says what is left out."""

import re

from msgspec.structs import replace

from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import ClientTotal, Load, Trace
from echotrace.views.paint import Surface
from echotrace.views.timeline import timeline
from tracebuilder import TraceBuilder, connected

CLIENTS = 30


def _story(wrong: int | None = None) -> Story:
    """A server whose accepts wait, and which takes 5 bytes of each client and echoes them.

    Client n waited n ms for its first answer; one of them counted a byte less than it was sent.
    """
    b = TraceBuilder()
    b.server()
    b.thread(10, 11)
    for n in range(1, CLIENTS + 1):
        accept = b.begin(10, "accept", 3, None, None)
        b.call(11, "futex")
        b.call(11, "getsockname", 3, None, None)
        b.end(accept, 3 + n, told=connected(3 + n, 5000 + n))
        b.call(10, "recvfrom", 3 + n, 100, 0, None, result=5, data="hello")
        b.call(10, "sendto", 3 + n, 5, 0, None, result=5, data="hello")
    totals = [
        ClientTotal(
            n, began=0, connected=10, answered=n * 1_000_000, ended=100_000_000,
            local=f"127.0.0.1:{5000 + n}", peer="127.0.0.1:7000", sent=5,
            received=4 if n == wrong else 5, echoes=1,
        )
        for n in range(1, CLIENTS + 1)
    ]  # fmt: skip
    trace = b.trace()
    *records, end = trace.records
    header = replace(trace.header, script="free run", clients=CLIENTS, load=Load(CLIENTS, 1, 5))
    return replay(Trace(header, (*records, *totals, end)))


def test_quickest_middle_and_slowest() -> None:
    """Of many connections those are shown that waited least, most, and as long as half of all."""
    text = timeline(_story(), Surface(100))
    rows = re.findall(
        r"^(quickest|middle|slowest) +#(\d+) .* (\d+\.\d) +100\.0 ", text, re.MULTILINE
    )
    assert rows == [
        (label, str(n), f"{n}.0")
        for label, numbers in (
            ("quickest", (1, 2, 3)), ("middle", (15, 16, 17)), ("slowest", (28, 29, 30)),
        )
        for n in numbers
    ]  # fmt: skip
    assert "9 of 30 connections" in text
    assert "at most 30 connections open and answered" in " ".join(text.split())


def test_a_connection_on_which_the_counts_differ_comes_first() -> None:
    """Where clients and trace disagree the heading says so, and the table begins with it."""
    text = timeline(_story(wrong=7), Surface(100))
    assert "Clients and trace disagree on 1 connection, first #7" in text
    assert re.search(r"^wrong +#7 .*\n^quickest +#1 ", text, re.MULTILINE)
    assert "the same bytes on 29 of 30 connections" in text


def test_what_concerns_only_others_is_left_out() -> None:
    """The beginning has no accept that waits for a connection that is not shown, and says so."""
    text = timeline(_story(), Surface(100))
    _, _, beginning = text.partition("Timeline of the first 2 of 30 connections, the first ")
    assert beginning
    accepts = [line for line in beginning.splitlines() if "accept(3)" in line]
    assert [("░░░" in line, "= " in line) for line in accepts] == [(True, False), (False, True)] * 2


def test_whole_leaves_nothing_out() -> None:
    """The whole has a row and a column for each connection, and both rows of every accept."""
    text = timeline(_story(), Surface(100), whole=True)
    assert "Timeline of the first" not in text
    assert text.count("accept(3)") == 2 * CLIENTS
    assert all(text.count(f"#{n} ") == 2 for n in range(1, CLIENTS + 1))


def test_narrow_page() -> None:
    """Where the page is narrow columns of the table give way, and no line is longer."""
    text = timeline(_story(), Surface(60))
    assert max(map(len, text.splitlines())) <= 60
    assert re.search(r"^quickest +#1 .* 5 +5$", text, re.MULTILINE)
