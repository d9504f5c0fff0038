"""The unwind rules of `.eh_frame`: those that pyelftools decodes, and none where none can be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from elftools.dwarf.callframe import FDE
from elftools.elf.elffile import ELFFile
from hypothesis import given
from hypothesis import strategies as st

from echotrace.record.unwind import UnwindTable


def loader() -> Path:
    """The dynamic loader, a file with unwind rules of many kinds that every process has."""
    maps = Path("/proc/self/maps").read_text()
    return Path(next(line.split()[-1] for line in maps.splitlines() if "/ld-" in line))


@pytest.fixture(scope="module")
def elf() -> Iterator[Any]:
    """The loader's sections."""
    with loader().open("rb") as file:
        yield ELFFile(file)


def rows(elf: Any) -> Iterator[tuple[int, Any]]:
    """Where each row of each function begins, and what it says."""
    entries: list[Any] = elf.get_dwarf_info(follow_links=False).EH_CFI_entries()
    for entry in (entry for entry in entries if isinstance(entry, FDE)):
        if entry.cie is not None and b"S" not in entry.cie["augmentation"]:
            table = entry.get_decoded().table
            end = entry["initial_location"] + entry["address_range"]
            ends = [*(row["pc"] for row in table[1:]), end]
            yield from ((row["pc"], row) for row, end in zip(table, ends, strict=True)
                        if row["pc"] < end)  # fmt: skip


def test_rules_are_those_that_pyelftools_decodes(elf: Any) -> None:
    """Frame and saved registers of every row agree; a frame by an expression has no rule."""
    section = elf.get_section_by_name(".eh_frame")
    table = UnwindTable(section.data(), section["sh_addr"])
    compared = 0
    for pc, row in rows(elf):
        rule = table.rule(pc)
        if row["cfa"].expr is not None:
            assert rule is None
            continue
        saved = {
            n: how.arg for n, how in row.items() if isinstance(n, int) and how.type == "OFFSET"
        }
        assert rule is not None
        assert (rule.register, rule.offset, rule.saved) == (
            row["cfa"].reg,
            row["cfa"].offset,
            saved,
        )
        compared += 1
    assert compared > 1000


def test_code_outside_has_no_rule(elf: Any) -> None:
    """Before the first function, behind the last and in signal frames nothing is known."""
    section = elf.get_section_by_name(".eh_frame")
    table = UnwindTable(section.data(), section["sh_addr"])
    assert table.rule(0) is None
    assert table.rule(1 << 62) is None
    assert UnwindTable(b"", 0).rule(5) is None


@given(st.binary(max_size=200))
def test_any_bytes_have_rules_or_none(garbage: bytes) -> None:
    """A broken section raises nothing, whatever is asked of it."""
    size = (len(garbage) + 4).to_bytes(4, "little")
    common = bytes.fromhex("1400000000000000017a5200017810011b0c070890010000")
    entry = (len(common) + 4).to_bytes(4, "little") + (0).to_bytes(4, "little") + b"\xff\xff\0\0"
    for data in (garbage, size + garbage, common + size + (28).to_bytes(4, "little") + garbage,
                 common + entry + garbage):  # fmt: skip
        table = UnwindTable(data, 0)
        for pc in (0, 1, 30, 0xFFFF):
            table.rule(pc)
