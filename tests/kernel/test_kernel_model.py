"""The kernel model against small traces written by hand."""

from echotrace.kernel.descriptions import Description, Touch
from echotrace.kernel.model import Kernel, run
from echotrace.trace import Endpoint
from tracebuilder import THREAD, TraceBuilder, connected


def fds(kernel: Kernel, tid: int) -> list[int]:
    """The open numbers of a task beyond the standard streams."""
    return [slot.fd for slot in kernel.descriptors(tid) if slot.fd > 2]


def references(kernel: Kernel, tid: int, fd: int) -> int:
    """How many slots of all tables stand for what `fd` stands for."""
    return next(slot.references for slot in kernel.descriptors(tid) if slot.fd == fd)


def at(kernel: Kernel, tid: int, fd: int) -> Description:
    """What a descriptor stands for."""
    return next(slot.description for slot in kernel.descriptors(tid) if slot.fd == fd)


def cloexec(kernel: Kernel, tid: int) -> list[int]:
    """The numbers that execve would close."""
    return [slot.fd for slot in kernel.descriptors(tid) if slot.cloexec]


def touch(kernel: Kernel, seq: int) -> Touch:
    """What an event did."""
    return kernel.ledger.touches[seq]


def test_first_task_inherits_streams() -> None:
    """The first task has three inherited descriptions at 0, 1 and 2."""
    kernel = run(TraceBuilder().records)
    assert [(d.fd, d.description.kind) for d in kernel.descriptors(10)] == [
        (0, "inherited"), (1, "inherited"), (2, "inherited"),
    ]  # fmt: skip


def test_maker_tells_what_it_made() -> None:
    """A made description knows its kind, its maker and what the kernel said of it."""
    b = TraceBuilder()
    b.server()
    accepted = b.accept(10, 4)
    kernel = run(b.records)
    made = at(kernel, 10, 4)
    assert (made.kind, made.maker, made.link) == ("socket", accepted, "socket:[50001]")
    assert made.peer == "127.0.0.1:50001"
    assert made.listener == at(kernel, 10, 3).id
    told = touch(kernel, accepted)
    assert (told.used, told.made) == (at(kernel, 10, 3), ((4, made),))


def test_kinds_follow_the_maker() -> None:
    """Files, pipes, interest lists and counters are told apart by the call that made them."""
    b = TraceBuilder()
    b.call(10, "openat", "AT_FDCWD", "/etc/hosts", "O_RDONLY", "0x0", result=3)
    b.call(10, "pipe2", [4, 5], "O_RDONLY")
    b.call(10, "epoll_create1", "0", result=6)
    b.call(10, "eventfd2", 0, "O_RDONLY", result=7)
    kernel = run(b.records)
    assert [at(kernel, 10, fd).kind for fd in range(3, 8)] == [
        "file", "pipe", "pipe", "epoll", "eventfd",
    ]  # fmt: skip
    assert at(kernel, 10, 4).id != at(kernel, 10, 5).id


def test_listening_is_learnt_from_listen() -> None:
    """A socket is a listening one once listen succeeded on it."""
    b = TraceBuilder()
    b.server()
    b.call(10, "socket", "AF_INET", "SOCK_STREAM", 0, result=4)
    b.call(10, "listen", 4, 1, errno="EADDRINUSE")
    kernel = run(b.records)
    assert list(kernel.ledger.listening) == [at(kernel, 10, 3).id]
    assert kernel.ledger.endpoints[at(kernel, 10, 3).id].local == "127.0.0.1:7000"


def test_fork_copies_the_table() -> None:
    """After fork the parent's close leaves the child's reference, and says who holds it."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.fork(10, 11)
    closed = b.call(10, "close", 4)
    last = b.call(11, "close", 4)
    kernel = run(b.records)
    (freed,) = touch(kernel, closed).freed
    assert (freed.fd, freed.left, freed.holders) == (4, 1, (11,))
    (freed,) = touch(kernel, last).freed
    assert (freed.left, freed.holders) == (0, ())
    assert fds(kernel, 10) == fds(kernel, 11) == [3]
    assert references(kernel, 10, 3) == 2


def test_child_runs_before_clone_returns() -> None:
    """A child that closes while its parent is still in clone closes its own copy only."""
    b = TraceBuilder()
    b.server()
    spawn = b.begin(10, "clone", "SIGCHLD")
    b.task(11, parent=10, flags=["SIGCHLD"])
    b.call(11, "close", 3)
    b.end(spawn, 11)
    kernel = run(b.records)
    assert (fds(kernel, 10), fds(kernel, 11)) == ([3], [])
    assert kernel.ledger.doubts == []


def test_threads_share_the_table() -> None:
    """What one thread opens another can close, and there is one reference only."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.thread(10, 12)
    closed = b.call(12, "close", 4)
    kernel = run(b.records)
    assert touch(kernel, closed).freed[0].left == 0
    assert fds(kernel, 10) == fds(kernel, 12) == [3]
    assert kernel.shares(12) == (10, 12)


def test_thread_of_unknown_flags_shares() -> None:
    """A thread whose clone flags could not be read shares its process's table."""
    b = TraceBuilder()
    b.task(12, pid=10, parent=10)
    assert run(b.records).shares(10) == (10, 12)


def test_threads_before_the_trace_share() -> None:
    """Threads that were there at the start, with no maker, share their process's table."""
    b = TraceBuilder()
    b.task(12, pid=10)
    b.task(20)
    kernel = run(b.records)
    assert (kernel.shares(10), kernel.shares(20)) == ((10, 12), (20,))


def test_number_is_used_again() -> None:
    """After a close the same number stands for another description."""
    b = TraceBuilder()
    b.server()
    first, one = b.accept(10, 4), b.call(10, "recvfrom", 4, result=0)
    b.call(10, "close", 4)
    second, two = b.accept(10, 4), b.call(10, "recvfrom", 4, result=0)
    kernel = run(b.records)
    assert (used := touch(kernel, one).used)
    assert used.maker == first
    assert (used := touch(kernel, two).used)
    assert used.maker == second
    assert kernel.ledger.doubts == []


def test_close_and_accept_race() -> None:
    """A number given out again before close is seen to return is no doubt."""
    b = TraceBuilder()
    b.server()
    first = b.accept(10, 4)
    b.thread(10, 12)
    waiting = b.begin(10, "accept", 3)
    closing = b.begin(12, "close", 4)
    second = b.end(waiting, 4, told=connected(4, 50002))
    closed = b.end(closing)
    used = b.call(10, "recvfrom", 4, result=0)
    kernel = run(b.records)
    assert kernel.ledger.doubts == []
    assert touch(kernel, closed).freed[0].description.maker == first
    assert (found := touch(kernel, used).used)
    assert found.maker == second


def test_use_during_close() -> None:
    """A use of a number whose close is under way belongs to the description just closed."""
    b = TraceBuilder()
    b.server()
    accepted = b.accept(10, 4)
    b.thread(10, 12)
    closing = b.begin(12, "close", 4)
    used = b.call(10, "sendto", 4, result=5)
    b.end(closing)
    after = b.call(10, "sendto", 4, result=5)
    kernel = run(b.records)
    assert (found := touch(kernel, used).used)
    assert found.maker == accepted
    assert [doubt.seq for doubt in kernel.ledger.doubts] == [after]


def test_close_that_fails_with_eintr() -> None:
    """close frees the number on EINTR and EIO, but not on EBADF."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    again = b.call(10, "close", 4, errno="EINTR")
    double = b.call(10, "close", 4, errno="EBADF")
    kernel = run(b.records)
    assert fds(kernel, 10) == [3]
    assert touch(kernel, again).freed[0].left == 0
    assert double not in kernel.ledger.touches
    assert kernel.ledger.doubts == []


def test_dups_share_a_description() -> None:
    """dup, dup2, dup3 and F_DUPFD make more references to one description."""
    b = TraceBuilder()
    b.server()
    b.call(10, "dup", 3, result=4)
    b.call(10, "dup2", 3, 9, result=9)
    b.call(10, "dup3", 3, 10, "O_CLOEXEC", result=10)
    b.call(10, "fcntl", 3, "F_DUPFD", 20, result=20)
    seq = b.call(10, "fcntl", 3, "F_DUPFD_CLOEXEC", 20, result=21)
    kernel = run(b.records)
    assert {at(kernel, 10, fd).id for fd in fds(kernel, 10)} == {at(kernel, 10, 3).id}
    assert references(kernel, 10, 3) == 6
    assert cloexec(kernel, 10) == [10, 21]
    assert touch(kernel, seq).made == ((21, at(kernel, 10, 3)),)


def test_dup2_closes_silently() -> None:
    """dup2 frees what stood at the new number, and nothing when both numbers are the same."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    connection = at(run(b.records), 10, 4)
    onto = b.call(10, "dup2", 3, 4, result=4)
    same = b.call(10, "dup2", 3, 3, result=3)
    kernel = run(b.records)
    assert [(f.fd, f.description, f.left) for f in touch(kernel, onto).freed] == [
        (4, connection, 0)
    ]
    assert (touch(kernel, same).freed, touch(kernel, same).made) == ((), ())
    assert references(kernel, 10, 3) == 2
    assert kernel.ledger.doubts == []


def test_cloexec_is_closed_by_exec() -> None:
    """execve closes the descriptors with FD_CLOEXEC, however they got it, and keeps the others."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_INET", "SOCK_STREAM|SOCK_CLOEXEC", 0, result=3)
    for fd in (4, 5, 6, 7):
        b.call(10, "socket", "AF_INET", "SOCK_STREAM", 0, result=fd)
    b.call(10, "fcntl", 4, "F_SETFD", "FD_CLOEXEC")
    b.call(10, "fcntl", 5, "F_SETFD", "FD_CLOEXEC")
    b.call(10, "fcntl", 5, "F_SETFD", 0)
    b.call(10, "ioctl", 6, "FIOCLEX", 0)
    b.call(10, "memfd_create", "x", "0x1", result=8)
    seq = b.execute(10)
    kernel = run(b.records)
    assert fds(kernel, 10) == [5, 7]
    assert [freed.fd for freed in touch(kernel, seq).freed] == [3, 4, 6, 8]


def test_failed_exec_changes_nothing() -> None:
    """An execve that fails closes nothing."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_INET", "SOCK_STREAM|SOCK_CLOEXEC", 0, result=3)
    b.call(10, "execve", "/nowhere", ["x"], errno="ENOENT")
    assert fds(run(b.records), 10) == [3]


def test_exec_of_a_thread() -> None:
    """A thread that calls execve goes on as the leader, alone and with the shared table."""
    b = TraceBuilder()
    b.server()
    b.call(10, "accept4", 3, None, None, "SOCK_CLOEXEC", result=4)
    b.thread(10, 12)
    b.thread(10, 13)
    seq = b.execute(10, former=12)
    b.exit(13, call=False)
    b.call(10, "close", 3)
    kernel = run(b.records)
    assert kernel.tasks() == (10,)
    assert fds(kernel, 10) == []
    assert touch(kernel, seq).freed[0].left == 0
    assert kernel.ledger.doubts == []


def test_exec_under_the_later_name() -> None:
    """What a thread's execve frees is booked on it, also when it is recorded as the leader's."""
    b = TraceBuilder()
    b.thread(10, 12)
    b.call(10, "socket", "AF_INET", "SOCK_STREAM|SOCK_CLOEXEC", 0, result=3)
    begun = b.begin(10, "execve", "/bin/true")
    b.replaced(10, former=12)
    b.end(begun)
    kernel = run(b.records)
    assert touch(kernel, begun.seq).freed[0].fd == 3


def test_exec_unshares_from_other_processes() -> None:
    """A table shared with another process (CLONE_FILES without CLONE_THREAD) is copied by exec."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_INET", "SOCK_STREAM|SOCK_CLOEXEC", 0, result=3)
    b.task(11, parent=10, flags=["CLONE_FILES"])
    seq = b.execute(11)
    kernel = run(b.records)
    assert (fds(kernel, 10), fds(kernel, 11)) == ([3], [])
    assert (touch(kernel, seq).freed[0].left, touch(kernel, seq).freed[0].holders) == (1, (10,))


def test_close_range() -> None:
    """close_range frees every open number of the range."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.accept(10, 5)
    seq = b.call(10, "close_range", 4, 0xFFFFFFFF, "0")
    kernel = run(b.records)
    assert [freed.fd for freed in touch(kernel, seq).freed] == [4, 5]
    assert fds(kernel, 10) == [3]


def test_close_range_unshare() -> None:
    """CLOSE_RANGE_UNSHARE leaves the other threads their descriptors."""
    b = TraceBuilder()
    b.server()
    b.thread(10, 12)
    b.call(12, "close_range", 3, 0xFFFFFFFF, "CLOSE_RANGE_UNSHARE")
    kernel = run(b.records)
    assert (fds(kernel, 10), fds(kernel, 12)) == ([3], [])


def test_close_range_cloexec() -> None:
    """CLOSE_RANGE_CLOEXEC closes nothing until exec."""
    b = TraceBuilder()
    b.server()
    b.call(10, "close_range", 3, 0xFFFFFFFF, "CLOSE_RANGE_CLOEXEC")
    assert fds(run(b.records), 10) == [3]
    b.execute(10)
    assert fds(run(b.records), 10) == []


def test_unshare_files() -> None:
    """unshare(CLONE_FILES) gives a thread a table of its own."""
    b = TraceBuilder()
    b.server()
    b.thread(10, 12)
    b.call(12, "unshare", "CLONE_FILES|CLONE_FS")
    b.call(12, "close", 3)
    kernel = run(b.records)
    assert (fds(kernel, 10), fds(kernel, 12)) == ([3], [])


def test_exit_drops_references() -> None:
    """The end of a process frees its whole table, the end of one of its threads nothing."""
    b = TraceBuilder()
    b.server()
    b.fork(10, 11)
    b.task(12, pid=11, parent=11, flags=THREAD)
    thread = b.exit(12)
    process = b.exit(11, call=False)
    kernel = run(b.records)
    assert thread not in kernel.ledger.touches
    freed = {freed.fd: freed for freed in touch(kernel, process).freed}
    assert (freed[3].left, freed[3].holders) == (1, (10,))
    assert kernel.descriptors(11) == ()


def test_second_descriptors() -> None:
    """epoll_ctl and splice tell what their second descriptor stands for."""
    b = TraceBuilder()
    b.server()
    b.call(10, "epoll_create1", "0", result=4)
    seq = b.call(10, "epoll_ctl", 4, "EPOLL_CTL_ADD", 3, {"events": "EPOLLIN", "data": 3})
    kernel = run(b.records)
    assert touch(kernel, seq) == Touch(seq, at(kernel, 10, 4), target=at(kernel, 10, 3))


def test_poll_of_one_descriptor() -> None:
    """A poll of one descriptor uses it; a poll of several uses none."""
    b = TraceBuilder()
    b.server()
    one = b.call(10, "poll", [{"fd": 3}], 1, -1, result=1)
    two = b.call(10, "poll", [{"fd": 3}, {"fd": 0}], 2, -1, result=1)
    kernel = run(b.records)
    assert touch(kernel, one).used == at(kernel, 10, 3)
    assert two not in kernel.ledger.touches


def test_signalfd_changes_its_own() -> None:
    """signalfd with a descriptor makes no other."""
    b = TraceBuilder()
    b.call(10, "signalfd4", -1, "0x1", 8, "O_RDONLY", result=3)
    b.call(10, "signalfd4", 3, "0x1", 8, "O_RDONLY", result=3)
    kernel = run(b.records)
    assert fds(kernel, 10) == [3]
    assert kernel.ledger.doubts == []


def test_call_that_never_returned() -> None:
    """A call without a result uses its descriptor and makes nothing."""
    b = TraceBuilder()
    b.server()
    seq = b.begin(10, "accept", 3).seq
    kernel = run(b.trace().records)
    assert (touch(kernel, seq).used, touch(kernel, seq).made) == (at(kernel, 10, 3), ())
    assert fds(kernel, 10) == [3]


def test_call_that_took_no_time() -> None:
    """A call whose start and end were read from a coarse clock still begins before it ends."""
    b = TraceBuilder()
    b.server()
    begun = b.begin(10, "dup", 3)
    b.now -= 10
    b.end(begun, 4)
    kernel = run(b.records)
    assert at(kernel, 10, 4) == at(kernel, 10, 3)


def test_unknown_descriptor_is_one_doubt() -> None:
    """A number that nothing made is doubted once and then taken as an unknown description."""
    b = TraceBuilder()
    told = Endpoint(7, "socket:[9]", "127.0.0.1:7000", None)
    first = b.call(10, "listen", 7, 1, told=told)
    second = b.call(10, "accept", 7, result=8)
    kernel = run(b.records)
    assert [(d.seq, d.sentence) for d in kernel.ledger.doubts] == [
        (first, "listen uses descriptor 7, which no event had made.")
    ]
    assert (used := touch(kernel, second).used)
    assert (used.kind, used.link) == ("unknown", "socket:[9]")


def test_failed_use_of_unknown_descriptor() -> None:
    """EBADF is no doubt; another failure is, but does not prove that the number is open."""
    b = TraceBuilder()
    b.call(10, "read", 7, errno="EBADF")
    seq = b.call(10, "read", 7, errno="EINVAL")
    kernel = run(b.records)
    assert [doubt.seq for doubt in kernel.ledger.doubts] == [seq]
    assert fds(kernel, 10) == []


def test_maker_of_an_open_number() -> None:
    """A maker that returns a number still open is a doubt, and the new description replaces."""
    b = TraceBuilder()
    b.server()
    seq = b.call(10, "socket", "AF_INET", "SOCK_STREAM", 0, result=3)
    kernel = run(b.records)
    assert [doubt.seq for doubt in kernel.ledger.doubts] == [seq]
    assert at(kernel, 10, 3).maker == seq
    assert references(kernel, 10, 3) == 1


def test_calls_of_a_task_nobody_made() -> None:
    """A call of an unknown task is a doubt, and the task gets standard streams."""
    b = TraceBuilder()
    b.call(99, "dup", 1, result=3)
    kernel = run(b.records)
    assert len(kernel.ledger.doubts) == 1
    assert fds(kernel, 99) == [3]


def test_task_id_is_used_again() -> None:
    """A new task may have the number of one that ended."""
    b = TraceBuilder()
    b.server()
    b.fork(10, 11)
    b.call(11, "close", 3)
    b.exit(11)
    b.fork(10, 11)
    kernel = run(b.records)
    assert fds(kernel, 11) == [3]
    assert kernel.ledger.doubts == []
