"""What is said in the cases that teach most: one trace made by hand for each."""

from collections.abc import Callable

import pytest
from sentences import sentence

from echotrace.story.replay import replay
from tracebuilder import TraceBuilder, connected

CLIENT = "127.0.0.1:50001"
_Case = Callable[[TraceBuilder], int]
CASES: list[tuple[_Case, str]] = []


def case(told: str) -> Callable[[_Case], _Case]:
    """A case and the part of the sentence that it is about."""

    def add(function: _Case) -> _Case:
        CASES.append((function, told))
        return function

    return add


@case("nothing has arrived that could be received, and MSG_DONTWAIT says not to wait")
def _would_wait(b: TraceBuilder) -> int:
    return b.call(10, "recvfrom", 4, None, 9, "MSG_DONTWAIT", errno="EAGAIN")


@case("the call does not wait, or no longer than its timeout")
def _timed_out(b: TraceBuilder) -> int:
    b.call(10, "setsockopt", 4, "SOL_SOCKET", "SO_RCVTIMEO", 1, 16)
    return b.call(10, "recvfrom", 4, None, 9, 0, errno="EAGAIN")


@case("the connection stays in the accept queue")
def _no_number_left(b: TraceBuilder) -> int:
    return b.call(10, "accept", 3, None, None, errno="EMFILE")


@case("nothing is lost, so the server can call accept again")
def _accept_interrupted(b: TraceBuilder) -> int:
    return b.call(10, "accept", 3, None, None, errno="EINTR")


@case("SO_REUSEADDR would permit")
def _address_in_use(b: TraceBuilder) -> int:
    return b.call(10, "bind", 3, "127.0.0.1:80", 16, errno="EADDRINUSE")


@case("the server has ended its own data; MSG_NOSIGNAL keeps SIGPIPE away")
def _broken_pipe(b: TraceBuilder) -> int:
    b.call(10, "shutdown", 4, "SHUT_WR")
    return b.call(10, "sendto", 4, None, 5, "MSG_NOSIGNAL", errno="EPIPE")


@case("no descriptor of P0 has the number 9")
def _not_open(b: TraceBuilder) -> int:
    return b.call(10, "close", 9, errno="EBADF")


@case("closes fd 4 (#1), but T1 is still in recv on it (event 8), which keeps it")
def _close_while_another_thread_waits(b: TraceBuilder) -> int:
    b.thread(10, 11)
    b.begin(11, "recvfrom", 4, None, 9, 0, None, None)
    return b.call(10, "close", 4)


@case("another descriptor of the same table still holds it, so the connection stays open")
def _close_of_a_duplicate(b: TraceBuilder) -> int:
    b.call(10, "dup", 4, result=6)
    return b.call(10, "close", 6)


@case("P1, P2, P3 and 1 other still hold it")
def _close_of_many_holders(b: TraceBuilder) -> int:
    for child in (20, 30, 40, 50):
        b.fork(10, child)
    return b.call(10, "close", 4)


@case("what fd 4 (#1) stood for before is closed (the kernel sends a FIN to C1 and lets the socket")
def _dup2_closes_what_stood_there(b: TraceBuilder) -> int:
    return b.call(10, "dup2", 3, 4, result=4)


@case("the kernel sends a FIN to the peer, or a reset if bytes were not received")
def _close_with_an_unknown_peer(b: TraceBuilder) -> int:
    accept = b.begin(10, "accept", 3, None, None)
    b.end(accept, 6, told=connected(6, 60000))
    return b.call(10, "close", 6)


@case("SO_LINGER of 0 makes the kernel send C1 a reset and no FIN")
def _close_with_linger(b: TraceBuilder) -> int:
    b.call(10, "setsockopt", 4, "SOL_SOCKET", "SO_LINGER", "0100000000000000", 8)
    return b.call(10, "close", 4)


@case("ends the sending side of fd 4 (#1): the kernel sends a FIN behind the bytes sent so far, "
      "whoever else holds the socket; C1 may still send.")  # fmt: skip
def _half_close(b: TraceBuilder) -> int:
    b.fork(10, 20)
    return b.call(20, "shutdown", 4, "SHUT_WR")


@case("nothing is sent to the peer")
def _end_of_receiving(b: TraceBuilder) -> int:
    return b.call(10, "shutdown", 4, "SHUT_RD")


@case("without taking them from the receive buffer")
def _peek(b: TraceBuilder) -> int:
    b.client(1, "send", local=CLIENT, text="hello")
    return b.call(10, "recvfrom", 4, None, 9, "MSG_PEEK", result=5)


@case("asks fd 4 (#1) for 0 bytes and gets them")
def _asks_for_nothing(b: TraceBuilder) -> int:
    return b.call(10, "recvfrom", 4, None, 0, 0, result=0)


@case("nobody holds its writing end any more")
def _end_of_a_pipe(b: TraceBuilder) -> int:
    b.call(10, "pipe", [6, 7])
    b.call(10, "close", 7)
    return b.call(10, "read", 6, None, 9, result=0)


@case("learns from select what is ready: fd 3 (listening socket), for accept and fd 4 (#1)")
def _select_finds(b: TraceBuilder) -> int:
    return b.end(b.begin(10, "select", 5, [3, 4], None, None, None), 2, readable=[3, 4])


@case("waits in vain: the timeout of 50 ms expires and nothing of its list")
def _poll_times_out(b: TraceBuilder) -> int:
    return b.call(10, "poll", [{"fd": 4, "events": "POLLIN", "revents": 0}], 1, 50, result=0)


@case("looks through the interest list fd 5 without waiting: nothing is ready")
def _epoll_looks(b: TraceBuilder) -> int:
    return b.call(10, "epoll_wait", 5, None, 8, 0, result=0)


@case("adds fd 4 (#1) to the interest list fd 5 for EPOLLIN")
def _epoll_adds(b: TraceBuilder) -> int:
    return b.call(10, "epoll_ctl", 5, "EPOLL_CTL_ADD", 4, {"events": "EPOLLIN", "data": 4})


@case("calls on it fail with EAGAIN instead of waiting, for all who share the open file")
def _nonblocking(b: TraceBuilder) -> int:
    return b.call(10, "fcntl", 4, "F_SETFL", "O_RDWR|O_NONBLOCK")


@case("finds no child that has ended and does not wait for one (WNOHANG)")
def _no_child_yet(b: TraceBuilder) -> int:
    b.fork(10, 20)
    return b.call(10, "wait4", -1, None, "WNOHANG", None, result=0)


@case("P1 is a zombie until P0 has waited for it (event 9)")
def _zombie_until_wait(b: TraceBuilder) -> int:
    b.fork(10, 20)
    seq = b.exit(20, call=False)
    b.call(10, "wait4", -1, "exited 0", 0, None, result=20)
    return seq


@case("takes the exit status of P1 (which exited with 3): the zombie leaves the process table")
def _reaps(b: TraceBuilder) -> int:
    b.fork(10, 20)
    b.exit(20, call=False)
    return b.call(10, "wait4", -1, "exited 3", 0, None, result=20)


@case("so none becomes a zombie")
def _children_are_ignored(b: TraceBuilder) -> int:
    return b.call(10, "rt_sigaction", "SIGCHLD", {"handler": "SIG_IGN", "flags": 0})


@case("replaces its program; descriptors stay open, except those marked FD_CLOEXEC or of threads "
      "that end with it: fd 4 (#1).")  # fmt: skip
def _exec_closes(b: TraceBuilder) -> int:
    b.call(10, "fcntl", 4, "F_SETFD", "FD_CLOEXEC")
    return b.execute(10)


@case("it borrows the memory of P0 until it calls execve or ends")
def _vfork(b: TraceBuilder) -> int:
    call = b.begin(10, "vfork")
    b.task(20, parent=10, flags=["CLONE_VM", "CLONE_VFORK"])
    b.exit(20)
    return b.end(call, 20)


@case(
    "so fd 3 (listening socket), fd 4 (#1), fd 8 (socket) and fd 9 (socket) now have 2 references "
    "each; other sockets, too, have one more."
)
def _fork_names_what_clients_reach(b: TraceBuilder) -> int:
    b.call(10, "socketpair", "AF_UNIX", "SOCK_STREAM", 0, [6, 7])
    b.call(10, "socketpair", "AF_UNIX", "SOCK_STREAM", 0, [8, 9])
    return b.fork(10, 20)


@case("SIGKILL ends P1 first (event 9)")
def _killed_in_a_call(b: TraceBuilder) -> int:
    b.fork(10, 20)
    seq = b.begin(20, "recvfrom", 4, None, 9, 0, None, None).seq
    b.exit(20, call=False)
    return seq


@case("sends 5 bytes, but the server has closed the connection: its kernel answers with a reset")
def _client_sends_too_late(b: TraceBuilder) -> int:
    b.call(10, "close", 4)
    return b.client(1, "send", local=CLIENT, text="hello")


@case("C1 closes: its FIN ends the second direction of the connection")
def _client_closes_last(b: TraceBuilder) -> int:
    b.call(10, "shutdown", 4, "SHUT_WR")
    return b.client(1, "close", local=CLIENT)


@case("gets 0 from recv on fd 4 (#1): T1 has ended the receiving")
def _recv_ended_by_another_thread(b: TraceBuilder) -> int:
    b.thread(10, 11)
    recv = b.begin(10, "recvfrom", 4, None, 9, 0, None, None)
    b.call(11, "shutdown", 4, "SHUT_RD")
    return b.end(recv, 0)


@case("the other end is closed or shut down")
def _socket_pair_has_no_fin(b: TraceBuilder) -> int:
    b.call(10, "socketpair", "AF_UNIX", "SOCK_STREAM", 0, [6, 7])
    b.call(10, "close", 7)
    return b.call(10, "read", 6, None, 9, result=0)


@case("P0's recvfrom on fd 6 (UDP socket) has not returned when the recording ends: it waits "
      "for a datagram to arrive")  # fmt: skip
def _udp_waits(b: TraceBuilder) -> int:
    b.call(10, "socket", "AF_INET", "SOCK_DGRAM", 0, result=6)
    b.call(10, "bind", 6, "127.0.0.1:80", 16)
    return b.begin(10, "recvfrom", 6, None, 9, 0, "127.0.0.1:9", 16).seq


@case("its FIN is sent already, so nothing more goes to C1")
def _last_close_after_shutdown(b: TraceBuilder) -> int:
    b.call(10, "shutdown", 4, "SHUT_WR")
    return b.call(10, "close", 4)


@case("what it shares is not known")
def _unreadable_flags(b: TraceBuilder) -> int:
    return b.call(10, "clone3", result=20)


@case("gives fd 6 its local address.")
def _hostile_path_stays_out(b: TraceBuilder) -> int:
    b.call(10, "socket", "AF_UNIX", "SOCK_STREAM", 0, result=6)
    return b.call(10, "bind", 6, "unix:/tmp/\x1b[2J. It is true", 110)


@case("P0 calls madvise, which is not among the calls that echotrace models.")
def _call_of_no_table(b: TraceBuilder) -> int:
    return b.call(10, "madvise")


@case("writes 5 bytes to fd 1 (standard output)")
def _narration(b: TraceBuilder) -> int:
    return b.call(10, "write", 1, None, 5, result=5)


@case("sends a reset; what is in the receive buffer can still be received, but nothing more comes")
def _client_resets(b: TraceBuilder) -> int:
    b.client(1, "send", local=CLIENT, text="hello")
    return b.client(1, "reset", local=CLIENT)


@case("C1 has reset the connection; the receive buffer is empty and nothing more comes")
def _recv_after_a_reset(b: TraceBuilder) -> int:
    b.client(1, "reset", local=CLIENT)
    return b.call(10, "recvfrom", 4, None, 9, 0, None, None, errno="ECONNRESET")


@case("C1 has reset the connection; what is in the receive buffer can still be received")
def _send_after_a_reset(b: TraceBuilder) -> int:
    b.client(1, "reset", local=CLIENT)
    return b.call(10, "sendto", 4, None, 5, "MSG_NOSIGNAL", errno="ECONNRESET")


@case("changes nothing for fd 3 (listening socket), which goes on listening")
def _half_close_of_a_listener(b: TraceBuilder) -> int:
    return b.call(10, "shutdown", 3, "SHUT_WR")


@case("stops fd 3 (listening socket) from listening: new connections are refused, and an accept "
      "that waits fails with EINVAL")  # fmt: skip
def _end_of_listening(b: TraceBuilder) -> int:
    return b.call(10, "shutdown", 3, "SHUT_RD")


@case("stops fd 3 (listening socket) from listening: new connections are refused")
def _end_of_listening_both(b: TraceBuilder) -> int:
    return b.call(10, "shutdown", 3, "SHUT_RDWR")


@case("changes what the interest list fd 5 watches fd 4 (#1) for: EPOLLIN.")
def _epoll_changes(b: TraceBuilder) -> int:
    b.call(10, "epoll_ctl", 5, "EPOLL_CTL_ADD", 4, {"events": "EPOLLIN", "data": 4})
    return b.call(10, "epoll_ctl", 5, "EPOLL_CTL_MOD", 4, {"events": "EPOLLIN", "data": 4})


@case("it waits for a descriptor of its interest list to become ready, or for a signal.")
def _epoll_without_timeout(b: TraceBuilder) -> int:
    return b.begin(10, "epoll_wait", 5, None, 8, -1).seq


@case("it waits for a descriptor of its list to become ready, or for a signal.")
def _poll_without_timeout(b: TraceBuilder) -> int:
    return b.begin(10, "poll", [{"fd": 4, "events": "POLLIN", "revents": 0}], 1, -1).seq


@case("it waits for a descriptor of its sets to become ready, or for a signal.")
def _select_without_timeout(b: TraceBuilder) -> int:
    return b.begin(10, "select", 5, [3, 4], None, None, None).seq


@case("to become ready, or its timeout to expire, or for a signal.")
def _poll_with_timeout(b: TraceBuilder) -> int:
    return b.begin(10, "poll", [{"fd": 4, "events": "POLLIN", "revents": 0}], 1, 50).seq


@case("P0 gets SIGPIPE: it sent on a connection that is gone; it ignores that (SIG_IGN).")
def _ignored_signal(b: TraceBuilder) -> int:
    b.call(10, "rt_sigaction", "SIGPIPE", {"handler": "SIG_IGN", "flags": 0})
    return b.signal(10, "SIGPIPE")


@case("T1 gets SIGTERM: somebody asks the program to end; a handler that the program has set runs.")
def _handled_signal(b: TraceBuilder) -> int:
    b.thread(10, 11)
    b.call(10, "rt_sigaction", "SIGTERM", {"handler": "function", "flags": 0})
    return b.signal(11, "SIGTERM")


@case("P0 gets SIGPIPE: it sent on a connection that is gone; by default that ends the process.")
def _default_signal(b: TraceBuilder) -> int:
    b.call(10, "rt_sigaction", "SIGPIPE", {"handler": "SIG_IGN", "flags": 0})
    b.call(10, "rt_sigaction", "SIGPIPE", {"handler": "SIG_DFL", "flags": 0})
    return b.signal(10, "SIGPIPE")


@case("P0 gets SIG33: a handler that the program has set runs.")
def _handled_signal_without_a_meaning(b: TraceBuilder) -> int:
    b.call(10, "rt_sigaction", "SIG33", {"handler": "function", "flags": 0})
    return b.signal(10, "SIG33")


def _passes(b: TraceBuilder) -> None:
    b.call(10, "socketpair", "AF_UNIX", "SOCK_STREAM", 0, [6, 7])
    b.call(10, "sendmsg", 6, {"iov": 1, "controllen": 24}, 0, result=1)


@case(
    "closes fd 4 (#1): unless a message in flight or its receiver holds it, the kernel sends a FIN"
)
def _close_of_a_passed_descriptor(b: TraceBuilder) -> int:
    _passes(b)
    return b.call(10, "close", 4)


@case("fd 4 (#1; unless a message in flight or its receiver holds it, the kernel sends a FIN")
def _end_with_a_passed_descriptor(b: TraceBuilder) -> int:
    _passes(b)
    return b.exit(10)


@case("closes fd 4 (#1), the last reference to it: the kernel sends a FIN")
def _close_before_a_descriptor_is_passed(b: TraceBuilder) -> int:
    seq = b.call(10, "close", 4)
    _passes(b)
    return seq


@case("closes fd 4 (#1), the last reference to it: the kernel sends a FIN")
def _control_data_over_tcp(b: TraceBuilder) -> int:
    b.call(10, "sendmsg", 4, {"iov": 1, "controllen": 24}, 0, result=1)
    return b.call(10, "close", 4)


@case("the connection attempt goes on by itself")
def _connect_interrupted(b: TraceBuilder) -> int:
    b.call(10, "socket", "AF_INET", "SOCK_STREAM", 0, result=6)
    return b.call(10, "connect", 6, "127.0.0.1:9", 16, errno="EINTR")


@case("fails with EINTR: a signal interrupted the call.")
def _unknown_interrupted(b: TraceBuilder) -> int:
    return b.call(10, "madvise", errno="EINTR")


@case("fails with ETIMEDOUT: the time that the call may take is over.")
def _unknown_timed_out(b: TraceBuilder) -> int:
    return b.call(10, "madvise", errno="ETIMEDOUT")


@case("fails with EAGAIN: what the call needs is not the case now.")
def _unknown_not_now(b: TraceBuilder) -> int:
    return b.call(10, "madvise", errno="EAGAIN")


@case("a signal came before anything was sent")
def _send_interrupted(b: TraceBuilder) -> int:
    return b.call(10, "sendto", 4, None, 5, 0, errno="EINTR")


@case("asks for the error pending on fd 4 (#1), and clears it: it is ECONNREFUSED.")
def _pending_error(b: TraceBuilder) -> int:
    return b.call(10, "getsockopt", 4, "SOL_SOCKET", "SO_ERROR", 111, 4)


@case("and clears it: there is none.")
def _no_pending_error(b: TraceBuilder) -> int:
    return b.call(10, "getsockopt", 4, "SOL_SOCKET", "SO_ERROR", 0, 4)


@case("and clears it: it is 4000.")
def _pending_error_without_a_name(b: TraceBuilder) -> int:
    return b.call(10, "getsockopt", 4, "SOL_SOCKET", "SO_ERROR", 4000, 4)


RIGHTS = {"iovlen": 1, "control": [{"type": "SCM_RIGHTS", "fds": [4]}], "flags": 0}


def _pair(b: TraceBuilder) -> None:
    b.call(10, "socketpair", "AF_UNIX", "SOCK_STREAM", 0, [6, 7])
    b.fork(10, 11)
    b.call(11, "close", 4)


@case("passes fd 4 (#1) with them (SCM_RIGHTS): the message keeps open what it carries until it")
def _passes_a_connection(b: TraceBuilder) -> int:
    _pair(b)
    return b.call(10, "sendmsg", 6, RIGHTS, 0, result=1)


@case("a message in flight still holds it, so the connection stays open and no FIN is sent")
def _in_flight(b: TraceBuilder) -> int:
    _pair(b)
    b.call(10, "sendmsg", 6, RIGHTS, 0, result=1)
    return b.call(10, "close", 4)


@case("a message in flight or who received it still holds it")
def _in_flight_to_somebody(b: TraceBuilder) -> int:
    b.call(10, "socket", "AF_UNIX", "SOCK_STREAM", 0, result=6)
    b.call(10, "sendmsg", 6, RIGHTS, 0, result=1)
    return b.call(10, "close", 4)


@case("and with them fd 8 (#1) (SCM_RIGHTS), which P0 passed (event 10)")
def _gets(b: TraceBuilder) -> int:
    _pair(b)
    b.call(10, "sendmsg", 6, RIGHTS, 0, result=1)
    brought = RIGHTS | {"control": [{"fds": [8]}]}
    return b.call(11, "recvmsg", 7, brought, 0, result=1)


@case("which come from a message that is not in the trace")
def _gets_from_outside(b: TraceBuilder) -> int:
    _pair(b)
    return b.call(11, "recvmsg", 7, RIGHTS | {"control": [{"fds": [8]}]}, 0, result=1)


@case("there was no room for all control data (MSG_CTRUNC): descriptors without room are closed")
def _no_room(b: TraceBuilder) -> int:
    _pair(b)
    b.call(10, "sendmsg", 6, RIGHTS, 0, result=1)
    return b.call(11, "recvmsg", 7, {"iovlen": 1, "flags": "MSG_CTRUNC"}, 0, result=1)


@case("receives 2 messages, 8 bytes in all, on fd 4 (#1)")
def _several(b: TraceBuilder) -> int:
    return b.call(10, "recvmmsg", 4, [{"len": 3}, {"len": 5}], 9, 0, None, result=2)


@case("moves 7 bytes inside the kernel from fd 6 (pipe) to fd 4 (#1)")
def _spliced_to_a_connection(b: TraceBuilder) -> int:
    b.call(10, "pipe", [6, 7])
    return b.call(10, "splice", 6, None, 4, None, 9, "0x0", result=7)


@case("gets 0 from splice on fd 4 (#1): the end of the data")
def _spliced_to_the_end(b: TraceBuilder) -> int:
    b.call(10, "pipe", [6, 7])
    return b.call(10, "splice", 4, None, 7, None, 9, "0x0", result=0)


@case("takes a copy of fd 4 of the process of fd 6, as its own fd 7 (#1)")
def _copies(b: TraceBuilder) -> int:
    b.call(10, "pidfd_open", 10, 0, result=6)
    return b.call(10, "pidfd_getfd", 6, 4, 0, result=7)


@case("makes a ring of requests, fd 6: what is asked for there is no system call")
def _ring(b: TraceBuilder) -> int:
    return b.call(10, "io_uring_setup", 4, "0x1", result=6)


@pytest.mark.parametrize(("build", "told"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_case(build: _Case, told: str) -> None:
    """The sentence says what the case is about.

    Each case has a server at fd 3, a connection to client 1 at fd 4, and an interest list, fd 5.
    """
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local=CLIENT)
    b.accept(10, 4)
    b.call(10, "epoll_create1", 0, result=5)
    seq = build(b)
    story = replay(b.trace())
    assert told in sentence(story, story.event(seq))
