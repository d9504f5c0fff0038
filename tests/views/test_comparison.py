"""Comparisons as text: every row with its numbers, folded where nothing has to be read."""

import re
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echotrace.story.compare.compare import compare
from echotrace.story.compare.nouns import Comparison
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.views.comparison import comparison
from echotrace.views.paint import Surface
from moved import moved
from tracebuilder import TraceBuilder
from update_gold import story as stored

SIX = ("fork", "thread", "poll", "pool", "epoll", "iterative")
_WIDTHS = st.integers(60, 200)


def compared(*names: str, script: str = "interleaved") -> Comparison:
    """Stored traces, compared."""
    return compare([stored(name, script) for name in names])


def story_of(clients: int, calls: Sequence[str]) -> Story:
    """A server that serves clients one after the other, each with the same calls."""
    b = TraceBuilder()
    b.server()
    for client in range(1, clients + 1):
        b.client(client, "connect", local=f"127.0.0.1:{50000 + client}")
        b.accept(10, 4, port=50000 + client)
        for name in calls:
            b.call(10, name, 4, result=2, data=f"{client % 10}x")
        b.call(10, "close", 4)
    return replay(b.trace())


def without_repetitions(one: list[str], other: list[str], count: int) -> list[str]:
    """One or the other, by the Thue-Morse sequence: nothing is there three times on end."""
    return [name for n in range(count) for name in (one, other)[n.bit_count() % 2]]


def numbers_in(text: str) -> set[int]:
    """All whole numbers in a text."""
    return {int(number) for number in re.findall(r"\d+", text)}


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_every_event_number_is_there(width: int) -> None:
    """With all rows shown, each side's event numbers stand in the text, in any layout."""
    of_six = compared(*SIX)
    text = comparison(of_six, Surface(width), whole=True)
    for alignment in of_six.alignments:
        for side in range(len(SIX)):
            assert {event.seq for event in alignment.events(side)} <= numbers_in(text)


def test_number_stands_before_its_call() -> None:
    """Side by side, each cell's event number is followed by who acts; a gap has no number."""
    both = compared("fork", "thread")
    lines = iter(comparison(both, Surface(100), whole=True).splitlines())
    for row in (row for alignment in both.alignments for row in alignment.rows):
        cells = [f" {step.event.seq} {step.event.actor} " if step else "" for step in row.steps]
        line = next(line for line in lines if all(cell in line for cell in cells))
        assert len(re.findall(r"[0-9]+ [PT][0-9]+ ", line)) == len(list(filter(None, cells)))


def test_unified_gives_each_side_its_line() -> None:
    """In one column each thing is a line: the sides that do it have their events' numbers there."""
    lines = comparison(compared("fork", "thread"), Surface(60)).splitlines()
    assert "#1 C1        A  B" in lines
    assert "accept    = 19 19 P0 accept(3) = 4 ░ until C1 connect" in lines
    assert "exit      ≠ 60    P1 exit(0) → exit_group" in lines
    assert "          ≠    58 T1 pthread_exit() → exit" in lines
    assert "          < 58    P1 shutdown(4, SHUT_WR)" in lines


def test_unified_claims_no_wait_that_a_side_had_not() -> None:
    """Sides that do the same share a line if all that stands in it is so of each of them."""
    lines = comparison(compared("fork", "thread", "poll"), Surface(100)).splitlines()
    assert "          = 19 19    P0 accept(3) = 4 ░ until C1 connect" in lines
    assert "          =       21 P0 accept(3) = 4" in lines
    assert "          = 59       P1 close(4)" in lines
    assert "          =    57    T1 close(4)" in lines


def test_unified_shares_lines_that_differ_by_ports() -> None:
    """A port that is not that of all sides of a line is left out of it."""
    lines = comparison(compared("fork", "thread", "poll"), Surface(100), whole=True).splitlines()
    assert "          = 14 14 14 P0 getsockname(3) = 127.0.0.1:…" in lines


@pytest.mark.parametrize("width", [60, 80])
def test_ascii_signs_have_one_meaning(width: int) -> None:
    """Without Unicode a wait is three dots, cut text two, and `-`, `:` and `~` are no signs."""
    text = comparison(compared("fork", "thread"), Surface(width, unicode=False))
    assert re.search(r"P0 accept\(3\) = 4 .*\.\.\.until C1 connect", text, re.DOTALL)
    assert "P0 close(4); P1 keeps it" in text
    assert "..]" in text
    assert "... waited, until what is named next" in text
    assert not re.search(r"~| [-:] ", text)


@settings(max_examples=20)
@given(_WIDTHS, st.integers(2, 6), st.booleans(), st.booleans())
def test_no_line_is_wider_than_the_surface(
    width: int, sides: int, ascii_: bool, whole: bool
) -> None:
    """Whatever the width and the number of sides, every line keeps to it, in ASCII too."""
    text = comparison(compared(*SIX[:sides]), Surface(width, unicode=not ascii_), whole=whole)
    assert max(map(len, text.splitlines())) <= width
    assert not ascii_ or text.isascii()


@pytest.mark.parametrize(
    ("width", "sides", "unified"),
    [(60, 2, True), (74, 2, True), (80, 2, False), (100, 3, True), (120, 3, False), (200, 6, True)],
)
def test_too_narrow_is_unified(width: int, sides: int, unified: bool) -> None:
    """Where the sides have no room beside each other there is one column, with a side's letter."""
    text = comparison(compared(*SIX[:sides]), Surface(width))
    assert ("A fork  B thread" in text) is unified


def test_two_clients_fit_on_a_screen() -> None:
    """fork against thread, with what each costs, is no more than 45 lines of 100 columns."""
    text = comparison(compared("fork", "thread"), Surface(100))
    assert len(text.splitlines()) <= 45


def test_what_is_compared_is_said_first() -> None:
    """The first line names the sides, their language, the script and the kernel they share."""
    first = comparison(compared("fork", "thread"), Surface(100)).splitlines()[0]
    assert first.startswith("fork against thread · C · 2 clients, interleaved · Linux ")


def test_unlike_kernels_are_not_claimed_to_be_one() -> None:
    """What the sides do not share is not in the heading."""
    one, other = stored("fork"), stored("thread")
    header = msgspec.structs.replace(other.trace.header, kernel="Linux 99.9")
    other = replace(other, trace=msgspec.structs.replace(other.trace, header=header))
    first = comparison(compare([one, other]), Surface(200)).splitlines()[0]
    assert "Linux" not in first


def test_waiting_says_what_ended_it() -> None:
    """The cell of a call that waited names the client's step, or the end, that woke it."""
    text = comparison(compared("fork", "thread"), Surface(100))
    assert 'P1 recv(4) = 5 "hey 1" ░ until C1 send' in text
    assert "P0 accept(3) = 4 ░ until C1 connect" in text
    waits = comparison(compared("thread", "poll"), Surface(120), whole=True)
    assert "P0 accept(3) = ? ░" in waits


def test_connection_that_differs_as_another_is_one_line() -> None:
    """The second client's connection names the first one's, and who stands for whom."""
    text = comparison(compared("fork", "thread"), Surface(100))
    line = next(line for line in text.splitlines() if line.startswith("#2"))
    assert "31-72 as #1: P2 for P1" in line
    assert "31-67 as #1: T2 for T1, fd 5 for 4" in line
    assert " as #1" not in comparison(compared("fork", "thread"), Surface(100), whole=True)


def test_connection_that_differs_in_its_own_way_is_not_folded() -> None:
    """Under `silent` the first client sends nothing: the second one's connection is shown."""
    text = comparison(compared("iterative", "fork", script="silent"), Surface(100))
    assert " as #1" not in text
    assert '"hey 2"' in text


def test_other_payload_on_one_side_is_not_folded() -> None:
    """A connection whose answer is another on one side only does not differ as the first one."""
    b = TraceBuilder()
    b.server()
    for client, answer in ((1, "1x"), (2, "no")):
        b.client(client, "connect", local=f"127.0.0.1:{50000 + client}")
        b.accept(10, 4, port=50000 + client)
        b.call(10, "recvfrom", 4, result=2, data=f"{client}x")
        b.call(10, "sendto", 4, result=2, data=answer)
    other = story_of(2, ["recvfrom", "sendto"])
    text = comparison(compare([replay(b.trace()), other]), Surface(100))
    assert " as #1" not in text
    assert '"no"' in text


def test_folded_connection_that_did_not_wait_says_so() -> None:
    """The second client of an iterative server finds it busy: its bytes wait, and no call does."""
    text = comparison(compared("iterative", "fork"), Surface(100))
    line = next(line for line in text.splitlines() if line.startswith("#2"))
    assert "38-52 as #1, waits aside " in line
    assert line.endswith("31-72 as #1: P2 for P1")


def test_thousand_connections_are_a_few_lines() -> None:
    """Connections that differ as the first one does stand on one line together."""
    one, other = story_of(1000, ["recvfrom", "sendto"]), story_of(1000, ["recvfrom"])
    text = comparison(compare([one, other]), Surface(100))
    assert "#2-#1000" in text
    assert len(text.splitlines()) < 30


def test_long_connection_is_cut_in_the_middle() -> None:
    """Of many calls on end with one mark, the first and the last are shown, and how many more."""
    many = without_repetitions(["recvfrom"], ["getpeername"], 500)
    one, other = story_of(1, many), story_of(1, [*many, "sendto"])
    text = comparison(compare([one, other]), Surface(100))
    assert "… 497 rows more: getpeername, recv" in text
    assert len(text.splitlines()) < 30
    assert len(comparison(compare([one, other]), Surface(100), whole=True).splitlines()) > 500


def test_what_repeats_is_told_once() -> None:
    """Of a few rows that are the same again and again the first are shown, and how often."""
    one, other = (
        story_of(1, ["sendto"]),
        story_of(1, ["sendto", *["getpeername", "recvfrom"] * 300]),
    )
    both = compare([one, other])
    text = comparison(both, Surface(100))
    assert "… the same 2 rows 299 more times" in text
    assert text.count("getpeername(") == 1
    assert len(text.splitlines()) < 30
    assert comparison(both, Surface(100), whole=True).count("getpeername(") == 300


def test_what_only_seems_to_repeat_is_shown() -> None:
    """Calls that return something else are not the same."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local="127.0.0.1:50001")
    b.accept(10, 4)
    for size in (1, 2, 3, 4, 5, 6):
        b.call(10, "recvfrom", 4, result=size, data="x" * size)
    text = comparison(compare([story_of(1, []), replay(b.trace())]), Surface(100))
    assert all(f"recv(4) → recvfrom = {size} " in text for size in (1, 2, 3, 4, 5, 6))


def test_endless_differences_are_cut() -> None:
    """More than can be read is cut, and a sentence says how much is left out."""
    one = story_of(
        1, without_repetitions(["recvfrom", "shutdown"], ["recvfrom", "getpeername"], 400)
    )
    other = story_of(1, ["recvfrom", "sendto"] * 400)
    text = comparison(compare([one, other]), Surface(100))
    assert re.search(r"more lines of #1: --whole shows all", text)
    assert len(text.splitlines()) < 900


def test_same_calls_of_other_functions_are_named() -> None:
    """What is the same to the kernel is not said to be, where the functions have other names."""
    lines = comparison(compared("kqueue", "epoll"), Surface(120)).splitlines()
    line = next(line for line in lines if line.startswith("tear-down"))
    assert line.split()[1:] == ["63", "kevent", "=", "63", "epoll_wait"]


def test_same_says_what_was_compared() -> None:
    """Without a difference the text says what was found to be the same, and what was left aside."""
    text = comparison(compared("fork", "fork"), Surface(100))
    assert "No difference. Compared: 23 events of 2 connections" in text
    assert "What differs" not in text


def test_same_of_datagrams_has_peers() -> None:
    """UDP has no connections, so none are said to be compared."""
    text = " ".join(comparison(compared("udp", "udp"), Surface(100)).split())
    assert "No difference. Compared: 8 events of 2 peers and of the server itself, in" in text


def test_each_further_side_has_its_list() -> None:
    """With three sides the differences are told for each further one, under its name."""
    text = comparison(compared("fork", "thread", "poll"), Surface(120))
    assert "\nfork against thread\n" in text
    assert "\nfork against poll\n" in text


def test_moved_step_says_where() -> None:
    """A gap whose side does the same elsewhere says so, also in ASCII and in one column."""
    line = next(row for row in comparison(moved(), Surface(100)).splitlines() if " ~ " in row)
    assert "P0 close(4)" in line
    assert line.endswith("event 58, below")
    assert "event 58, below" in comparison(moved(), Surface(100, unicode=False))
    assert "(B does so at event 58, below)" in comparison(moved(), Surface(60))


def test_moved_step_of_another_part_says_where() -> None:
    """Each of two gaps points at the other's row, from the set-up down and from a connection up."""
    text = comparison(compared("prefork", "fork"), Surface(100))
    below = next(line for line in text.splitlines() if " 19 P0 fork() " in line)
    above = next(line for line in text.splitlines() if " 25 P0 fork() " in line)
    assert below.endswith("~    event 25, below")
    assert above.startswith("hand-off     event 19, above")


def test_missing_connection_is_told() -> None:
    """A side without the connection says so above its empty column."""
    one, other = story_of(2, ["recvfrom"]), story_of(1, ["recvfrom"])
    text = comparison(compare([one, other]), Surface(120), whole=True)
    assert "no such connection" in text


def test_other_number_is_told() -> None:
    """A side on which the client's connection has another number says which."""
    first = story_of(2, ["recvfrom"])
    b = TraceBuilder()
    b.server()
    for client in (2, 1):
        b.client(client, "connect", local=f"127.0.0.1:{50000 + client}")
        b.accept(10, 4, port=50000 + client)
        b.call(10, "close", 4)
    text = comparison(compare([first, replay(b.trace())]), Surface(120), whole=True)
    assert "#1 C1" in text
    assert "test:c B: #2" in text


def test_nothing_to_compare_is_told() -> None:
    """Traces without any event leave the heading, and the sentence that nothing was accepted."""
    empty = replay(TraceBuilder().trace())
    text = comparison(compare([empty, empty]), Surface(100))
    assert "No connection was accepted on either side." in text
    assert "No difference." in text


def test_colour_only_where_wanted() -> None:
    """Escape sequences are there for a terminal with colour only."""
    found = compared("fork", "thread")
    assert "\x1b" not in comparison(found, Surface(100))
    assert "\x1b[31;1m" in comparison(found, Surface(100, colour=True))
