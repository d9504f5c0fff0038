"""A divergence as text: both sides around the place, at any width, with colour and without."""

import pytest

from echotrace.servers import traces_dir
from echotrace.story.expect.sections import Expectations
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load
from echotrace.views.divergence import divergence
from echotrace.views.paint import Surface
from tracebuilder import TraceBuilder

FORK = "accept\nfork\nclose conn in parent\nrecv/send*\nrecv = 0\nshutdown\nclose\nexit\n"


def _stored(name: str) -> Story:
    return replay(load(traces_dir() / f"{name}.jsonl"))


def _shown(story: Story, text: str, surface: Surface) -> str:
    found = Expectations.read(text, "x.expect").check(story)
    return divergence(found, "x.expect", "mine", surface)


def _leaking(clients: int = 1, echoes: int = 1) -> Story:
    b = TraceBuilder()
    b.server()
    for n in range(clients):
        b.accept(10, 4 + n)
        b.fork(10, 11 + n)
        for _ in range(echoes):
            b.call(11 + n, "recvfrom", 4 + n, result=5, data="hello")
            b.call(11 + n, "sendto", 4 + n, result=5, data="hello")
        b.call(11 + n, "recvfrom", 4 + n, result=0)
    return replay(b.trace())


def test_divergence() -> None:
    """Matched rows, the one where they part, some after; then each connection in a sentence."""
    assert _shown(_stored("thread-interleaved"), FORK, Surface(100)) == (
        "     x.expect                   mine #1\n"
        "   1 accept            =     19 P0 accept(3) = 4\n"
        "   2 fork              ≠     26 P0 pthread_create() → clone3 = T1\n"
        "                                thread.c:54  errno = pthread_create(&thread, NULL, serve, "
        "(void *)(…\n"
        "   3 close in parent   ≠\n"
        '   4 recv              =     32 T1 recv(4) → recvfrom = 5 "hey 1"\n'
        '   4 send              =     46 T1 send(4) → sendto = 5 "hey 1"\n'
        "   5 recv = 0          =     47 T1 recv(4) → recvfrom = 0\n"
        "\n"
        "#1 parts from the expectation after 1 step: expected fork, but P0 calls pthread_create "
        "(event 26).\n"
        "#2 parts from the expectation after 1 step: expected fork, but P0 calls pthread_create "
        "(event 38).\n"
        "mine: 0 of 2 connections match x.expect.\n"
    )  # fmt: skip


def test_long_courses_are_cut() -> None:
    """Of many matched steps the last few are shown, and how many there are before."""
    text = _shown(_leaking(echoes=40), "accept fork (recv send)* recv=0 close", Surface(100))
    rows = text.partition("\n\n")[0].splitlines()
    assert len(rows) == 9
    assert rows[1].split() == ["…", "77", "steps", "before", "…", "77", "steps", "before"]
    assert rows[-1].split() == ["1", "close", "≠"]


def test_nothing_came() -> None:
    """Where the course is over before the pattern, the right side stays empty."""
    text = _shown(_leaking(), "accept fork (recv send)* recv=0 close", Surface(80))
    assert "   1 close             ≠\n" in text
    assert (
        "expected close, but the recording ends with the connection still open; "
        "P0 and P1 still have fd 4 open."
    ) in " ".join(text.split())


def test_below_a_missing_step_the_sides_are_beside_one_another() -> None:
    """A step that lacks leaves its right side empty, and what comes then is as expected."""
    rows = _shown(_leaking(), FORK, Surface(100)).splitlines()[1:8]
    assert [row.split()[:5] for row in rows] == [
        ["1", "accept", "=", "4", "P0"],
        ["2", "fork", "=", "5", "P0"],
        ["3", "close", "in", "parent", "≠"],
        ["4", "recv", "=", "6", "P1"],
        ["4", "send", "=", "7", "P1"],
        ["5", "recv", "=", "0", "="],
        ["6", "shutdown", "≠"],
    ]


def test_below_a_step_too_many_the_sides_are_beside_one_another() -> None:
    """A step that is not expected leaves its left side empty, and what comes then is."""
    text = _shown(_leaking(), "accept fork send* recv=0", Surface(100))
    rows = text.splitlines()[1:6]
    assert [row.split()[:3] for row in rows] == [
        ["1", "accept", "="],
        ["1", "fork", "="],
        ["≠", "6", "P1"],
        ["1", "send", "="],
        ["1", "recv", "="],
    ]
    assert "but recv of P1 returns 5 (event 6): a step too many." in " ".join(text.split())


def test_one_way_is_shown_below_the_place() -> None:
    """Of alternatives that could follow there is one way, the shortest, and not an error's."""
    text = _shown(_leaking(), "accept\nfork\nrecv send recv = 0\n"
                  "shutdown fails close | shutdown close exit", Surface(100))  # fmt: skip
    rows = [row.split("≠")[0].strip() for row in text.partition("\n\n")[0].splitlines()]
    assert rows[-4:] == ["4 shutdown or", "shutdown fails", "4 close", "4 exit"]


def test_set_up_and_connections_are_counted_apart() -> None:
    """What matches is named: the parts of the server's life, and how many connections."""
    told = _shown(_leaking(), f"set-up:\nsocket bind listen\nconnection:\n{FORK}", Surface(100))
    assert told.endswith("mine: set-up and 0 of 1 connections match x.expect.\n")
    told = _shown(_leaking(), f"set-up:\nsocket\nconnection:\n{FORK}", Surface(100))
    assert told.endswith("mine: 0 of 1 connections match x.expect.\n")
    told = _shown(_leaking(), "connection #5:\naccept*", Surface(100))
    assert told == "there is no connection #5 in mine.\n"


def test_many_divergences_are_told_up_to_some() -> None:
    """Of many connections the first is shown, some are told, the others counted."""
    text = _shown(_leaking(clients=12), FORK, Surface(100))
    assert text.count("parts from the expectation") == 8
    assert text.count("   3 close in parent   ≠") == 1
    assert "… and 4 more do.\nmine: 0 of 12 connections match x.expect.\n" in text


def test_all_match() -> None:
    """If all match there is one line."""
    story = _stored("fork-interleaved")
    assert _shown(story, FORK, Surface(80)) == "mine: #1, #2 match x.expect.\n"


def test_no_connection() -> None:
    """A trace without connections is not one that matches."""
    b = TraceBuilder()
    b.server()
    text = _shown(replay(b.trace()), FORK, Surface(80))
    assert text == "mine has no connection that x.expect speaks of.\n"


@pytest.mark.parametrize("width", [60, 80, 100, 200])
@pytest.mark.parametrize("server", ["thread", "select", "fork"])
def test_fits_and_is_ascii_where_it_must(width: int, server: str) -> None:
    """No line is wider than the surface; a pipe gets ASCII."""
    surface = Surface(width, unicode=False)
    text = _shown(_stored(f"{server}-large"), FORK.replace("shutdown", "recv=0"), surface)
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= width


def test_colour_says_nothing_that_words_do_not() -> None:
    """Colour marks the row where they part, and takes no word away."""
    plain = _shown(_leaking(), FORK, Surface(80))
    painted = _shown(_leaking(), FORK, Surface(80, colour=True))
    assert "\x1b[31;1m" in painted
    assert len(painted) > len(plain)


def test_names_from_outside_are_escaped() -> None:
    """The names of files cannot steer the terminal."""
    found = Expectations.read(FORK, "x").check(_leaking())
    text = divergence(found, "x\x1b[2J", "y\x1b[2J", Surface(80))
    assert "\x1b" not in text
