"""The story: places, actors, connections, restarted calls."""

import pytest

from echotrace.story.replay import LISTENER, NONE, Place, Story, replay
from echotrace.trace import Endpoint, Syscall, Trace
from tracebuilder import TraceBuilder, connected

ONE, TWO = Place.of(1), Place.of(2)


def places(story: Story) -> list[str]:
    """The places of all events, by number."""
    return [event.place.name for event in story.events]


def fork_server() -> tuple[TraceBuilder, dict[str, int]]:
    """One connection served by a child."""
    b, seq = TraceBuilder(), {}
    b.server()
    seq["connect"] = b.client(1, "connect", local="127.0.0.1:50001")
    seq["accept"] = b.accept(10, 4)
    seq["fork"] = b.fork(10, 11)
    seq["close"] = b.call(10, "close", 4)
    seq["send"] = b.client(1, "send", text="hello")
    seq["recv"] = b.call(11, "recvfrom", 4, result=5, data="hello")
    seq["echo"] = b.call(11, "sendto", 4, result=5, data="hello")
    seq["last"] = b.call(11, "close", 4)
    seq["call"] = b.number() + 1
    seq["exit"] = b.exit(11)
    seq["wait"] = b.begin(10, "accept", 3).seq
    return b, seq


def test_fork_server() -> None:
    """Everything from accept to the child's end belongs to the connection it served."""
    b, seq = fork_server()
    story = replay(b.trace())
    assert places(story) == [
        "listener", "listener", "listener", *["#1"] * 10, "listener",
    ]  # fmt: skip
    assert story.event(seq["exit"]).place == story.event(seq["call"]).place == ONE
    assert story.event(seq["recv"]).actor == "P1"
    assert story.event(seq["send"]).actor == "C1"
    assert story.event(seq["wait"]).end is None


def test_connection_is_summed_up() -> None:
    """A connection knows its client, its tasks, its bytes, and who gave it up."""
    b, seq = fork_server()
    (connection,) = replay(b.trace()).connections
    assert (connection.number, connection.client) == (1, 1)
    assert (connection.local, connection.peer) == ("127.0.0.1:7000", "127.0.0.1:50001")
    assert connection.tasks == ("P0", "P1")
    assert (connection.bytes_in, connection.bytes_out, connection.calls) == (5, 5, 7)
    assert (connection.closed_by, connection.ended_by) == (("P0", "P1"), "P1")
    assert (connection.events[0], connection.events[-1]) == (seq["connect"], seq["exit"])


def test_connection_still_open() -> None:
    """Nobody ended a connection that is open at the end of the trace."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.fork(10, 11)
    b.call(10, "close", 4)
    (connection,) = replay(b.trace()).connections
    assert (connection.closed_by, connection.ended_by) == (("P0",), None)


def test_end_of_a_process_ends_its_connection() -> None:
    """A process that ends with a connection open is who ended it."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.fork(10, 11)
    b.call(10, "close", 4)
    b.exit(11, call=False)
    (connection,) = replay(b.trace()).connections
    assert (connection.closed_by, connection.ended_by) == (("P0", "end of P1"), "end of P1")


def test_listener() -> None:
    """The listening socket is told with the address it was given, and its setup is at its place."""
    b = TraceBuilder()
    setup = b.server()
    unused = b.call(10, "socket", "AF_INET", "SOCK_STREAM", 0, result=4)
    story = replay(b.trace())
    (listener,) = story.listeners
    assert (listener.local, listener.link) == ("127.0.0.1:7000", "socket:[7000]")
    assert (listener.maker, listener.datagram) == (setup[0], False)
    assert [story.event(seq).place for seq in setup] == [LISTENER] * 3
    assert story.event(unused).place == NONE


def test_datagram_server() -> None:
    """A UDP socket that was bound is where its server's events belong."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_INET", "SOCK_DGRAM", 0, result=3)
    b.call(10, "bind", 3, "127.0.0.1:0", 16, told=Endpoint(3, None, "127.0.0.1:7000"))
    b.call(10, "recvfrom", 3, result=5, data="hello")
    story = replay(b.trace())
    assert places(story) == ["listener"] * 3
    assert [(found.local, found.datagram) for found in story.listeners] == [
        ("127.0.0.1:7000", True)
    ]


def test_before_the_first_socket() -> None:
    """What the loader does is no place; after the first socket the same calls are the server's."""
    b = TraceBuilder()
    loader = [b.call(10, "openat", result=3), b.call(10, "close", 3), b.call(10, "munmap")]
    loader.append(b.call(10, "poll", [{"fd": 0}], 1, 0))
    b.server()
    after = b.call(10, "munmap")
    story = replay(b.trace())
    assert [story.event(seq).place for seq in loader] == [NONE] * 4
    assert story.event(after).place == LISTENER


def test_files_are_no_place_and_change_none() -> None:
    """Files and streams are no place; the task stays at its connection."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    none = [b.call(10, "openat", result=5), b.call(10, "write", 1, None, 2, result=2)]
    none += [b.call(10, "close", 5), b.call(10, "openat", errno="ENOENT")]
    after = b.call(10, "munmap")
    story = replay(b.trace())
    assert [story.event(seq).place for seq in none] == [NONE] * 4
    assert story.event(after).place == ONE


def test_thread_starts_where_its_maker_was() -> None:
    """A new thread is at its maker's place until it touches another."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    spawn = b.thread(10, 12)
    first = b.call(12, "madvise")
    b.accept(10, 5, port=50002)
    later = b.call(12, "madvise")
    story = replay(b.trace())
    assert [story.event(seq).place for seq in (spawn, first, later)] == [ONE, ONE, ONE]
    assert story.event(first).actor == "T1"


def test_signal_while_accept_waits() -> None:
    """A task that waits in accept is at the listening socket until accept returns."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.call(10, "close", 4)
    waiting = b.begin(10, "accept", 3)
    signal = b.signal(10, "SIGCHLD")
    b.end(waiting, 4, told=connected(4, 50002))
    after = b.signal(10, "SIGUSR1")
    story = replay(b.trace())
    assert story.event(waiting.seq).place == TWO
    assert story.event(signal).place == LISTENER
    assert story.event(after).place == TWO


def test_accept_that_fails() -> None:
    """An accept that fails belongs to the listening socket."""
    b = TraceBuilder()
    b.server()
    seq = b.call(10, "accept", 3, errno="EMFILE")
    assert replay(b.trace()).event(seq).place == LISTENER


def test_close_twice_stays_where_the_task_is() -> None:
    """A close that fails with EBADF belongs to what its task is doing."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.call(10, "close", 4)
    seq = b.call(10, "close", 4, errno="EBADF")
    assert replay(b.trace()).event(seq).place == ONE


def test_epoll_server() -> None:
    """Waiting is the server's, registering a connection the connection's, a probe nobody's."""
    b = TraceBuilder()
    b.server()
    probe = [b.call(10, "epoll_create1", "0", result=4), b.call(10, "close", 4)]
    epoll = b.call(10, "epoll_create1", "0", result=4)
    listener = b.call(10, "epoll_ctl", 4, "EPOLL_CTL_ADD", 3)
    b.accept(10, 5)
    connection = b.call(10, "epoll_ctl", 4, "EPOLL_CTL_ADD", 5)
    wait = b.call(10, "epoll_wait", 4, [], 8, -1, result=1)
    select = b.end(b.begin(10, "select", 6, [3, 5]), 1, readable=[3])
    story = replay(b.trace())
    server = [story.event(seq).place for seq in (epoll, listener, wait, select)]
    assert server == [LISTENER] * 4
    assert [story.event(seq).place for seq in probe] == [NONE] * 2
    assert story.event(connection).place == ONE


def test_close_range_of_one_connection() -> None:
    """A close_range that frees one connection belongs to it; one of several stays at its task."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.accept(10, 5, port=50002)
    b.call(10, "recvfrom", 4, result=1)
    one = b.call(10, "close_range", 5, 9, "0")
    b.call(10, "recvfrom", 4, result=1)
    several = b.call(10, "close_range", 3, 9, "0")
    story = replay(b.trace())
    assert (story.event(one).place, story.event(several).place) == (TWO, ONE)


def test_connecting_socket_is_no_place() -> None:
    """A socket with which the server is a client itself is no place for now."""
    b = TraceBuilder()
    b.server()
    b.call(10, "socket", "AF_INET", "SOCK_STREAM", 0, result=4)
    seq = b.call(10, "connect", 4, "10.0.0.1:80", 16)
    assert replay(b.trace()).event(seq).place == NONE


def test_duplicates_are_one_connection() -> None:
    """dup makes no new connection, and only the last close ends it."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.call(10, "dup", 4, result=5)
    b.call(10, "close", 4)
    read = b.call(10, "read", 5, None, 10, result=3)
    (connection,) = replay(b.trace()).connections
    assert (read in connection.events, connection.bytes_in, connection.ended_by) == (True, 3, None)


def test_peeking_moves_no_bytes() -> None:
    """MSG_PEEK, failed calls and counts of messages are no bytes."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.call(10, "recvfrom", 4, None, 9, "MSG_PEEK", result=5)
    b.call(10, "recvfrom", 4, None, 9, "0", errno="EAGAIN")
    b.call(10, "recvmmsg", 4, result=2)
    b.call(10, "sendfile", 4, 1, None, 9, result=9)
    (connection,) = replay(b.trace()).connections
    assert (connection.bytes_in, connection.bytes_out) == (0, 9)


def test_clients_are_matched_by_address() -> None:
    """Each connection has the client whose address is its peer's, whatever the order of accept."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local="127.0.0.1:50001")
    b.client(2, "connect", local="127.0.0.1:50002")
    early = b.client(2, "send", text="x")
    b.accept(10, 4, port=50002)
    b.accept(10, 5, port=50001)
    b.accept(10, 6, port=50009)
    never = b.client(3, "connect", local="127.0.0.1:50003")
    story = replay(b.trace())
    assert [connection.client for connection in story.connections] == [2, 1, None]
    assert story.event(early).place == ONE
    assert story.event(never).place == LISTENER


def test_client_that_comes_twice() -> None:
    """A client that connects again, even from the same port, has a second connection."""
    b = TraceBuilder()
    b.server()
    for _ in range(2):
        b.client(1, "connect", local="127.0.0.1:50001")
        b.accept(10, 4)
        last = b.client(1, "close")
        b.call(10, "close", 4)
    story = replay(b.trace())
    assert [connection.client for connection in story.connections] == [1, 1]
    assert story.event(last).place == TWO


def test_mapped_addresses_match() -> None:
    """An IPv4 client of an IPv6 socket is known under its IPv4 address; IPv6 matches as it is."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local="127.0.0.1:50001")
    b.client(2, "connect", local="[::1]:50002")
    for fd, peer in ((4, "[::ffff:127.0.0.1]:50001"), (5, "[::1]:50002")):
        waiting = b.begin(10, "accept", 3)
        b.end(waiting, fd, told=Endpoint(fd, None, None, peer))
    assert [found.client for found in replay(b.trace()).connections] == [1, 2]


def test_unnamed_peer_matches_nobody() -> None:
    """A UNIX client without a name is nobody in particular; its steps are at the listener."""
    b = TraceBuilder()
    b.server()
    step = b.client(1, "connect", local=None)
    b.end(b.begin(10, "accept", 3), 4, told=Endpoint(4, None, "unix:/run/x", "unix:"))
    story = replay(b.trace())
    assert story.connections[0].client is None
    assert story.event(step).place == LISTENER


def test_peer_from_the_argument() -> None:
    """Where the recorder could not ask, the address that accept stored is the peer's."""
    b = TraceBuilder()
    b.server()
    b.end(b.begin(10, "accept", 3), 4, addr="127.0.0.1:50001", addrlen=16)
    assert replay(b.trace()).connections[0].peer == "127.0.0.1:50001"


def test_restarted_accept_is_one_event() -> None:
    """An accept that was interrupted and made again is one event with the last one's result."""
    b = TraceBuilder()
    b.server()
    first = b.begin(10, "accept", 3, None, None)
    b.end(first, errno="ERESTARTSYS", addr=None)
    signal = b.signal(10, "SIGCHLD")
    second = b.begin(10, "accept", 3, None, None)
    b.end(second, errno="ERESTARTSYS")
    third = b.begin(10, "accept", 3, None, None)
    b.end(third, 4, told=connected(4, 50001), addr="127.0.0.1:50001")
    story = replay(b.trace())
    event = story.event(first.seq)
    assert isinstance(event.record, Syscall)
    assert (event.record.result, event.record.errno) == (4, None)
    assert (event.start, event.resumed) == (first.start, (second.seq, third.seq))
    assert event.place == ONE
    assert event.touch
    assert event.touch.seq == first.seq
    assert story.event(third.seq) is event
    assert [found.seq for found in story.events] == [1, 2, 3, first.seq, signal]


def test_restart_syscall_continues() -> None:
    """restart_syscall goes on with the call before it, under that call's name and arguments."""
    b = TraceBuilder()
    b.server()
    first = b.call(10, "poll", [{"fd": 3}], 1, 5000, errno="ERESTART_RESTARTBLOCK")
    b.call(10, "restart_syscall", result=1)
    event = replay(b.trace()).event(first)
    assert isinstance(event.record, Syscall)
    assert (event.record.name, event.record.result) == ("poll", 1)
    assert event.record.args["timeout"] == 5000


def test_call_that_was_not_restarted() -> None:
    """Without a restart the interrupted call stays as it is."""
    b = TraceBuilder()
    b.server()
    first = b.call(10, "accept", 3, errno="ERESTARTSYS")
    second = b.call(10, "accept", 5, errno="EBADF")
    story = replay(b.trace())
    record = story.event(first).record
    assert isinstance(record, Syscall)
    assert record.errno == "ERESTARTSYS"
    assert story.event(second).seq == second


def test_end_of_a_task_ends_its_restart() -> None:
    """A new task with the number of an old one does not go on with the old one's call."""
    b = TraceBuilder()
    b.server()
    b.fork(10, 11)
    first = b.call(11, "accept", 3, errno="ERESTARTSYS")
    b.exit(11, call=False)
    b.fork(10, 11)
    second = b.call(11, "accept", 3, result=4)
    story = replay(b.trace())
    assert story.event(first).resumed == ()
    assert story.event(second).actor == "P2"


def test_doubts_are_told() -> None:
    """What the model cannot explain is in the story's doubts, and the event still has a place."""
    b = TraceBuilder()
    seq = b.call(10, "recvfrom", 9, result=1)
    story = replay(b.trace())
    assert [doubt.seq for doubt in story.doubts] == [seq]
    assert story.event(seq).place == NONE


def test_exec_keeps_the_place() -> None:
    """A program that replaces itself stays where it was."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.thread(10, 12)
    b.begin(10, "accept", 3)
    b.execute(10, former=12)
    after = b.call(10, "munmap")
    assert replay(b.trace()).event(after).place == ONE


def test_lookup_of_what_is_not_there() -> None:
    """Asking for an event or a connection that does not exist is a KeyError."""
    story = replay(TraceBuilder().trace())
    for ask in (story.event, story.connection):
        with pytest.raises(KeyError):
            ask(1)


def test_same_trace_same_story() -> None:
    """The order of records in the file does not matter: the story follows numbers and times."""
    b, _ = fork_server()
    trace = b.trace()
    turned = Trace(trace.header, tuple(reversed(trace.records)))
    assert replay(turned).events == replay(trace).events
    assert replay(turned).connections == replay(trace).connections
