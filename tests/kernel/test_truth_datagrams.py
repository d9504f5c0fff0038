"""The model against the kernel in what UDP sockets can do: a server led by its datagrams.

The commands are those of tests/programs/datagrams.c: a letter and a descriptor; 3 receives them.
"""

from collections.abc import Mapping

import pytest
from recordings import own_folders, plan, steps
from witnesses import NEEDS_SS, Rest, agree, rests

from echotrace.kernel.history import History
from echotrace.story.replay import replay
from echotrace.trace import ClientStep, End, Syscall, Trace
from tracebuilder import HEADER

PLAYS: Mapping[str, str] = {
    "answers": "2 connect;2 send a3;1 send a3;2 shutdown;2 close",
    "nobody comes": "2 connect;2 close;3 connect;3 reset",
    "a queue of its own": "1 send C0;1 send hey;1 send;2 connect;2 send r4;2 send r4;2 send n4r4",
    "a cut datagram": "1 send C0n4;1 send hello;1 send yo;2 connect;2 send r4;2 send r4;2 send r4",
    "empty datagrams": '1 send C0n4;1 send "";1 send "";2 connect;2 send v4;2 send r4;2 send r4',
    "peek takes nothing": "1 send C0;1 send hello;2 connect;2 send p4;2 send t4;2 send n4t4",
    "closed with datagrams in the queue": "1 send C0;1 send hey;2 connect;2 send c4;1 send a3",
    "a copy keeps it": "1 send C0d4;1 send hey;2 connect;2 send c4;1 send yo;2 send r5;2 send c5",
    "a child keeps it": "1 send C0F4;1 send a;2 connect;2 send c4;1 send a;2 send K0;1 send a3",
    "closed under recv": "1 send C0R4;2 connect;2 send c4;1 send a",
    "two connected sockets": (
        "1 send C0;2 connect;2 send C0;1 send one;2 send two;3 connect;3 send r4r5;3 send s4s5"
    ),
    "the peer taken away": "1 send C0;2 connect;2 send u4c4;1 send a3",
    "unbound until it sends": "1 send U0;1 send a4;1 send c4",
    "neither listen nor accept": "1 send L3A3;1 send a3",
    "shutdown sends nothing": "1 send C0w4s4;2 connect;2 send i4;1 send hey;2 send n4r4",
    "shutdown without a peer": "1 send w3;1 send a3",
}

pytestmark = NEEDS_SS


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def led(play: str) -> tuple[list[Rest], History]:
    """The server's moments of rest, led by its clients through a play."""
    text = f"1 connect;{play}".replace("send;", 'send "";')
    return rests(plan("datagrams", steps=steps(text)))


@pytest.mark.parametrize("play", PLAYS)
def test_model_agrees_with_the_kernel(play: str) -> None:
    """Whenever the server rests, its tables, tree and sockets are those of /proc and ss."""
    found, history = led(PLAYS[play])
    agree(found, history)


@pytest.mark.parametrize("play", PLAYS)
def test_datagrams_are_those_that_were_sent(play: str) -> None:
    """Each call that receives took the datagram whose bytes it got, and that client's."""
    found, history = led(PLAYS[play])
    records = found[-1].records
    sent = {r.seq: r for r in records if isinstance(r, ClientStep) and r.action == "send"}
    calls = [r for r in records if isinstance(r, Syscall) and r.name in ("recvfrom", "read")]
    taken = [
        (call, datagram)
        for call in calls
        for datagram in history.ledger.touches[call.seq].datagrams
        if call.errno is None
    ]
    assert [call.seq for call, _ in taken] == [
        call.seq
        for call in calls
        if call.errno is None and history.ledger.touches[call.seq].before is not None
    ]
    for call, datagram in taken:
        step = sent[datagram.sent or 0]
        assert (datagram.peer, datagram.size) == (step.local, step.size or 0)
        assert (step.text or "").startswith(call.data or "")


def test_connected_sockets_belong_to_their_peers() -> None:
    """What a server does on a socket of its own for a peer is that peer's; the others' is not."""
    found, _ = led(
        "1 send C0;2 connect;2 send C0;1 send one;2 send two;2 send s5;3 connect;3 send s4"
    )
    records = found[-1].records
    last = max(record.seq for record in records if isinstance(record, Syscall | ClientStep))
    story = replay(Trace(HEADER, (*records, End(last, found[-1].time))))
    assert [(c.client, c.datagram) for c in story.connections] == [(1, True), (2, True), (3, True)]
    sends = [e for e in story.events if getattr(e.record, "name", "") == "sendto"]
    assert [event.place.connection for event in sends] == [1]
    assert [story.places[c.description].connection for c in story.connections[:2]
            if c.description is not None] == [1, 2]  # fmt: skip
