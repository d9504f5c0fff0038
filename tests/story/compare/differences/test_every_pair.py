"""What is told of each pair of the ten teaching servers: no difference more, and none less.

Written by hand from servers/*.c and the manual pages, before the program was asked. The clients
are those of `interleaved`: both connect, both send, then each is answered and closes. What the
servers do there:

- fork makes a process for each connection, thread a thread; prefork has made two processes before,
  which accept themselves, and pool two threads, to which its main thread hands the connections.
  The others serve what they accept themselves; udp accepts nothing.
- iterative serves one client after the other, so the second waits for its turn. select, poll,
  epoll and kqueue ask which descriptors are ready, and wait in no recv.
- fork and prefork receive into 100 bytes, udp into 65,535, the others into 1024.
- fork, prefork, pool and udp call send once for what they received; the others loop until all is
  sent. A datagram is sent whole or not at all (udp(7)), so that for udp this is no difference.
- iterative, select, poll, epoll and kqueue send with MSG_NOSIGNAL; the others do not. A UDP socket
  has no connection to break, so that for udp this is no difference.
- fork and prefork shut down before they close. What serves fork and thread ends after its
  connection; a worker of prefork and pool, and all other servers, go on.
- prefork's first process waits for its children.
"""

import re
from collections.abc import Mapping
from itertools import combinations

import pytest

from echotrace.story.compare.compare import compare
from echotrace.story.nouns import Story

#: Two servers, and the kinds of the differences that must be told of them. `task+exit`: in one
#: sentence, since a task that is made for a connection ends with it, and the others do not end;
#: `waits-for+interest`: since epoll's list is what its wait is for.
_EXPECTED = """
fork       thread     task table parents-close shutdown exit send-loop buffer
fork       iterative  task+exit parents-close shutdown send-loop buffer flags turn
fork       select     task+exit waits-for parents-close shutdown send-loop buffer flags
fork       poll       task+exit waits-for parents-close shutdown send-loop buffer flags
fork       epoll      task+exit waits-for+interest parents-close shutdown send-loop buffer flags
fork       kqueue     task+exit waits-for+interest parents-close shutdown send-loop buffer flags
fork       udp        no-connections end-of-input socket task+exit parents-close buffer
fork       prefork    made-before+exit parents-close left-waiting
fork       pool       task table made-before+exit hand-off parents-close shutdown buffer
thread     iterative  task+exit flags turn
thread     select     task+exit waits-for flags
thread     poll       task+exit waits-for flags
thread     epoll      task+exit waits-for+interest flags
thread     kqueue     task+exit waits-for+interest flags
thread     udp        no-connections end-of-input socket task buffer
thread     prefork    task table made-before+exit shutdown send-loop buffer left-waiting
thread     pool       made-before+exit hand-off send-loop
iterative  select     waits-for turn
iterative  poll       waits-for turn
iterative  epoll      waits-for+interest turn
iterative  kqueue     waits-for+interest turn
iterative  udp        no-connections end-of-input socket buffer
iterative  prefork    made-before shutdown send-loop buffer flags turn left-waiting
iterative  pool       made-before hand-off send-loop flags turn
select     poll       interest
select     epoll      interest
select     kqueue     interest
select     udp        no-connections end-of-input socket waits-for buffer
select     prefork    made-before waits-for shutdown send-loop buffer flags left-waiting
select     pool       made-before hand-off waits-for send-loop flags
poll       epoll      interest
poll       kqueue     interest
poll       udp        no-connections end-of-input socket waits-for buffer
poll       prefork    made-before waits-for shutdown send-loop buffer flags left-waiting
poll       pool       made-before hand-off waits-for send-loop flags
epoll      kqueue     functions
epoll      udp        no-connections end-of-input socket waits-for+interest buffer
epoll      prefork    made-before waits-for+interest shutdown send-loop buffer flags left-waiting
epoll      pool       made-before hand-off waits-for+interest send-loop flags
kqueue     udp        no-connections end-of-input socket waits-for+interest buffer
kqueue     prefork    made-before waits-for+interest shutdown send-loop buffer flags left-waiting
kqueue     pool       made-before hand-off waits-for+interest send-loop flags
udp        prefork    no-connections end-of-input socket made-before buffer left-waiting
udp        pool       no-connections end-of-input socket made-before hand-off buffer
prefork    pool       task table hand-off shutdown buffer left-waiting
"""

_SERVERS = (
    "fork", "thread", "iterative", "select", "poll", "epoll", "kqueue", "udp", "prefork", "pool",
)  # fmt: skip
#: What a sentence says that tells of this too.
_SAYS = {"exit": "ends with #1", "interest": "a list that the kernel keeps"}
_LINES = [(one, other, kinds) for one, other, *kinds in map(str.split, _EXPECTED.split("\n")[1:-1])]


def test_every_pair_is_expected() -> None:
    """The table has a line for each of the 45 pairs."""
    assert [(one, other) for one, other, _ in _LINES] == list(combinations(_SERVERS, 2))


@pytest.mark.parametrize(("one", "other", "kinds"), _LINES, ids=str)
def test_exactly_the_expected_is_told(
    stored: Mapping[str, Story], one: str, other: str, kinds: list[str]
) -> None:
    """Of each pair just the differences are told that its line names."""
    told = compare([stored[one], stored[other]]).differences[0]
    assert sorted(each.kind for each in told) == sorted(word.split("+")[0] for word in kinds)
    for kind, _, too in (word.partition("+") for word in kinds):
        (sentence,) = (each.sentence for each in told if each.kind == kind)
        assert _SAYS.get(too, "") in sentence


@pytest.mark.parametrize(("one", "other"), [line[:2] for line in _LINES], ids=str)
def test_the_same_is_told_the_other_way_round(
    stored: Mapping[str, Story], one: str, other: str
) -> None:
    """Which server comes first makes no difference to what is told, and to what shows it."""
    there = compare([stored[one], stored[other]]).differences[0]
    back = compare([stored[other], stored[one]]).differences[0]
    assert [(each.kind, each.events) for each in there] == [
        (each.kind, each.events[::-1]) for each in back
    ]


@pytest.mark.parametrize(("one", "other"), [line[:2] for line in _LINES], ids=str)
def test_both_sides_show_each_difference(stored: Mapping[str, Story], one: str, other: str) -> None:
    """Every difference has event numbers of both sides, and names no other in its sentence."""
    for each in compare([stored[one], stored[other]]).differences[0]:
        assert all(each.events), each
        for side, name in enumerate((one, other)):
            named = re.findall(rf"events? ([\d, …and]+?) of {name}\b", each.sentence)
            numbers = {int(number) for found in named for number in re.findall(r"\d+", found)}
            assert numbers <= set(each.events[side]), each
