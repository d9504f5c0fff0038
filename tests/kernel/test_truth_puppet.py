"""The model against the kernel in what no teaching server does: a server led by its first client.

The commands are those of tests/programs/puppet.c: a letter and a descriptor.
"""

from collections.abc import Mapping

import pytest
from recordings import own_folders, plan, steps
from witnesses import NEEDS_SS, Rest, agree, rests

from echotrace.kernel.history import History
from echotrace.kernel.sockets import SocketState
from echotrace.trace import Syscall

#: What happens, and the steps that make it happen; 3 listens, 5 is the connection of client 2.
PLAYS: Mapping[str, str] = {
    "bytes and FIN before accept": "2 connect;2 send hey;2 close;1 send a3r5r5c5",
    "FIN read with the last bytes": "2 connect;2 send hey;2 close;1 send a3;1 send r5",
    "reset before accept": "2 connect;2 send hey;2 reset;1 send a3;1 send r5;1 send r5c5",
    "reset in the queue, another behind": (
        "2 connect;2 reset;3 connect;3 send yo;1 send a3;1 send a3;1 send r6;3 close;1 send c5c6"
    ),
    "the queue is served in order": (
        "2 connect;3 connect;4 connect;1 send a3;3 close;1 send a3;4 shutdown;1 send a3"
    ),
    "reset with unread bytes": "2 connect;2 send hey;1 send a3;2 reset;1 send r5;1 send r5",
    "reset after the end of the data": (
        "2 connect;2 send abc;2 shutdown;1 send a3;2 reset;1 send r5"
    ),
    "peek takes nothing": "2 connect;1 send a3;2 send hello;1 send p5;1 send r5;1 send r5",
    "half-closed by the client": "2 connect;1 send a3;2 shutdown;1 send r5;1 send s5;1 send w5c5",
    "half-closed by the server": "2 connect;1 send a3w5;2 send abcd;1 send r5;2 shutdown;1 send r5",
    "own end, then unread bytes": "2 connect;1 send a3w5;2 send abcd;1 send c5",
    "answer to a client that is gone": (
        "2 connect;1 send a3;2 close;1 send s5;1 send s5w5r5;1 send c5"
    ),
    "both ended, then a reset": (
        "2 connect;1 send a3;2 shutdown;1 send w5;2 reset;1 send r5;1 send c5"
    ),
    "SHUT_RD sends nothing": (
        "2 connect;1 send a3i5r5;2 send x;1 send r5;1 send r5w5;2 close;1 send c5"
    ),
    "bytes after SHUT_RDWR": "2 connect;1 send a3b5r5;2 send x;1 send r5;1 send c5",
    "FIN after SHUT_RDWR": "2 connect;1 send a3b5;2 close;1 send r5;1 send c5",
    "shutdown of a listening socket": "2 connect;1 send w3;3 connect;1 send a3;1 send i3;1 send L3",
    "last close of the listening socket": "2 connect;2 send x;3 connect;1 send c3",
    "a child keeps the listening socket": (
        "1 send F0;2 connect;1 send c3;3 connect;1 send K0;1 send W0"
    ),
    "a child keeps a connection": "2 connect;1 send a3F0;2 send x;1 send c5;2 close;1 send K0",
    "shutdown through one of two": "2 connect;1 send a3d5;1 send w6c5;2 close;1 send r6;1 send c6",
    "flags of two descriptors": "2 connect;1 send a3;1 send m5;1 send d5;1 send e6;1 send n6",
    "closed under recv, then bytes": "2 connect;1 send a3m5;1 send R5;1 send c5;2 send a;2 close",
    "closed under recv, then FIN": "2 connect;1 send a3m5;1 send R5;1 send c5;2 shutdown",
    "closed under recv, then reset": "2 connect;1 send a3m5;1 send R5;1 send c5;2 reset",
    "closed under accept": "1 send A3;1 send c3;2 connect;2 send x",
    "closed under accept, a child": "1 send A3F0;1 send c3;1 send K0;1 send W0;2 connect",
    "zombies until they are waited for": "1 send F0F0;1 send K0;1 send K1;1 send W1;1 send I0",
    "an orphan": "1 send O0;1 send W0",
    "SIGCHLD ignored": "1 send S1F0;1 send K0;1 send S0F0;1 send K1",
    "SA_NOCLDWAIT": "1 send S2F0;1 send K0;1 send S0F0;1 send K1",
    "SIGCHLD ignored too late": "1 send F0;1 send K0;1 send S1",
    "epoll: added, changed, removed": "2 connect;1 send a3P0Q3Q5;1 send M5;1 send D3Q5D3",
    "epoll: the last close removes": "2 connect;1 send a3P0Q5;1 send d5c5;1 send D5;1 send c7",
    "epoll: a child keeps": "2 connect;1 send a3P0Q5Q3;1 send F0c5;1 send K0;1 send W0",
    "epoll: the same number again": (
        "2 connect;3 connect;1 send a3P0Q5;1 send d5c5a3Q5;1 send M5;1 send c7"
    ),
    "exec closes what is marked": "2 connect;1 send a3d5e6;1 send E0;1 send c5;2 send x",
    "exec keeps SIG_IGN": "1 send S1;1 send E0;1 send F0;1 send K0",
    "exec forgets SA_NOCLDWAIT": "1 send S2;1 send E0;1 send F0;1 send K0",
    "exec of a thread": "2 connect;1 send a3m5;1 send R5;1 send T0;1 send F0;1 send c5;2 close",
    "vfork and exec": "2 connect;1 send a3d5e6;1 send V0;1 send c5c6;2 send x;1 send K0;1 send W0",
    "passed: in flight, then received": (
        "2 connect;1 send a3u0x5;1 send c5;2 send hey;1 send y1;1 send r5;1 send c5"
    ),
    "passed as a datagram": "2 connect;1 send a3u1x5c5;1 send Y1;2 send x;1 send r5;1 send c5",
    "passed to a child": (
        "2 connect;1 send u0G1;1 send a3;1 send x5;1 send c5;2 send x;1 send K0;1 send W0"
    ),
    "passed twice, one does not fit": "2 connect;1 send a3u0t5c5;1 send y1;1 send c5",
    "passed twice in one message": "2 connect;1 send a3u0t5c5;1 send y2;1 send c5;1 send c8",
    "no room for what was passed": "2 connect;1 send a3u0x5c5;1 send y0",
    "received as bytes alone": "2 connect;1 send a3u0x5x5c5;1 send z0;1 send z0",
    "datagrams received as bytes alone": "2 connect;1 send a3u1x5x5c5;1 send z0;1 send y1",
    "looked at before it is received": (
        "2 connect;1 send a3u0x5c5;1 send k1;1 send k1;1 send Y1;1 send c5c8c9"
    ),
    "in flight when the queue is closed": "2 connect;1 send a3u0x5c5;2 send x;1 send c7",
    "passed with the queue itself": "1 send u0x5;1 send c5;1 send y1",
    "two queued, taken in their order": (
        "2 connect;3 connect;1 send a3a3u0x5x6c5c6;1 send y1;1 send y1"
    ),
    "pidfd_getfd": "2 connect;1 send a3F0;1 send c5;1 send g5;1 send K0;1 send W0;1 send c6",
    "the leader ends first": "2 connect;1 send a3m5;1 send R5;1 send X0;2 send x;2 close",
}

pytestmark = NEEDS_SS


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def led(play: str) -> tuple[list[Rest], History]:
    """The puppet's moments of rest, led by client 1 through a play."""
    return rests(plan("puppet", steps=steps(f"1 connect;{play}")))


@pytest.mark.parametrize("play", PLAYS)
def test_model_agrees_with_the_kernel(play: str) -> None:
    """Whenever the puppet rests, its tables, tree and sockets are those of /proc and ss."""
    found, history = led(PLAYS[play])
    agree(found, history)
    for record in found[-1].records:
        if isinstance(record, Syscall) and record.name == "recvfrom" and record.result:
            assert record.result <= unread(history, record), "more than had arrived"


def unread(history: History, call: Syscall) -> int:
    """How many bytes the model has for a recv just before it returns."""
    used, end = history.ledger.touches[call.seq].used, call.end
    assert used is not None
    assert end is not None
    socket = history.before(end).by_description[used.id].socket
    return (socket and socket.unread) or 0


@pytest.mark.parametrize(
    ("play", "after", "shown"),
    [
        ("2 connect;1 send a3;1 send c5", SocketState.ENDED, "CLOSE-WAIT"),
        ("2 connect;1 send a3w5;1 send c5", SocketState.ENDED, "CLOSE-WAIT"),
        ("2 connect;1 send a3l5;1 send c5", SocketState.RESET, None),
        ("2 connect;1 send a3;2 send hey;1 send c5", SocketState.RESET, None),
        ("2 connect;1 send a3;2 send hey;1 send p5c5", SocketState.RESET, None),
        ("2 connect;1 send a3;2 send hey;1 send r5c5", SocketState.ENDED, "CLOSE-WAIT"),
        ("2 connect;1 send a3d5;1 send c5", SocketState.CONNECTED, "ESTAB"),
        ("2 connect;1 send a3m5R5;1 send c5", SocketState.CONNECTED, "ESTAB"),
        ("2 connect;2 send hey;2 shutdown;1 send a3;1 send c5", SocketState.RESET, None),
    ],
)
def test_close_does_to_the_client_what_the_model_says(
    play: str, after: SocketState, shown: str | None
) -> None:
    """A FIN leaves the client's socket in CLOSE-WAIT, a reset ends it, a kept socket neither."""
    found, history = led(play)
    agree(found, history)
    closes = [r for r in found[-1].records if isinstance(r, Syscall) and r.name == "close"]
    (freed,) = history.ledger.touches[closes[-1].seq].freed
    assert freed.after is not None
    assert freed.after.state is after
    states = {row.local: row.state for row in found[-1].clients}
    assert states.get(freed.description.peer or "") == shown
