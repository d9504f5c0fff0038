"""Canonical lines: the same for two recordings of one behaviour."""

from echotrace.story.replay import replay
from echotrace.story.sequence import canonical, per_connection, per_task
from tracebuilder import TraceBuilder, connected


def recording(first: int, child: int, port: int, server: int, pause: int) -> TraceBuilder:
    """One behaviour; ids, ports and times as given."""
    b = TraceBuilder(first=first)
    b.call(first, "openat", "AT_FDCWD", "/etc/ld.so.cache", "O_RDONLY", "0x0", result=3)
    b.call(first, "close", 3)
    b.server(first, port=server)
    b.now += pause
    b.client(1, "connect", local=f"127.0.0.1:{port}")
    waiting = b.begin(first, "accept", 3, None, 16)
    b.end(waiting, 4, told=connected(4, port, server), addr=f"127.0.0.1:{port}")
    b.fork(first, child)
    b.call(child, "recvfrom", 4, None, 100, "0", None, None, result=5, data="hel\xfflo")
    b.call(child, "write", 1, None, 3, result=3, data=str(child))
    b.exit(child)
    b.signal(first, "SIGCHLD")
    b.call(first, "wait4", child, "exited 0", "0", None, result=child)
    b.begin(first, "accept", 3, None, 16)
    return b


ONE = recording(10, 11, 50001, 7000, 0)
OTHER = recording(4711, 4999, 61234, 7001, 12345)


def test_two_recordings_agree() -> None:
    """Task ids, ports, inodes and times do not show."""
    one, other = replay(ONE.trace()), replay(OTHER.trace())
    assert canonical(one) == canonical(other)
    assert per_connection(one) == per_connection(other)
    assert per_task(one) == per_task(other)


def test_lines() -> None:
    """Each line has its place, its actor, the call with roles for numbers, and the data."""
    assert canonical(replay(ONE.trace()))[1:] == (
        "listener P0 bind(fd=3, addr=127.0.0.1:0, addrlen=16) = 0",
        "listener P0 listen(fd=3, backlog=100) = 0",
        "#1 C1 connect",
        "#1 P0 accept(fd=3, addr=C1) = 4",
        '#1 P0 clone(flags="SIGCHLD") = P1',
        '#1 P1 recvfrom(fd=4, len=100, flags="0", addr=-) = 5 "hel\\u00fflo"',
        "#1 P1 exit_group(status=0) = ?",
        "#1 P1 ends with 0",
        "#1 P0 gets SIGCHLD",
        '#1 P0 wait4(pid=P1, wstatus="exited 0", options="0") = P1',
        "listener P0 accept(fd=3, addr=-) = ?",
    )  # fmt: skip


def test_everything() -> None:
    """Files and streams show only when everything is asked for."""
    story = replay(ONE.trace())
    assert len(canonical(story, everything=True)) == len(canonical(story)) + 3
    assert any("ld.so.cache" in line for line in canonical(story, everything=True))
    assert any('"11"' in line for line in per_task(story, everything=True)["P1"])


def test_per_connection_and_per_task() -> None:
    """The same lines, sorted to connections and to tasks."""
    story = replay(ONE.trace())
    assert per_connection(story)[1] == canonical(story)[3:-1]
    assert list(per_task(story)) == ["P0", "C1", "P1"]
    assert per_task(story)["P1"] == canonical(story)[6:9]


def test_other_data_differs() -> None:
    """Data, results and errors show."""
    lines = set()
    for errno, data in ((None, "a"), (None, "b"), ("ECONNRESET", None)):
        b = TraceBuilder()
        b.server()
        b.accept(10, 4)
        b.call(10, "recvfrom", 4, result=1, errno=errno, data=data)
        lines.add(canonical(replay(b.trace()))[-1])
    assert len(lines) == 3


def test_pointers_do_not_show() -> None:
    """Addresses in memory, lengths behind pointers and the data that epoll keeps are left out."""
    b = TraceBuilder()
    b.server()
    b.call(10, "epoll_create1", "0", result=4)
    b.call(10, "epoll_ctl", 4, "ADD", 3, {"events": "EPOLLIN", "data": 0x7FFE})
    b.call(10, "munmap", result=0x7FFE)
    b.begin(10, "clone3", flags="CLONE_VM", size=88)
    b.call(10, "recvmsg", 3, {"name": "127.0.0.1:5", "iovlen": 1}, "0", result=1)
    assert canonical(replay(b.trace()))[4:] == (
        'listener P0 epoll_ctl(fd=4, op="ADD", target=3, event={"events": "EPOLLIN"}) = 0',
        "listener P0 munmap() = ok",
        'listener P0 clone3(flags="CLONE_VM", size=88) = ?',
        'listener P0 recvmsg(fd=3, msg={"iovlen": 1, "name": "127.0.0.1:*"}, flags="0") = 1',
    )  # fmt: skip


def test_unfinished_and_failed_ends() -> None:
    """A step that never ended, a stop and a killed task are told as such."""
    b = TraceBuilder()
    b.server()
    b.client(1, "expect", text="x", done=False)
    b.exit(10, call=False)
    lines = canonical(replay(b.trace()))
    assert lines[-2:] == (
        'listener C1 expect "x" 1 bytes unfinished',
        "listener P0 ends by SIGKILL",
    )
