"""Descriptors that messages carry (SCM_RIGHTS): in flight, received, lost."""

from typing import Any

import pytest
from kernels import doubted, entry_of

from echotrace.kernel.model import run
from echotrace.kernel.sockets import SocketState
from echotrace.trace import Endpoint
from tracebuilder import TraceBuilder, connected


def carrying(*fds: int, flags: object = 0) -> dict[str, Any]:
    """A message with descriptors."""
    control = [{"level": "SOL_SOCKET", "type": "SCM_RIGHTS", "fds": list(fds)}]
    return {"name": None, "iovlen": 1, "controllen": 24, "flags": flags, "control": control}


def accepted(kind: str = "SOCK_STREAM") -> TraceBuilder:
    """A pair at 5 and 6, a child 11 that has it too, and then a connection at 4."""
    b = TraceBuilder()
    b.server()
    b.call(10, "socketpair", "AF_UNIX", kind, 0, [5, 6])
    b.fork(10, 11)
    b.accept(10, 4)
    return b


def passes(b: TraceBuilder, fd: int = 4, over: int = 5) -> int:
    """The parent sends a byte and a descriptor."""
    return b.call(10, "sendmsg", over, carrying(fd), 0, result=1)


def gets(b: TraceBuilder, fd: int = 7, flags: object = 0, told: Endpoint | None = None) -> int:
    """The child receives them."""
    return b.call(11, "recvmsg", 6, carrying(fd), flags, result=1, told=told)


def test_receiver_holds_the_same_description() -> None:
    """The number is the receiver's; the references are counted in both tables."""
    b = accepted()
    sent, got = passes(b), gets(b)
    kernel = run(b.records)
    mine, theirs = entry_of(kernel, 4), entry_of(kernel, 7, 11)
    assert mine == theirs
    assert mine.references == 2
    touches = kernel.ledger.touches
    assert touches[sent].passed == ((4, mine.description),)
    assert touches[got].made == ((7, mine.description),)
    assert touches[got].received == (sent,)
    assert doubted(kernel) == []


def closes(b: TraceBuilder, tid: int, fd: int) -> tuple[int, int, SocketState]:
    """A close: how many references are left, how many of them in flight, and the state after."""
    seq = b.call(tid, "close", fd)
    (freed,) = run(b.records).ledger.touches[seq].freed
    assert freed.after is not None
    return freed.left, freed.in_flight, freed.after.state


def test_message_in_flight_keeps_it_open() -> None:
    """The sender's close is not the last; the receiver's is."""
    b = accepted()
    passes(b)
    assert closes(b, 10, 4) == (1, 1, SocketState.CONNECTED)
    gets(b)
    assert closes(b, 11, 7) == (0, 0, SocketState.ENDED)


@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM"])
def test_receiver_without_room_loses_it(kind: str) -> None:
    """read takes the bytes; what came with them is closed, and not what comes with later ones."""
    b = accepted(kind)
    b.call(10, "write", 5, None, 1, result=1)
    passes(b)
    number = entry_of(run(b.records), 4).description.id
    closes(b, 10, 4)
    b.call(11, "read", 6, None, 1, result=1)
    assert run(b.records).state(0).by_description[number].in_flight
    b.call(11, "read", 6, None, 1, result=1)
    assert number not in run(b.records).state(0).by_description


def test_two_receivers_in_either_order() -> None:
    """What a receiver was given is told by where it leads, whoever is seen to return first."""
    b = accepted()
    b.accept(10, 8, port=50002)
    first, second = passes(b, 4), passes(b, 8)
    late = gets(b, 9, told=connected(9, 50002))
    early = gets(b, 7, told=connected(7, 50001))
    touches = run(b.records).ledger.touches
    assert (touches[late].received, touches[early].received) == ((second,), (first,))
    assert entry_of(run(b.records), 9, 11) == entry_of(run(b.records), 8)


def test_look_gives_a_descriptor_too() -> None:
    """Each MSG_PEEK makes one, and the message stays in flight."""
    b = accepted()
    passes(b)
    gets(b, 7, "MSG_PEEK")
    gets(b, 8, "MSG_PEEK|MSG_CMSG_CLOEXEC")
    entry = entry_of(run(b.records), 7, 11)
    assert (entry.references, len(entry.in_flight)) == (3, 1)
    assert [slot.fd for slot in run(b.records).descriptors(11) if slot.cloexec] == [8]


def test_vector_of_messages_carries_several() -> None:
    """sendmmsg and recvmmsg are as many messages."""
    b = accepted("SOCK_DGRAM")
    sent = [carrying(4) | {"len": 1}, {"len": 2}, carrying(3) | {"len": 3}]
    got = [carrying(7) | {"len": 1}, {"len": 2}, carrying(8) | {"len": 3}]
    b.call(10, "sendmmsg", 5, sent, 3, 0, result=3)
    b.call(11, "recvmmsg", 6, got, 3, 0, None, result=3)
    kernel = run(b.records)
    assert entry_of(kernel, 7, 11) == entry_of(kernel, 4)
    assert entry_of(kernel, 8, 11) == entry_of(kernel, 3)
    assert not entry_of(kernel, 4).in_flight


def test_queue_that_is_closed_lets_go() -> None:
    """The last close of the receiving socket ends what only its messages held."""
    b = accepted()
    passes(b)
    number = entry_of(run(b.records), 4).description.id
    b.call(10, "close", 4)
    b.exit(11)
    assert number in run(b.records).state(0).by_description
    b.call(10, "close", 6)
    assert number not in run(b.records).state(0).by_description


def test_message_from_outside_of_the_trace() -> None:
    """A socket that is open here is known by its link; another one is unknown, and no doubt."""
    b = accepted()
    b.call(11, "connect", 6, "unix:/x", 4)
    gets(b, 7, told=connected(7, 50001))
    gets(b, 8, told=Endpoint(8, "socket:[77]", "10.0.0.1:1", "10.0.0.2:2"))
    kernel = run(b.records)
    assert entry_of(kernel, 7, 11) == entry_of(kernel, 4)
    stranger = entry_of(kernel, 8, 11).description
    assert (stranger.kind, stranger.peer) == ("unknown", "10.0.0.2:2")
    assert doubted(kernel) == []


def test_other_end_that_is_not_known() -> None:
    """Over sockets connected by a name, a message is found by what it brings."""
    b = accepted()
    b.call(10, "socket", "AF_UNIX", "SOCK_STREAM", 0, result=20)
    b.call(11, "socket", "AF_UNIX", "SOCK_STREAM", 0, result=21)
    sent = passes(b, over=20)
    assert closes(b, 10, 4) == (1, 1, SocketState.CONNECTED)
    got = b.call(11, "recvmsg", 21, carrying(7), 0, result=1, told=connected(7, 50001))
    assert run(b.records).ledger.touches[got].received == (sent,)


def test_failed_send_passes_nothing() -> None:
    """Its message is in no queue."""
    b = accepted()
    b.call(10, "sendmsg", 5, carrying(4), "MSG_DONTWAIT", errno="EAGAIN")
    assert not entry_of(run(b.records), 4).in_flight


def test_pidfd_getfd_copies() -> None:
    """The copy is of what stands at that number in the other process."""
    b = accepted()
    b.call(11, "pidfd_open", 10, 0, result=7)
    b.call(11, "pidfd_getfd", 7, 4, 0, result=8)
    kernel = run(b.records)
    assert entry_of(kernel, 8, 11) == entry_of(kernel, 4)
    assert [slot.fd for slot in kernel.descriptors(11) if slot.cloexec] == [7, 8]
