"""The filter, run as the kernel would run it; and the names of calls, as the C library has them."""

import re
import struct
import subprocess
from collections.abc import Sequence

import pytest

from echotrace.record import build, machine, seccomp
from echotrace.syscalls import ON_REQUEST, ROWS

ALLOW, TRACE = 0x7FFF0000, 0x7FF00000
NAMES = seccomp.syscall_names()
ARCHITECTURE = machine.ARCHITECTURE or 0

pytestmark = pytest.mark.skipif(not ARCHITECTURE, reason="the filter is for other processors")


def verdict(
    program: bytes,
    number: int,
    architecture: int = ARCHITECTURE,
    arguments: Sequence[int] = [1] * 6,
) -> int:
    """What a filter returns for a call, by the rules of linux/filter.h."""
    instructions = list(struct.iter_unpack("HBBI", program))
    facts = struct.pack("iIQ6Q", number, architecture, 0, *arguments)
    accumulator = at = 0
    while True:
        code, when_equal, when_not, operand = instructions[at]
        at += 1
        if code == 0x20:  # BPF_LD | BPF_W | BPF_ABS
            accumulator = struct.unpack_from("I", facts, operand)[0]
        elif code == 0x15:  # BPF_JMP | BPF_JEQ | BPF_K
            at += when_equal if accumulator == operand else when_not
        elif code == 0x05:  # BPF_JMP | BPF_JA
            at += operand
        else:
            assert code == 0x06  # BPF_RET | BPF_K
            return int(operand)


def test_filter_stops_at_the_calls_of_the_table_and_no_others() -> None:
    """Each call of the table is traced, those that change their arguments with a word of that."""
    program = seccomp.program(NAMES, everything=False)
    assert program is not None
    for number in range(600):
        name = NAMES.get(number)
        expected = ALLOW
        if name in ROWS.keys() - ON_REQUEST:
            expected = TRACE | (name in seccomp.CHANGED_BY_THE_CALL)
        assert verdict(program, number) == expected, name


@pytest.mark.parametrize("act", [1, 1 << 31, 1 << 32, 1 << 63, 0x7FFC_0000_0000])
def test_filter_lets_questions_pass(act: int) -> None:
    """sigaction that only asks passes; one that sets is traced, wherever its argument stands."""
    number = min(number for number, name in NAMES.items() if name == "rt_sigaction")
    some, everything = (seccomp.program(NAMES, everything=every) for every in (False, True))
    assert some is not None
    assert everything is not None
    assert verdict(some, number, arguments=[17, 0, 1, 8, 0, 0]) == ALLOW
    assert verdict(some, number, arguments=[17, act, 0, 8, 0, 0]) == TRACE
    assert verdict(everything, number, arguments=[17, 0, 1, 8, 0, 0]) == TRACE
    other = next(number for number, name in NAMES.items() if name == "dup2")
    assert verdict(some, other, arguments=[3, 0, 0, 0, 0, 0]) == TRACE


def test_filter_for_everything() -> None:
    """With --all each call is traced, also one that has no name yet."""
    program = seccomp.program(NAMES, everything=True)
    assert program is not None
    for number in range(600):
        looks = NAMES.get(number) in seccomp.CHANGED_BY_THE_CALL
        assert verdict(program, number) == TRACE | looks


def test_calls_of_another_architecture_are_marked() -> None:
    """A program of 32 bits has other numbers: none of its calls is taken for one of ours."""
    for everything in (True, False):
        program = seccomp.program(NAMES, everything=everything)
        assert program is not None
        assert {verdict(program, number, 0x40000003) for number in range(600)} == {
            TRACE | seccomp.OTHER_ARCHITECTURE
        }


def test_filter_fits_the_kernel() -> None:
    """It has fewer instructions than the kernel takes (BPF_MAXINSNS), and no jump too far."""
    program = seccomp.program(NAMES, everything=False)
    assert program is not None
    assert len(program) // 8 <= 4096


def test_no_filter_on_a_machine_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """An architecture whose word is not in the table has no filter: every call is looked at."""
    monkeypatch.setattr(machine, "ARCHITECTURE", None)
    assert seccomp.program(NAMES, everything=False) is None


def test_names_are_those_of_the_c_library() -> None:
    """Every call has the name and number of asm/unistd.h, and the table names no call wrongly."""
    compiler = build.find_compiler()
    if compiler is None:
        pytest.skip("needs a C compiler")
    done = subprocess.run(
        [compiler, "-E", "-dM", "-include", "sys/syscall.h", "-xc", "/dev/null"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    known = {int(n): name for name, n in re.findall(r"#define __NR_(\w+) (\d+)\n", done.stdout)}
    assert len(known) > 300
    assert {n: NAMES.get(n) for n in known} == known
    assert ROWS.keys() <= set(NAMES.values()) | {"getdents", "open", "creat"}
