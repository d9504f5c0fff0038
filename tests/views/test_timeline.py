"""The timeline: what it shows of waits, widths, groups, damage and hostile bytes."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echotrace.story.replay import replay
from echotrace.trace import Endpoint
from echotrace.views.lanes import lay_out
from echotrace.views.paint import Surface
from echotrace.views.timeline import timeline
from tracebuilder import TraceBuilder, connected


def _served(data: str = "hello", clients: int = 1) -> TraceBuilder:
    """A server with a thread a client, each of which is sent and answers `data`."""
    b = TraceBuilder()
    b.server()
    for n in range(1, clients + 1):
        accept = b.begin(10, "accept", 3)
        b.client(n, "connect", local=f"127.0.0.1:{5000 + n}")
        b.end(accept, 3 + n, told=connected(3 + n, 5000 + n))
        b.thread(10, 10 + n)
        b.client(n, "send", text=data)
        b.call(10 + n, "recvfrom", 3 + n, result=len(data), data=data)
        b.call(10 + n, "sendto", 3 + n, result=len(data), data=data)
    return b


def test_wait_is_shown_from_its_begin_to_its_return() -> None:
    """A call that waited has a row where it began and one where it returned."""
    rows = lay_out(replay(_served().trace())).rows
    parts = [
        (row.cell.part, row.column)
        for row in rows
        if getattr(row.event.record, "name", "") == "accept"
    ]
    assert parts == [("begin", "server"), ("return", "#1")]


@pytest.mark.parametrize(("wait", "said"), [(1_066_000_000, True), (99_999_000, False)])
def test_a_long_wait_with_nothing_in_between_says_so(wait: int, *, said: bool) -> None:
    """A call that stands in one row, where it began, tells when it returned much later."""
    b = _served()
    poll = b.begin(11, "poll", [{"fd": 4, "events": "POLLIN", "revents": "POLLIN"}], 1, -1)
    b.now += wait
    b.end(poll, 1)
    text = timeline(replay(b.trace()), Surface(200))
    assert ("T1 poll([4]) = [4] · after 1,066 ms" in text) is said
    assert ("after … ms: " in text) is said


def test_what_poll_finds_is_shown_when_it_has_found_it() -> None:
    """Where poll begins to wait its list has no answers yet; where it returns it has."""
    b = _served()
    poll = b.begin(11, "poll", [{"fd": 4, "events": "POLLIN", "revents": "POLLIN"}], 1, -1)
    b.client(1, "send", text="more")
    b.end(poll, 1)
    text = timeline(replay(b.trace()), Surface(200))
    told = [line.partition("poll")[2] for line in text.splitlines() if "T1 poll(" in line]
    assert told == ["([4]) ░░░", "([4]) = [4]"]


def test_a_call_that_never_returned_waits_to_the_end() -> None:
    """A call without a result is shown as waiting, and nothing is said of its outcome."""
    b = _served()
    b.end(b.begin(11, "recvfrom", 4), None)
    b.client(1, "close")
    text = timeline(replay(b.trace()), Surface(100))
    last = [line for line in text.splitlines() if "recv(4)" in line and "░░░" in line]
    assert len(last) == 1
    assert "=" not in last[0]


def test_a_helper_that_waits_from_before_the_first_socket_marks_no_column() -> None:
    """While the one task that serves acts, the server's column does not say that it waits."""
    b = TraceBuilder()
    b.thread(10, 11)
    b.call(11, "epoll_create1", 0, result=5)
    b.call(11, "epoll_ctl", 5, "EPOLL_CTL_ADD", 6, {"events": "EPOLLIN", "data": 6})
    b.begin(11, "epoll_wait", 5, [], 8, -1)
    b.server()
    b.accept(10, 4)
    b.call(10, "recvfrom", 4, result=2, data="hi")
    story = replay(b.trace())
    assert "T1 epoll_wait(5) ░░░" in timeline(story, Surface(100))
    assert not any("server" in row.waiting for row in lay_out(story).rows)
    assert any("T1" in row.waiting for row in lay_out(story, by="task").rows)


def test_wait_ends_with_its_task() -> None:
    """A task that was killed in a call waits no longer."""
    b = _served()
    b.begin(10, "accept", 3)
    begun = b.begin(11, "recvfrom", 4)
    b.end(begun, None)
    b.exit(11, call=False)
    b.client(1, "close")
    assert lay_out(replay(b.trace())).rows[-1].waiting == {"server"}  # P0 accepts


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("clients", [1, 2, 7])
@pytest.mark.parametrize("by", ["connection", "task"])
def test_timeline_fits_any_width(width: int, clients: int, by: str) -> None:
    """No line is wider than the surface, and every event of every connection is there once."""
    story = replay(_served(clients=clients).trace())
    text = timeline(story, Surface(width), by=by)
    assert max(map(len, text.splitlines())) <= width
    assert text.count('"hello"') == 3 * clients  # sent, received, sent back
    for connection in story.connections:
        assert f"127.0.0.1:{5000 + connection.number}" in text or by == "task"


@pytest.mark.parametrize(("unicode", "mark"), [(True, "…"), (False, "~")])
def test_of_a_long_address_the_end_is_shown_behind_a_mark(mark: str, *, unicode: bool) -> None:
    """The path of a UNIX socket that is too long for its column is cut in front."""
    path = "unix:/run/user/1000/a-long-name/server.sock"
    b = TraceBuilder()
    b.call(10, "socket", "AF_UNIX", "SOCK_STREAM", 0, result=3, told=Endpoint(3, "socket:[1]"))
    b.call(10, "bind", 3, path, 50, told=Endpoint(3, "socket:[1]", path))
    b.call(10, "listen", 3, 100, told=Endpoint(3, "socket:[1]", path))
    b.accept(10, 4)
    titles = timeline(replay(b.trace()), Surface(60, unicode=unicode)).splitlines()[3].split()
    assert titles[0].startswith(mark)
    assert path.endswith(titles[0][1:])
    assert titles[1] == "127.0.0.1:50001"


@given(st.text(st.characters(max_codepoint=255), min_size=1, max_size=40))
def test_no_byte_from_outside_reaches_the_terminal_raw(data: str) -> None:
    """Payloads with control characters and escape sequences come out as plain text."""
    story = replay(_served(data).trace())
    text = timeline(story, Surface(100, unicode=False), explained=True)
    assert all(character == "\n" or " " <= character <= "~" for character in text)


@given(st.text(min_size=1, max_size=40))
def test_no_name_from_outside_reaches_the_terminal_raw(name: str) -> None:
    """Server names, scripts and paths with escape sequences or direction marks are escaped."""
    b = _served()
    b.call(10, "openat", "AT_FDCWD", name, result=9)
    trace = b.trace()
    header = msgspec.structs.replace(trace.header, server=name, script=name, kernel=name)
    text = timeline(
        replay(msgspec.structs.replace(trace, header=header)),
        Surface(100),
        everything=True,
        explained=True,
    )
    assert all(character == "\n" or character.isprintable() for character in text)
    assert not set("\u202e\u2066\u200f") & set(text)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("everything", [True, False])
def test_every_event_shown_is_explained_once(width: int, everything: bool) -> None:
    """The list has the numbers of the rows, once each and in order, and fits any width."""
    story = replay(_served(clients=3).trace())
    text = timeline(story, Surface(width), everything=everything, explained=True)
    explained = text.partition("What happened, event by event\n")[2].splitlines()
    numbers = [int(line.split()[0]) for line in explained if line[:3].strip().isdecimal()]
    shown = {row.event.seq for row in lay_out(story, everything=everything).rows}
    assert numbers == sorted(shown)
    assert max(map(len, explained)) <= min(width, 120)
    assert max(map(len, explained)) > min(width, 120) - 25  # and makes use of it


def test_damage_is_said() -> None:
    """A trace without an end, one that ended early and one that is torn each say so."""
    b = _served()
    whole = b.trace()
    cut = msgspec.structs.replace(whole, records=whole.records[:-1])
    assert "it has no end" in timeline(replay(cut), Surface(80))
    torn = msgspec.structs.replace(cut, torn=17)
    assert "cut off in line 17" in timeline(replay(torn), Surface(80))
    assert "it has no end" not in timeline(replay(whole), Surface(80))


def test_no_connection_is_said() -> None:
    """A trace without connections shows the server and says that none was accepted."""
    b = TraceBuilder()
    b.server()
    text = timeline(replay(b.trace()), Surface(80))
    assert "No connection was accepted in this trace." in text
    assert "listen(3" in text


def test_colour_only_adds_codes() -> None:
    """With colour the text is the same, apart from the codes."""
    story = replay(_served().trace())
    coloured = timeline(story, Surface(100, colour=True))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == timeline(story, Surface(100))


def test_hidden_events_are_counted() -> None:
    """Files and streams are left out with their number, and shown on request."""
    b = _served()
    b.call(10, "openat", "AT_FDCWD", "/etc/hosts", result=9)
    b.call(10, "close", 9)
    story = replay(b.trace())
    assert "2 events of files, streams and signals hidden" in timeline(story, Surface(100))
    everything = timeline(story, Surface(100), everything=True)
    assert "/etc/hosts" in everything
    assert "hidden" not in everything


@pytest.mark.parametrize("width", range(60, 200, 7))
@pytest.mark.parametrize("by", ["connection", "task"])
def test_the_kernels_names_stand_in_all_rows_or_in_none(width: int, by: str) -> None:
    """Also where the columns stand in several blocks, they all name the system calls or none."""
    text = timeline(replay(_served(clients=3).trace()), Surface(width), by=by)
    rows = [line for line in text.splitlines() if re.search(r"recv\(\d", line)]
    assert len({"→ recvfrom" in row for row in rows}) == 1
