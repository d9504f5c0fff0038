"""The sentences of two whole stories, written by hand: read them as a lecturer would."""

import pytest
from msgspec.structs import replace
from sentences import sentence

from echotrace.servers import traces_dir
from echotrace.story.explain import explain
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import Exit, Syscall, Trace
from echotrace.tracefile import load
from tracebuilder import TraceBuilder, connected

C1, C2 = "127.0.0.1:50001", "127.0.0.1:50002"

FORK = """\
P0 makes a TCP socket, fd 3, which has no address and no peer yet.
P0 gives fd 3 the local address 127.0.0.1:7000 (reachable from this machine only); port 0 was \
asked for, so the kernel chose a free one.
P0 makes fd 3 a listening socket: from now on the kernel itself completes the handshakes of \
clients and keeps their connections in the accept queue (backlog 100).
P0 waits until C1 connects (event 5), then takes C1's connection off the accept queue of fd 3 as \
fd 4 (#1), a new socket; fd 3 listens on.
C1 connects: the kernel completes the handshake by itself, and the connection waits in the accept \
queue of fd 3 (1 pending); this wakes P0's accept (event 4).
P0 makes the process P1 with fork(), which is clone without CLONE_VM: P1 gets a copy of the memory \
and of the descriptor table, so fd 3 (listening socket) and fd 4 (#1) now have 2 references each.
P0 closes its copy of fd 4 (#1); P1 still holds it, so the connection stays open and no FIN is \
sent.
P0 waits until C2 connects (event 10), then takes C2's connection off the accept queue of fd 3 as \
fd 4 (#2), a new socket; fd 3 listens on.
P1 waits until C1 sends 5 bytes (event 14), then receives 5 bytes on fd 4 (#1): all that has \
arrived.
C2 connects: the kernel completes the handshake by itself, and the connection waits in the accept \
queue of fd 3 (1 pending); this wakes P0's accept (event 8).
P0 makes the process P2 with fork(), which is clone without CLONE_VM: P2 gets a copy of the memory \
and of the descriptor table, so there are now 3 references to fd 3 (listening socket) and 2 to fd \
4 (#2).
P0 closes its copy of fd 4 (#2); P2 still holds it, so the connection stays open and no FIN is \
sent.
P0's accept on fd 3 (listening socket) has not returned when the recording ends: it waits for a \
client to connect, or for a signal.
C1 sends 5 bytes: the receive buffer of #1 holds 5 bytes now; this wakes P1's recv (event 9).
P1 hands 5 bytes on fd 4 (#1) to the kernel, which sends them to C1; send does not wait for them \
to arrive.
P1 waits until C1 closes (event 18), then gets 0 from recv on fd 4 (#1): the end of the data; C1's \
FIN has arrived and all bytes before it are received.
C1 has received the 5 bytes that it expects.
C1 closes: its FIN makes recv return 0 in the server once all bytes are received; this wakes P1's \
recv (event 16).
P1 ends the sending side of fd 4 (#1): the kernel sends a FIN behind the bytes sent so far, \
whoever else holds the socket; C1 has ended its data too, so both directions are closed.
P1 closes fd 4 (#1), the last reference to it: both directions were ended already, so nothing more \
is sent.
P1 ends with status 0; the kernel closes fd 3 (listening socket; P0 and P2 still hold it, so it \
goes on listening) and 3 other descriptors; P1 stays as a zombie, for P0 does not wait for it in \
this trace.
P1 has ended with status 0; the kernel closes fd 3 (listening socket; P0 and P2 still hold it, so \
it goes on listening) and 3 other descriptors; P1 stays as a zombie, for P0 does not wait for it \
in this trace.
"""

THREAD = """\
P0 makes a TCP socket, fd 3, which has no address and no peer yet.
P0 gives fd 3 the local address 127.0.0.1:7000 (reachable from this machine only); port 0 was \
asked for, so the kernel chose a free one.
P0 makes fd 3 a listening socket: from now on the kernel itself completes the handshakes of \
clients and keeps their connections in the accept queue (backlog 100).
C1 connects: the kernel completes the handshake by itself, and the connection waits in the accept \
queue of fd 3 (1 pending) until P0 accepts it (event 7).
C2 connects: the kernel completes the handshake by itself, and the connection waits in the accept \
queue of fd 3 (2 pending); no accept takes it in this trace.
C1 sends 5 bytes, which wait in the kernel, for accept has not taken the connection yet.
P0 takes C1's connection, one of 2 that wait there, off the accept queue of fd 3 as fd 4 (#1), a \
new socket on which C1 has already sent 5 bytes; fd 3 listens on.
P0 makes the thread T1 with pthread_create(), which is clone3 with CLONE_THREAD: they share \
memory, descriptor table and signal handlers, so no reference is added and a close by either \
counts for both.
T1 receives 3 bytes on fd 4 (#1); 2 bytes more are in the receive buffer already.
T1 hands only 1 of 3 bytes on fd 4 (#1) to the kernel, for which the send buffer had room: the \
rest is still the program's to send.
T1 closes fd 4 (#1), the last reference to it: 2 bytes of C1 were not received, so the kernel \
sends a reset and no FIN.
T1 ends alone (pthread_exit() calls exit); no descriptor is closed, for the table stays with the \
other threads of P0.
T1 has ended with status 0; no descriptor is closed, for the table stays with the other threads \
of P0.
SIGTERM ends P0; the kernel closes fd 3 (listening socket; nobody listens there any more, and 1 \
connection that waited in its accept queue is reset) and 3 other descriptors.
"""


def fork_story() -> Story:
    """The fork server with two clients, until the first is gone."""
    b = TraceBuilder()
    b.server()
    accept = b.begin(10, "accept", 3, None, None)
    b.client(1, "connect", local=C1)
    b.end(accept, 4, told=connected(4, 50001))
    b.fork(10, 20)
    b.call(10, "close", 4)
    accept = b.begin(10, "accept", 3, None, None)
    recv = b.begin(20, "recvfrom", 4, None, 100, 0, None, None)
    b.client(2, "connect", local=C2)
    b.end(accept, 4, told=connected(4, 50002))
    b.fork(10, 30)
    b.call(10, "close", 4)
    b.begin(10, "accept", 3, None, None)
    b.client(1, "send", local=C1, text="hello")
    b.end(recv, 5, data="hello")
    b.call(20, "sendto", 4, None, 5, 0, None, 0, result=5, data="hello")
    recv = b.begin(20, "recvfrom", 4, None, 100, 0, None, None)
    b.client(1, "expect", local=C1, text="hello")
    b.client(1, "close", local=C1)
    b.end(recv, 0)
    b.call(20, "shutdown", 4, "SHUT_WR")
    b.call(20, "close", 4)
    b.exit(20)
    return replay(b.trace())


def thread_story() -> Story:
    """A thread server that is late, sends too little, and closes too early."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local=C1)
    b.client(2, "connect", local=C2)
    b.client(1, "send", local=C1, text="hello")
    b.accept(10, 4)
    b.thread(10, 11)
    b.call(11, "recvfrom", 4, None, 3, 0, None, None, result=3)
    b.call(11, "sendto", 4, None, 3, 0, None, 0, result=1)
    b.call(11, "close", 4)
    b.begin(11, "exit", 0)
    b.exit(11, call=False)
    b.exit(10, call=False)
    return replay(with_ends(b.trace()))


def with_ends(trace: Trace) -> Trace:
    """The thread's end is its own, the server's a signal's."""
    from echotrace.trace import Exit

    def told(record: object) -> object:
        if isinstance(record, Exit):
            own = record.tid == 11
            return replace(record, status=0 if own else None, signal=None if own else "SIGTERM")
        return record

    return replace(trace, records=tuple(told(record) for record in trace.records))


@pytest.mark.parametrize(
    ("story", "told"),
    [(fork_story(), FORK), (thread_story(), THREAD)],
    ids=["fork", "thread"],
)
def test_story_is_told_as_written_here(story: Story, told: str) -> None:
    """Every event of the story has exactly this sentence."""
    assert [explain(story, event) for event in story.events] == told.splitlines()


def test_fault_that_echotrace_made_is_said_to_be_one() -> None:
    """The reason of an injected error is not one that the kernel found."""
    b = TraceBuilder()
    b.server()
    seq = b.call(10, "accept", 3, None, None, errno="EMFILE")
    trace = b.trace()
    records = tuple(
        replace(record, injected="accept:errno=EMFILE")
        if isinstance(record, Syscall) and record.seq == seq
        else record
        for record in trace.records
    )
    story = replay(replace(trace, records=records))
    said = explain(story, story.event(seq))
    assert "fails with EMFILE, for echotrace injected it; from the kernel it would mean: " in said


def test_threads_that_another_ends() -> None:
    """Whom another thread's exit_group ends is not said to keep or to close the table as well."""
    story = replay(load(traces_dir() / "pool-reset.jsonl"))
    told = [sentence(story, e) for e in story.events if isinstance(e.record, Exit)]
    assert told == [
        (
            "T1 has ended with status 1; no descriptor is closed, for the table stays with the "
            "other threads of P0."
        ),
        "P0 has ended with status 1, since T1 ends all threads of P0 (event 49).",
        (
            "T2 has ended with status 1, since T1 ends all threads of P0 (event 49); it is the "
            "last of them, so the descriptors are closed now."
        ),
    ]


def test_what_an_interest_list_lets_go() -> None:
    """The last close takes a descriptor out of the interest list; a copy's close does not."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_INET", "SOCK_STREAM", 0, result=4)
    b.call(10, "epoll_create1", 0, result=5)
    b.call(10, "epoll_ctl", 5, "EPOLL_CTL_ADD", 4, {"events": "EPOLLIN", "data": 4})
    b.call(10, "dup", 4, result=6)
    copy, last = b.call(10, "close", 4), b.call(10, "close", 6)
    story = replay(b.trace())
    assert "the interest list goes on watching it" in sentence(story, story.event(copy))
    assert "the interest list lets it go" in sentence(story, story.event(last))


def test_interest_lists_of_kqueue() -> None:
    """What the program called is told, and what Linux has in its place."""
    story = replay(load(traces_dir() / "kqueue-interleaved.jsonl"))
    assert "with kqueue(), which calls epoll_create1 here" in sentence(story, story.event(19))
    told = sentence(story, story.event(20))
    assert "with kevent(), which calls epoll_ctl here: kevent reports it from now on" in told
