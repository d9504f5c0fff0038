"""The ledger: raw facts become records, numbered in the order in which they began."""

import errno
import random
import struct
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from echotrace.record import machine, seccomp
from echotrace.record.inspect import Found
from echotrace.record.ledger import Ledger
from echotrace.record.machine import Call
from echotrace.record.origins import UNKNOWN, Origin
from echotrace.record.sources import Sources
from echotrace.record.stops import Item
from echotrace.syscalls import ROWS
from echotrace.trace import Endpoint, Exec, Exit, Record, Signal, Site, Source, Syscall, Task

NAMES = seccomp.syscall_names()
NUMBERS = {name: number for number, name in NAMES.items()}
BEGIN = 1_000_000
ORIGINS = [
    Origin("/home/me/src/echo.c", 7, "main", "recv", None),
    Origin("/home/me/src/echo.c", 9, "serve", None, None),
    Origin("/usr/src/lib.c", 3, None, None, None),
]


def ledger() -> Ledger:
    """A new ledger whose trace began at BEGIN."""
    rows = {number: ROWS[name] for number, name in NAMES.items() if name in ROWS}
    new = Ledger(NAMES, rows, Sources(ORIGINS, (), Path("/home/me")))
    new.start(BEGIN)
    return new


def item(
    name: str | int,
    start: int,
    end: int | None,
    result: int = 0,
    arguments: tuple[int, ...] = (),
    found: Found | bytes | None = None,
    *,
    tid: int = 7,
    origin: int = UNKNOWN,
) -> Item:
    """A call as the stop loop keeps it; times are those of the trace."""
    words = [0] * 27
    words[machine.ORIG_RAX] = NUMBERS[name] if isinstance(name, str) else name
    words[machine.RAX] = result & (1 << 64) - 1
    places = (machine.RDI, machine.RSI, machine.RDX, machine.R10, machine.R8, machine.R9)
    for place, value in zip(places, arguments, strict=False):
        words[place] = value & (1 << 64) - 1
    raw = struct.pack("27Q", *words)
    return tid, BEGIN + start, None if end is None else BEGIN + end, raw, found, origin


def syscalls(records: list[Record]) -> list[Syscall]:
    """The calls among records."""
    return [record for record in records if isinstance(record, Syscall)]


def test_numbers_follow_the_beginning_and_order_the_end() -> None:
    """A call that began first has the lower number, though it is written later."""
    records = ledger().enter([item("read", 10, 40), item("close", 20, 30)], [], {})
    told = [(call.name, call.seq, call.start, call.end) for call in syscalls(records)]
    assert told == [("close", 2, 20, 30), ("read", 1, 10, 40)]


def test_number_of_a_call_that_waits_is_kept_for_it() -> None:
    """What begins after a call in progress has a higher number, though it is known earlier."""
    book = ledger()
    first = book.enter([item("close", 20, 30)], [], {7: BEGIN + 10})
    step = book.number()
    second = book.enter([item("read", 10, 60), item("close", 40, 50)], [], {})
    assert [call.seq for call in syscalls(first)] == [2]
    assert step == 3
    assert [(call.name, call.seq) for call in syscalls(second)] == [("close", 4), ("read", 1)]


def test_call_that_never_returned() -> None:
    """It has the number of its beginning, and neither result nor end."""
    book = ledger()
    book.enter([item("close", 20, 30)], [], {7: BEGIN + 10})
    found = Found(args={"fd": 3}, data=None, endpoints=[])
    (call,) = book.unfinished(
        7, BEGIN + 10, Call(NUMBERS["accept"], (3, 0, 0, 0, 0, 0), None), found
    )
    assert call == Syscall(1, 7, "accept", {"fd": 3}, None, None, 10, None)
    (killed,) = syscalls(book.enter([item("read", 40, None, arguments=(4,))], [], {}))
    assert (killed.seq, killed.result, killed.end) == (3, None, None)
    assert book.syscalls == 3


def test_other_records_stand_where_they_happened() -> None:
    """Signals and ends have numbers; tasks and execs have a time only."""
    others: list[Record] = [
        Task(BEGIN + 5, 8, 8, 7, "process"),
        Signal(0, BEGIN + 15, 8, "SIGHUP"),
        Exec(BEGIN + 16, 8, 8, ["true"]),
        Exit(0, BEGIN + 35, 8, None, "SIGHUP"),
    ]
    records = ledger().enter([item("close", 10, 20), item("read", 30, 40)], others, {})
    assert [(type(record).__name__, getattr(record, "seq", None)) for record in records] == [
        ("Task", None), ("Signal", 2), ("Exec", None), ("Syscall", 1), ("Exit", 4), ("Syscall", 3),
    ]  # fmt: skip
    assert records[0] == Task(5, 8, 8, 7, "process")
    assert records[1] == Signal(2, 15, 8, "SIGHUP")


def test_failures_are_named() -> None:
    """A result between -1 and -4095 is an error; what only a tracer sees has its name too."""
    results = [-errno.ECONNRESET, -512, -4095, -4096, 5, 0]
    items = [item("read", 10 * n, 10 * n + 5, result) for n, result in enumerate(results)]
    told = [(call.result, call.errno) for call in syscalls(ledger().enter(items, [], {}))]
    assert told == [
        (-1, "ECONNRESET"), (-1, "ERESTARTSYS"), (-1, "errno 4095"), (-4096, None), (5, None),
        (0, None),
    ]  # fmt: skip


def test_what_was_found_is_told() -> None:
    """Arguments, payload and endpoints that were read while the task stood still are kept."""
    found = Found(
        args={"fd": 3, "addr": None},
        data="caf\xe9",
        endpoints=[{"fd": 4, "link": "socket:[1]", "peer": "127.0.0.1:5"}],
    )
    (call,) = syscalls(ledger().enter([item("accept", 1, 2, 4, (3,), found)], [], {}))
    assert call.args == found["args"]
    assert call.data == found["data"]
    assert call.endpoints == [Endpoint(4, "socket:[1]", None, "127.0.0.1:5")]


def test_payload_alone_is_told_with_the_arguments_of_the_registers() -> None:
    """The frequent calls keep registers and payload only: the rest is worked out later."""
    raw = item("recvfrom", 1, 2, 3, (4, 0xDEAD, 100, 0x40, 0, 0), b"\xff\0a")
    (call,) = syscalls(ledger().enter([raw], [], {}))
    assert call.args == {
        "fd": 4, "len": 100, "flags": "MSG_DONTWAIT", "addr": None, "addrlen": None,
    }  # fmt: skip
    assert call.data == "\xff\0a"


def test_sites_are_told_and_their_sources_before_them() -> None:
    """A call whose origin is known has a site; each source comes once, before its first site."""
    book = ledger()
    first = book.enter([item("recvfrom", 1, 2, origin=0), item("read", 3, 4)], [], {})
    second = book.enter([item("close", 5, 6, origin=1), item("read", 7, 8, origin=2)], [], {})
    assert [(type(record), getattr(record, "file", None)) for record in (*first, *second)] == [
        (Source, "src/echo.c"), (Syscall, None), (Syscall, None),
        (Syscall, None), (Source, "lib.c"), (Syscall, None),
    ]  # fmt: skip
    assert [call.site for call in syscalls([*first, *second])] == [
        Site("src/echo.c", 7, "main", "recv"), None, Site("src/echo.c", 9, "serve"),
        Site("lib.c", 3),
    ]  # fmt: skip


def test_calls_of_no_table_keep_their_words() -> None:
    """A call that is not in the table has its name or number, and its raw arguments."""
    items = [item("mmap", 1, 2, 0, (1, 2, 3)), item(100_000, 3, 4, 0, (9,))]
    known, unknown = syscalls(ledger().enter(items, [], {}))
    assert (known.name, known.args["arg2"]) == ("mmap", "0x3")
    assert (unknown.name, unknown.args["arg0"]) == ("syscall 100000", "0x9")


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=20), st.randoms())
def test_batches_number_as_one(spans: list[tuple[int, int]], chance: random.Random) -> None:
    """However the calls come in batches, each has the number of its place among all beginnings."""
    moments = [(100 * n + a, 100 * n + a + 100 * b) for n, (a, b) in enumerate(spans)]
    items = [item("close", start, end, tid=n) for n, (start, end) in enumerate(moments)]
    by_end = sorted(items, key=lambda one: one[2] or 0)
    book = ledger()
    told: list[Syscall] = []
    while by_end:
        count = chance.randint(1, len(by_end))
        batch, by_end = by_end[:count], by_end[count:]
        last = batch[-1][2] or 0
        waiting = {one[0]: one[1] for one in by_end if one[1] < last}
        told += syscalls(book.enter(batch, [], waiting))
    assert [call.seq for call in sorted(told, key=lambda call: call.start)] == list(
        range(1, len(items) + 1)
    )
