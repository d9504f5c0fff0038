"""Numbers and memory to names: against the socket module, and there and back."""

import ctypes
import os
import re
import signal
import socket
import struct
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echotrace.record import addresses, argument, build, decode, in_memory, names
from echotrace.record.machine import Call
from echotrace.syscalls import ROWS

WORDS = st.integers(0, (1 << 64) - 1)
FLAG_TABLES: Mapping[str, Mapping[int, str]] = {
    "clone": names.CLONE_FLAGS,
    "open": names.OPEN_FLAGS,
    "socket": names.SOCKET_FLAGS,
    "message": names.MESSAGE_FLAGS,
    "epoll": names.EPOLL_EVENTS,
    "poll": names.POLL_EVENTS,
    "wait": names.WAIT_FLAGS,
    "close_range": names.CLOSE_RANGE_FLAGS,
}


class Memory:
    """A task's memory: some bytes from an address on, and nothing elsewhere."""

    def __init__(self, contents: bytes = b"", address: int = 0x10000) -> None:
        self.contents = contents
        self.address = address

    def read(self, address: int, size: int) -> bytes | None:
        """`size` bytes at `address`, or None."""
        offset = address - self.address
        if not 0 <= offset <= offset + size <= len(self.contents):
            return None
        return self.contents[offset : offset + size]

    def read_string(self, address: int) -> bytes | None:
        """The bytes up to the first NUL, or None."""
        offset = address - self.address
        if not 0 <= offset < len(self.contents):
            return None
        return self.contents[offset:].partition(b"\0")[0]


def call(*arguments: int, result: int | None = 0) -> Call:
    """A call with these arguments."""
    return Call(0, (*arguments, *[0] * (6 - len(arguments))), result)


def decoded(name: str, *arguments: int, result: int | None = 0, memory: bytes = b"") -> Any:
    """The decoded arguments of a call, with memory from 0x10000 on."""
    return decode.arguments(ROWS[name], call(*arguments, result=result), Memory(memory))


# addresses


def raw_name(own: socket.socket) -> bytes:
    """What getsockname(2) stores for a socket."""
    buffer = ctypes.create_string_buffer(128)
    size = ctypes.c_uint32(128)
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.getsockname(own.fileno(), buffer, ctypes.byref(size)) == 0
    return bytes(buffer.raw[: size.value])


@pytest.mark.parametrize(
    ("family", "host", "form"),
    [(socket.AF_INET, "127.0.0.1", "{}:{}"), (socket.AF_INET6, "::1", "[{}]:{}")],
)
def test_internet_address_as_the_socket_module_has_it(
    family: socket.AddressFamily, host: str, form: str
) -> None:
    """What the kernel stores for a bound socket is spelt with the host and port Python says."""
    with socket.socket(family, socket.SOCK_DGRAM) as own:
        try:
            own.bind((host, 0))
        except OSError as error:
            pytest.skip(f"needs {host}: {error}")
        assert addresses.socket_address(raw_name(own)) == form.format(*own.getsockname()[:2])


@pytest.mark.parametrize("abstract", [False, True])
def test_unix_address_as_the_socket_module_has_it(abstract: bool) -> None:
    """A path is spelt as a path; an abstract name with an @ for its NUL."""
    with (
        tempfile.TemporaryDirectory(prefix="e-") as folder,
        socket.socket(socket.AF_UNIX) as own,
        socket.socket(socket.AF_UNIX) as unnamed,
    ):
        path = str(Path(folder) / "own")
        own.bind("\0" + path if abstract else path)
        shown = f"unix:@{path}" if abstract else f"unix:{path}"
        assert addresses.socket_address(raw_name(own)) == shown
        assert addresses.socket_address(raw_name(unnamed)) == "unix:"


@given(st.ip_addresses(), st.integers(0, 65535))
def test_any_internet_address(address: Any, port: int) -> None:
    """Every address and port comes back as written."""
    if address.version == 4:
        raw = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(port), address.packed)
        shown = f"{address}:{port}"
    else:
        head = struct.pack("=HHI", socket.AF_INET6, socket.htons(port), 0)
        raw = head + address.packed + bytes(4)
        shown = f"[{socket.inet_ntop(socket.AF_INET6, address.packed)}]:{port}"
    assert addresses.socket_address(raw) == shown


@given(st.binary(max_size=128))
def test_any_bytes_as_an_address(raw: bytes) -> None:
    """Whatever a program passes for an address, there is a text for it, or None."""
    found = addresses.socket_address(raw)
    assert found is None or isinstance(found, str)
    assert (found is None) == (len(raw) < 2)


def test_address_that_the_kernel_stores() -> None:
    """It is read after success only, as long as the kernel says."""
    address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(80), bytes([127, 0, 0, 1]))
    memory = address + struct.pack("I", 16)
    done = decoded("accept", 3, 0x10000, 0x10010, result=4, memory=memory)
    assert done == {"fd": 3, "addr": "127.0.0.1:80", "addrlen": 16}
    assert decoded("accept", 3, 0x10000, 0x10010, result=-4, memory=memory)["addr"] is None
    assert decoded("accept", 3, 0x10000, 0x10010, result=None, memory=memory)["addr"] is None
    assert decoded("accept", 3, 0, 0, result=4) == {"fd": 3, "addr": None, "addrlen": None}


# flags


def value_of(text: str | int, table: Mapping[int, str]) -> int:
    """The number that a text of flags stands for."""
    values = {name: bit for bit, name in table.items()}
    found = 0
    for word in str(text).split("|"):
        found |= values[word] if word in values else int(word, 0)
    return found


@pytest.mark.parametrize("kind", FLAG_TABLES)
@given(value=st.integers(0, (1 << 34) - 1))
def test_flags_there_and_back(kind: str, value: int) -> None:
    """Names, and one number for bits without a name, mean exactly the bits that are set."""
    assert value_of(names.flags(value, FLAG_TABLES[kind]), FLAG_TABLES[kind]) == value


@given(st.sets(st.sampled_from(sorted(names.CLONE_FLAGS.keys() - {0x80}))), st.integers(0, 64))
def test_clone_flags_there_and_back(bits: set[int], exit_signal: int) -> None:
    """The flags of clone are those in the word, and the exit signal stands last by its name.

    CLONE_NEWTIME (0x80) is of clone3 only: in clone its bit is part of the signal.
    """
    value = sum(bits)
    text = names.clone_flags(value, exit_signal)
    words = text.split("|") if text != "0" else []
    if exit_signal:
        assert words.pop() == names.signal_name(exit_signal)
    assert {bit for bit, name in names.CLONE_FLAGS.items() if name in words} == bits
    assert len(words) == len(bits)
    assert decoded("clone", value | exit_signal)["flags"] == text


def test_flags_of_clone3_are_read_from_memory() -> None:
    """struct clone_args begins with the flags; then come exit signal and stack."""
    memory = struct.pack("8Q", 0x100 | 0x10000, 1, 2, 3, signal.SIGCHLD, 0x7000, 0, 0)
    assert decoded("clone3", 0x10000, 88, memory=memory) == {
        "flags": "CLONE_VM|CLONE_THREAD|SIGCHLD", "stack": "0x7000", "size": 88,
    }  # fmt: skip
    assert decoded("clone3", 8, 88)["flags"] is None


@pytest.mark.parametrize("number", range(1, 65))
def test_every_signal_has_a_name_of_its_own(number: int) -> None:
    """Signals are called as in signal.h; those that the C library keeps, by number."""
    name = names.signal_name(number)
    assert name not in {names.signal_name(other) for other in range(1, number)}
    if name.startswith("SIGRTMIN+"):
        assert signal.SIGRTMIN + int(name.partition("+")[2]) == number
    elif name[3:].isdigit():
        assert name == f"SIG{number}"
        assert number < signal.SIGRTMIN
    else:
        assert signal.Signals[name] == number


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0x0700, "exited 7"), (0x000B, "killed SIGSEGV"), (0x008B, "killed SIGSEGV"),
        (0x137F, "stopped SIGSTOP"), (0xFFFF, "continued"),
    ],
)  # fmt: skip
def test_wait_status_in_words(status: int, words: str) -> None:
    """A status says how the child ended, stopped or went on; it is read when wait found one."""
    memory = struct.pack("i", status)
    assert decoded("wait4", -1, 0x10000, 0, 0, result=9, memory=memory)["wstatus"] == words
    assert decoded("wait4", -1, 0x10000, 0, 0, result=0, memory=memory)["wstatus"] is None


@pytest.mark.parametrize(
    ("handler", "flags", "expected"),
    [
        (0, 0, {"handler": "SIG_DFL", "flags": "0"}),
        (1, 2, {"handler": "SIG_IGN", "flags": "SA_NOCLDWAIT"}),
        (0x401000, 0x14000000, {"handler": "function", "flags": "SA_RESTART|SA_RESTORER"}),
        (0, 0xFFFFFFFF80000000, {"handler": "SIG_DFL", "flags": "SA_RESETHAND"}),
    ],
)  # fmt: skip
def test_what_a_signal_will_do(handler: int, flags: int, expected: dict[str, str]) -> None:
    """A handler is told as a function; the sign that an int brings along is no flag."""
    memory = struct.pack("QQ", handler, flags)
    found = decoded("rt_sigaction", signal.SIGCHLD, 0x10000, memory=memory)
    assert found == {"signum": "SIGCHLD", "act": expected}
    assert decoded("rt_sigaction", signal.SIGCHLD, 0)["act"] is None
    assert decoded("rt_sigaction", signal.SIGCHLD, 8)["act"] is None


@pytest.mark.parametrize(
    ("number", "code", "status", "expected"),
    [
        (17, 1, 7, {"pid": 9, "code": "CLD_EXITED", "status": 7}),
        (17, 2, 9, {"pid": 9, "code": "CLD_KILLED", "status": 9}),
        (17, 5, 19, {"pid": 9, "code": "CLD_STOPPED", "status": 19}),
        (17, 99, 0, {"pid": 9, "code": 99, "status": 0}),
        (0, 0, 0, {"pid": 0}),
    ],
)
def test_what_waitid_tells(number: int, code: int, status: int, expected: dict[str, Any]) -> None:
    """It tells who ended and how; of nobody, when WNOHANG found none; nothing after a failure."""
    memory = struct.pack("iii4xiii", number, 0, code, 9, 1000, status)
    assert decoded("waitid", 1, 9, 0x10000, 4, memory=memory) == {
        "idtype": 1, "id": 9, "info": expected, "options": "WEXITED", "rusage": None,
    }  # fmt: skip
    assert decoded("waitid", 1, 9, 0x10000, 4, result=-10, memory=memory)["info"] is None
    assert decoded("waitid", 1, 9, 0, 4, memory=memory)["info"] is None


# single values


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("socket", (2, 1 | 0o2004000, 0),
         {"domain": "AF_INET", "type": "SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC", "protocol": 0}),
        ("socket", (10, 2, 17), {"domain": "AF_INET6", "type": "SOCK_DGRAM", "protocol": 17}),
        ("socket", (99, 9, 0), {"domain": 99, "type": "9", "protocol": 0}),
        ("shutdown", (4, 1), {"fd": 4, "how": "SHUT_WR"}),
        ("shutdown", (4, 7), {"fd": 4, "how": 7}),
        ("close", ((1 << 64) - 1,), {"fd": -1}),
        ("close", (0xFFFFFFFF,), {"fd": -1}),
        ("fcntl", (3, 2, 1), {"fd": 3, "cmd": "F_SETFD", "arg": "FD_CLOEXEC"}),
        ("fcntl", (3, 4, 0o4000), {"fd": 3, "cmd": "F_SETFL", "arg": "O_RDONLY|O_NONBLOCK"}),
        ("fcntl", (3, 0, 10), {"fd": 3, "cmd": "F_DUPFD", "arg": 10}),
        ("close_range", (3, 0xFFFFFFFF, 4),
         {"first": 3, "last": 0xFFFFFFFF, "flags": "CLOSE_RANGE_CLOEXEC"}),
        ("dup3", (3, 4, os.O_CLOEXEC), {"fd": 3, "newfd": 4, "flags": "O_RDONLY|O_CLOEXEC"}),
        ("accept4", (3, 0, 0, 0o2000000),
         {"fd": 3, "addr": None, "addrlen": None, "flags": "SOCK_CLOEXEC"}),
    ],
)  # fmt: skip
def test_values_in_registers(
    name: str, arguments: tuple[int, ...], expected: Mapping[str, object]
) -> None:
    """Numbers with names are named; others, and those of no name, stay numbers."""
    found = decoded(name, *arguments)
    kind = found.get("type")
    assert found | ({"type": str(kind)} if kind is not None else {}) == expected


def test_socket_option() -> None:
    """The option's name depends on the level; its value is a number, or bytes in hexadecimal."""
    memory = struct.pack("i", 1) + struct.pack("ii", 1, 0)
    assert decoded("setsockopt", 3, 1, 2, 0x10000, 4, memory=memory) == {
        "fd": 3, "level": "SOL_SOCKET", "optname": "SO_REUSEADDR", "optval": 1, "optlen": 4,
    }  # fmt: skip
    nodelay = decoded("setsockopt", 3, 6, 1, 0x10000, 4, memory=memory)
    assert (nodelay["level"], nodelay["optname"]) == ("IPPROTO_TCP", "TCP_NODELAY")
    linger = decoded("setsockopt", 3, 1, 13, 0x10004, 8, memory=memory)
    assert (linger["optname"], linger["optval"]) == ("SO_LINGER", "0100000000000000")


def test_options_are_called_as_in_the_c_library() -> None:
    """Every option of every level has the number that the C library's headers give its name."""
    compiler = build.find_compiler()
    if compiler is None:
        pytest.skip("needs a C compiler")
    options = {name: number for table in names.OPTIONS.values() for number, name in table.items()}
    source = "#include <netinet/in.h>\n#include <netinet/tcp.h>\n#include <sys/socket.h>\n"
    done = subprocess.run(
        [compiler, "-D_GNU_SOURCE", "-E", "-P", "-xc", "-"],
        input=source + "".join(f'"{name}" {name}\n' for name in options),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    known = dict(re.findall(r'^"(\w+)" (\w+)$', done.stdout, re.MULTILINE))
    assert {name: known[name] for name in options} == {
        name: str(number) for name, number in options.items()
    }


def test_descriptor_sets() -> None:
    """select's sets are lists of descriptors, below its first argument."""
    memory = struct.pack("QQ", 1 << 3 | 1 << 5 | 1 << 63, 1)
    assert decoded("select", 6, 0x10000, 0, 0, 0, memory=memory)["readfds"] == [3, 5]
    assert decoded("select", 65, 0x10000, 0, 0, 0, memory=memory)["readfds"] == [3, 5, 63, 64]
    assert decoded("select", 65, 0x10000, 0, 0, 0, memory=memory)["writefds"] is None


def test_poll_and_epoll() -> None:
    """poll's list tells what is wanted and what came; epoll_wait's events as many as it says."""
    memory = struct.pack("iHHiHH", 3, 1, 1, 4, 5, 0)
    assert decoded("poll", 0x10000, 2, -1, result=1, memory=memory)["fds"] == [
        {"fd": 3, "events": "POLLIN", "revents": "POLLIN"},
        {"fd": 4, "events": "POLLIN|POLLOUT", "revents": 0},
    ]
    memory = struct.pack("=IQIQ", 1, 7, 0x2001, 8)
    assert decoded("epoll_wait", 3, 0x10000, 10, -1, result=1, memory=memory)["events"] == [
        {"events": "EPOLLIN", "data": 7}
    ]
    assert decoded("epoll_ctl", 3, 1, 4, 0x1000C, memory=memory)["event"] == {
        "events": "EPOLLIN|EPOLLRDHUP", "data": 8,
    }  # fmt: skip


def test_words_of_a_program() -> None:
    """exec's arguments are read up to the NULL; a list that breaks off says so."""
    strings = b"ls\0-l\0"
    base = 0x10000 + 32
    memory = struct.pack("4Q", base, base + 3, 0, 0) + strings
    found = decoded("execve", base, 0x10000, 0, memory=memory)
    assert (found["path"], found["argv"]) == ("ls", ["ls", "-l"])
    torn = Memory(struct.pack("Q", 0x10000))
    arguments = decode.arguments(ROWS["execve"], call(8, 0x10000, 0), torn)
    assert arguments["path"] is None
    assert arguments["argv"] is not None
    assert arguments["argv"][-1] == "…"
    assert decoded("execve", 8, 8, 0)["argv"] is None
    assert decoded("execve", 8, 0, 0)["argv"] is None


# payloads


@given(st.binary(max_size=80), st.integers(0, 100))
def test_payload_is_cut_at_the_limit(data: bytes, limit: int) -> None:
    """What a call moved is kept up to the limit."""
    moved = call(3, 0x10000, 100, result=len(data))
    assert decode.payload(ROWS["read"], moved, Memory(data), limit) == data[:limit]


@given(st.lists(st.binary(max_size=20), max_size=6), st.integers(0, 60), st.data())
def test_payload_of_several_buffers(parts: list[bytes], limit: int, data: st.DataObject) -> None:
    """The bytes of writev and sendmsg are put together from their buffers, as many as moved."""
    whole = b"".join(parts)
    moved = data.draw(st.integers(0, len(whole)))
    table_size = 16 * len(parts)
    vectors, address = b"", 0x10000 + 56 + table_size
    for part in parts:
        vectors += struct.pack("QQ", address, len(part))
        address += len(part)
    header = struct.pack("QI4xQQQQi4x", 0, 0, 0x10000 + 56, len(parts), 0, 0, 0)
    memory = Memory(header + vectors + whole)
    expected = whole[: min(moved, limit)]
    written = call(3, 0x10000 + 56, len(parts), result=moved)
    assert decode.payload(ROWS["writev"], written, memory, limit) == expected
    sent = call(3, 0x10000, 0, result=moved)
    assert decode.payload(ROWS["sendmsg"], sent, memory, limit) == expected
    told = decode.arguments(ROWS["sendmsg"], sent, memory)
    assert told["msg"] == {"name": None, "iovlen": len(parts), "controllen": 0, "flags": 0}


CONTROLS = st.lists(
    st.tuples(st.sampled_from([1, 0, 41]), st.integers(1, 3), st.lists(st.integers(0, 99))),
    max_size=4,
)


@given(CONTROLS)
def test_control_messages_of_one_message(controls: list[tuple[int, int, list[int]]]) -> None:
    """Each is told by level and type, and the numbers of descriptors stand in SCM_RIGHTS alone."""
    area = b""
    for level, kind, numbers in controls:
        data = struct.pack(f"{len(numbers)}i", *numbers)
        one = struct.pack("Qii", socket.CMSG_LEN(len(data)), level, kind) + data
        area += one.ljust(socket.CMSG_SPACE(len(data)), b"\0")
    header = struct.pack("QI4xQQQQi4x", 0, 0, 0, 0, 0x10000 + 56, len(area), 8)
    for name in ("sendmsg", "recvmsg"):
        told = decoded(name, 5, 0x10000, result=1, memory=header + area)["msg"]
        assert told["flags"] == "MSG_CTRUNC"
        found = told.get("control", [])
        assert [control.get("fds") for control in found] == [
            numbers if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS) else None
            for level, kind, numbers in controls
        ]
    failed = decoded("recvmsg", 5, 0x10000, result=-11, memory=header + area)["msg"]
    assert "control" not in failed  # it is what the program left there


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=6), st.integers(0, 30), st.data())
def test_vector_of_messages(texts: list[bytes], limit: int, data: st.DataObject) -> None:
    """Those that were moved are told, each with its length, and the first bytes of all together."""
    moved = data.draw(st.integers(1, len(texts)))
    vectors_at = 0x10000 + 64 * len(texts)
    bytes_at = vectors_at + 16 * len(texts)
    headers = vectors = whole = b""
    for number, text in enumerate(texts):
        vectors += struct.pack("QQ", bytes_at + len(whole), len(text))
        header = struct.pack("QI4xQQQQi4x", 0, 0, vectors_at + 16 * number, 1, 0, 0, 0)
        headers += header + struct.pack("I4x", len(text))
        whole += text
    memory = Memory(headers + vectors + whole)
    for name in ("sendmmsg", "recvmmsg"):
        what = call(3, 0x10000, len(texts), result=moved)
        told = decode.arguments(ROWS[name], what, memory, limit)["msgvec"]
        assert [message["len"] for message in told] == [len(text) for text in texts[:moved]]
        kept = "".join(message["data"] for message in told)
        assert kept == b"".join(texts[:moved])[:limit].decode("latin-1")
    failed = call(3, 0x10000, len(texts), result=-11)
    assert decode.arguments(ROWS["recvmmsg"], failed, memory)["msgvec"] == []
    assert len(decode.arguments(ROWS["sendmmsg"], failed, memory)["msgvec"]) == len(texts)


@pytest.mark.parametrize("result", [None, -11])
def test_no_payload_without_success(result: int | None) -> None:
    """A call that failed, or has not returned, moved nothing."""
    assert (
        decode.payload(ROWS["read"], call(3, 0x10000, 4, result=result), Memory(b"data"), 9) is None
    )


@given(st.sampled_from(sorted(ROWS)), st.lists(WORDS, min_size=6, max_size=6), st.none() | WORDS)
def test_any_registers_are_decoded(name: str, words: list[int], result: int | None) -> None:
    """Whatever stands in the registers, and with no memory to read, there are arguments."""
    what = Call(0, tuple(words), None if result is None else argument.signed(result, 64))
    found = decode.arguments(ROWS[name], what, Memory())
    kept = [a for a in ROWS[name].arguments if a.kind not in decode.PAYLOADS]
    more = [a for a in kept if a.kind in in_memory.MORE]
    assert len(found) == len(kept) + len(more)
    assert decode.payload(ROWS[name], what, Memory(), 64) in (None, b"")


@given(st.sampled_from(sorted(ROWS)), st.binary(min_size=256, max_size=256), st.integers(0, 99))
def test_any_memory_is_decoded(name: str, contents: bytes, result: int) -> None:
    """Whatever stands in memory, there are arguments that JSON can hold."""
    import msgspec

    what = call(*[0x10000 + 8 * n for n in range(6)], result=result)
    memory = Memory(contents * 300)
    found = decode.arguments(ROWS[name], what, memory)
    payload = decode.payload(ROWS[name], what, memory, 64)
    assert msgspec.json.decode(msgspec.json.encode(found)) == found
    assert payload is None or len(payload) <= 64
