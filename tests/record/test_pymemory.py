"""Finding a Python frame in made-up memory, in memory that changes, and in garbage."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymemory import (
    RUNTIME,
    TID,
    Image,
    head,
    made_up_python,
    put_code,
    put_frame,
    put_text,
    user,
)  # fmt: skip

from echotrace.record.python import debugoffsets
from echotrace.record.python.code import text_at
from echotrace.record.python.frames import Interpreter
from echotrace.record.python.offsets import Offsets, offsets_of
from echotrace.record.scatter import Ranges, Reader
from echotrace.trace import Site


def interpreter_in(memory: Reader, offsets: Offsets) -> tuple[Interpreter, list[Site | None]]:
    """An interpreter in a memory, and the list in which it books sites."""
    booked: list[Site | None] = [None]

    def book(site: Site) -> int:
        booked.append(site)
        return len(booked) - 1

    return Interpreter(offsets, RUNTIME, memory, book), booked


def found(image: Image) -> Site | None:
    """The site of the task in a made-up memory; asked again, it is the same."""
    offsets = offsets_of(image.read(TID, RUNTIME, debugoffsets.SIZE) or b"", None)
    assert offsets
    interpreter, booked = interpreter_in(image, offsets)
    first = booked[interpreter.number(TID)]
    assert booked[interpreter.number(TID)] == first
    return first


LINE = user.__code__.co_firstlineno
UNITS = len(user.__code__.co_code) // 2


def test_a_made_up_interpreter_is_read_by_its_own_list() -> None:
    """Tagged references, an entry frame and the library's frame lead to the user's line."""
    assert found(made_up_python()) == Site(
        "/home/me/user.py", LINE, "user", "TCPServer.get_request"
    )
    last = found(made_up_python(unit=UNITS - 1))
    assert last
    assert last.line > LINE


def test_what_looks_odd_has_no_line() -> None:
    """An instruction outside of its code, another thread's number, frames in a circle."""
    assert found(made_up_python(unit=UNITS)) is None
    assert found(made_up_python(unit=-1)) is None
    assert found(made_up_python(number=TID + 1)) is None
    circle = made_up_python()
    put_frame(circle, 0x41000, 0x200000, 0x42000, 0, 0)
    assert found(circle) is None


def test_memory_that_is_used_anew_is_read_anew() -> None:
    """Another code object at the same address, with the same strings, has its own lines."""
    image = made_up_python()
    offsets = offsets_of(head({}), None)
    assert offsets
    interpreter, booked = interpreter_in(image, offsets)
    before = booked[interpreter.number(TID)]
    later = user.__code__.replace(co_linetable=b"\x81\x03" + user.__code__.co_linetable[2:])
    put_code(image, 0x100000, later, "/home/me/user.py")
    assert before
    after = booked[interpreter.number(TID)]
    assert after is None or after.line != before.line


def test_a_thread_state_that_another_thread_has_taken_over_is_not_ours() -> None:
    """Its number is looked at every time."""
    image = made_up_python()
    offsets = offsets_of(head({}), None)
    assert offsets
    interpreter, booked = interpreter_in(image, offsets)
    assert booked[interpreter.number(TID)]
    image.put(0x30000, {80: 0x42000, 160: TID + 1})
    assert booked[interpreter.number(TID)] is None
    assert booked[interpreter.number(TID + 1)]


def test_a_forked_child_is_where_its_parent_was() -> None:
    """Until Python gives it its own number, and after that too."""
    image = made_up_python()
    offsets = offsets_of(head({}), None)
    assert offsets
    interpreter, booked = interpreter_in(image, offsets)
    child = TID + 5
    assert booked[interpreter.number(child)] is None
    interpreter.forked(child, TID)
    assert booked[interpreter.number(child)] == booked[interpreter.number(TID)]
    image.put(0x30000, {80: 0x42000, 160: child})
    assert booked[interpreter.number(child)]
    interpreter.forget(child)
    assert booked[interpreter.number(child)]  # found by its own number


@pytest.mark.parametrize("kind_at", [2, 8, 16])
def test_strings_of_all_builds_are_read(kind_at: int) -> None:
    """The flags of a string lie at another place in each kind of build."""
    image = Image()
    put_text(image, 0x1000, "serve", kind_at=kind_at)
    offsets = offsets_of(head({}), None)
    assert offsets
    assert text_at(lambda at, size: image.read(TID, at, size), 0x1000, offsets) == "serve"


@pytest.mark.parametrize(
    ("changed", "version"),
    [
        ({}, 0x030F00A1),
        ({}, 0x030C00F0),
        ({"bytes.ob_sval": 40}, 0x030E00F0),
        ({"thread.native_thread_id": 1 << 40}, 0x030E00F0),
        ({"object.ob_type": 16}, 0x030D00F0),
    ],
)
def test_an_unknown_interpreter_is_none(changed: dict[str, int], version: int) -> None:
    """A newer version, or a list that cannot be what we take it for, is not guessed at."""
    assert offsets_of(head(changed, version), None) is None
    assert offsets_of(head({})[:200], None) is None
    assert offsets_of(bytes(1024), (3, 10)) is None


KNOWN = [
    offsets
    for offsets in (offsets_of(bytes(1024), (3, 11)), offsets_of(bytes(1024), (3, 12)),
                    offsets_of(head({}), None))
    if offsets
]  # fmt: skip


class Garbage:
    """Memory full of small numbers, addresses of itself, the task's number and noise."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.reads = 0

    def read(self, tid: int, address: int, size: int) -> bytes | None:
        """The same at every look, but sometimes unreadable."""
        self.reads += 1
        noise = hash((self.seed, address)) & (1 << 64) - 1
        if noise % 50 == 0 or size < 0:
            return None
        pool = (0, 1, 2, 0x68, tid, RUNTIME, 0x20000, 0x20010, 0x30000, noise)
        few = [struct.pack("<Q", pool[(noise >> at) % len(pool)]) for at in range(0, 32, 2)]
        return (b"".join(few) * (size // 128 + 1))[:size]

    def fetch(self, tid: int, ranges: Ranges) -> bytes | None:
        """As the kernel would."""
        pieces = [self.read(tid, *pair) for pair in ranges.pairs]
        return None if None in pieces else b"".join(filter(None, pieces))


@given(st.integers(), st.sampled_from(KNOWN))
def test_garbage_ends_soon_and_without_an_error(seed: int, offsets: Offsets) -> None:
    """Every walk through memory is bounded, and nothing in it is believed to be well formed."""
    garbage = Garbage(seed)
    interpreter, _ = interpreter_in(garbage, offsets)
    for tid in (TID, TID, TID + 1):
        interpreter.forked(tid + 10, tid)
        interpreter.number(tid)
        interpreter.number(tid + 10)
    assert garbage.reads < 200_000


@given(st.binary(max_size=2048))
def test_any_bytes_may_stand_where_an_interpreter_was_expected(raw: bytes) -> None:
    """They are a known layout or none."""
    for text in (raw, debugoffsets.COOKIE + raw, head({})[:24] + raw):
        offsets = offsets_of(text, None)
        assert offsets is None or offsets.code_units > 0
