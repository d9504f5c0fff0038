"""What options and status flags a socket has, and through which descriptors."""

import pytest
from kernels import entry_of, socket_of

from echotrace.kernel.model import run
from tracebuilder import TraceBuilder


def test_options_are_remembered_by_name() -> None:
    """The last value of each option that was set counts."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_INET", "SOCK_STREAM", 0, result=3)
    b.call(10, "setsockopt", 3, "SOL_SOCKET", "SO_REUSEADDR", 0, 4)
    b.call(10, "setsockopt", 3, "SOL_SOCKET", "SO_REUSEADDR", 1, 4)
    b.call(10, "setsockopt", 3, "IPPROTO_TCP", 99, 7, 4)
    assert socket_of(run(b.records), 3).options == {"SO_REUSEADDR": 1, "99": 7}


@pytest.mark.parametrize(
    ("made_with", "name", "arguments", "expected"),
    [
        ("SOCK_STREAM", None, (), ()),
        ("SOCK_STREAM|SOCK_NONBLOCK", None, (), ("O_NONBLOCK",)),
        ("SOCK_STREAM", "fcntl", ("F_SETFL", "O_RDWR|O_NONBLOCK"), ("O_NONBLOCK",)),
        ("SOCK_STREAM|SOCK_NONBLOCK", "fcntl", ("F_SETFL", "O_RDWR"), ()),
        ("SOCK_STREAM", "ioctl", ("FIONBIO", 1), ("O_NONBLOCK",)),
        ("SOCK_STREAM|SOCK_NONBLOCK", "ioctl", ("FIONBIO", 0), ()),
        ("SOCK_STREAM|SOCK_NONBLOCK", "ioctl", ("FIONREAD", 0), ("O_NONBLOCK",)),
    ],
)
def test_flags_are_shared_by_all_descriptors(
    made_with: str, name: str | None, arguments: tuple[object, ...], expected: tuple[str, ...]
) -> None:
    """O_NONBLOCK is of the description: set through one descriptor it is set for its dups."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_INET", made_with, 0, result=3)
    b.call(10, "dup", 3, result=4)
    b.fork(10, 11)
    if name:
        b.call(11, name, 4, *arguments)
    kernel = run(b.records)
    assert entry_of(kernel, 3).flags == entry_of(kernel, 4, 11).flags == expected


def test_accept4_sets_the_flags_of_the_connection_only() -> None:
    """SOCK_NONBLOCK of accept4 is the connection's; that of the listening one is not passed on."""
    b = TraceBuilder()
    b.server()
    b.call(10, "ioctl", 3, "FIONBIO", 1)
    b.accept(10, 4)
    b.call(10, "accept4", 3, None, None, "SOCK_NONBLOCK|SOCK_CLOEXEC", result=5)
    kernel = run(b.records)
    assert [entry_of(kernel, fd).flags for fd in (3, 4, 5)] == [
        ("O_NONBLOCK",), (), ("O_NONBLOCK",),
    ]  # fmt: skip
