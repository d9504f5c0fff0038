"""The trace file: what is written is read back, and every kind of damage has its own message."""

import errno
import io
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echotrace.errors import SystemRefused, TraceFileError, UserError
from echotrace.servers import traces_dir
from echotrace.trace import (
    ClientStep,
    End,
    Endpoint,
    Exec,
    Exit,
    Record,
    Signal,
    Syscall,
    Task,
    Trace,
)
from echotrace.tracefile import Writer, encode, load, read
from tracebuilder import HEADER

WHOLE = (traces_dir() / "fork-interleaved.jsonl").read_bytes()

_numbers = st.integers(0, 2**53)
_texts = st.text(st.characters(max_codepoint=255), max_size=20)
_maybe = st.none() | _texts
_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers(-(2**31), 2**53) | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=5,
)
_records: st.SearchStrategy[Record] = st.one_of(
    st.builds(Task, time=_numbers, tid=_numbers, pid=_numbers, parent=st.none() | _numbers,
              kind=_texts, flags=st.lists(_texts, max_size=3)),
    st.builds(Syscall, seq=_numbers, tid=_numbers, name=_texts,
              args=st.dictionaries(_texts, _values, max_size=3), result=st.none() | _numbers,
              errno=_maybe, start=_numbers, end=st.none() | _numbers, data=_maybe,
              endpoints=st.lists(st.builds(Endpoint, fd=_numbers, link=_maybe), max_size=2),
              site=st.none()),
    st.builds(Exec, time=_numbers, tid=_numbers, former=_numbers, argv=st.lists(_texts)),
    st.builds(Signal, seq=_numbers, time=_numbers, tid=_numbers, signal=_texts),
    st.builds(Exit, seq=_numbers, time=_numbers, tid=_numbers, status=st.none() | _numbers,
              signal=_maybe),
    st.builds(ClientStep, seq=_numbers, client=_numbers, action=_texts, time=_numbers, text=_maybe),
    st.builds(End, syscalls=_numbers, time=_numbers, reason=_maybe),
)  # fmt: skip


def _read(data: bytes) -> Trace:
    return read(io.BytesIO(data), "some.jsonl")


@given(st.lists(_records, max_size=8))
def test_what_is_written_is_read_back(records: list[Record]) -> None:
    """Any records survive the file, whatever bytes are in their texts."""
    trace = _read(b"".join(map(encode, (HEADER, *records))))
    assert trace.header == HEADER
    assert trace.records == tuple(records)


@given(st.integers(WHOLE.index(b"\n") + 1, len(WHOLE)))
def test_a_file_cut_anywhere_gives_its_whole_records(size: int) -> None:
    """A file that was cut at any byte loads all records before the cut, and tells a torn line."""
    cut = _read(WHOLE[:size])
    lines, rest = WHOLE[:size].count(b"\n"), WHOLE[:size].rpartition(b"\n")[2]
    only_newline_missing = WHOLE[size : size + 1] == b"\n" and bool(rest)
    assert cut.records == _read(WHOLE).records[: lines - 1 + only_newline_missing]
    assert cut.torn == (lines + 1 if rest and not only_newline_missing else None)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda _: b"", "is empty"),
        (lambda _: bytes(range(256)), "line 1 is not a JSON header"),
        (lambda _: b"[1, 2]\n", "line 1 is not a JSON header"),
        (lambda data: data[: data.index(b"\n") // 2], "line 1 is not a JSON header"),
        (lambda data: data.split(b"\n", 1)[1], "line 1 is not a header"),
        (lambda data: data.replace(b'"format":1', b'"format":7', 1), "by a newer echotrace"),
        (lambda data: _in_line(data, 17, b'"seq":', b'"seq":"x","a":'), "line 17 has a wrong"),
        (lambda data: _in_line(data, 17, b"{", b"("), "line 17 is not JSON"),
        (lambda data: data + data, "a second header"),
    ],
)  # fmt: skip
def test_each_damage_has_its_message(damage: Any, message: str) -> None:
    """A file that cannot be read is refused with its name and what is wrong with it."""
    with pytest.raises(TraceFileError, match=message) as refusal:
        _read(damage(WHOLE))
    assert "some.jsonl" in str(refusal.value)


def test_a_wrong_type_names_the_field() -> None:
    """The message for a wrong type says which field has it."""
    with pytest.raises(TraceFileError, match=r"\$\.seq"):
        _read(_in_line(WHOLE, 17, b'"seq":', b'"seq":"x","was":'))


def _in_line(data: bytes, number: int, old: bytes, new: bytes) -> bytes:
    lines = data.split(b"\n")
    lines[number - 1] = lines[number - 1].replace(old, new, 1)
    return b"\n".join(lines)


def test_unknown_kinds_and_fields_are_skipped() -> None:
    """Records and fields of a later version neither fail nor change what is known."""
    lines = WHOLE.splitlines(keepends=True)
    later = [lines[0], b'{"type":"weather","sun":true}\n', *lines[1:]]
    later[2] = later[2].replace(b"{", b'{"mood":"good",', 1)
    trace = _read(b"".join(later))
    assert trace.skipped == 1
    assert trace.records == _read(WHOLE).records


def test_a_missing_file_is_named() -> None:
    """A file that is not there is said to be missing."""
    with pytest.raises(TraceFileError, match=r"there is no file 'nowhere\.jsonl'"):
        load(Path("nowhere.jsonl"))


def test_a_file_that_exists_is_kept(tmp_path: Path) -> None:
    """A new trace does not take the place of a file unless told so."""
    path = tmp_path / "mine.jsonl"
    path.write_text("precious")
    with pytest.raises(UserError, match="-f overwrites it"):
        Writer.create(path)
    assert path.read_text() == "precious"
    with Writer.create(path, overwrite=True) as writer:
        writer.write([HEADER])
    assert load(path).header == HEADER


def test_a_full_disk_keeps_what_was_recorded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """When the disk is full in the middle of a line, the file ends with the line before it."""
    path = tmp_path / "trace.jsonl"
    records = [End(syscalls=number, time=number) for number in range(100)]
    room = [len(encode(HEADER)) + 20 * len(encode(records[0])) + 10]
    really = os.write

    def write(file: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = really(file, data[: room[0]])
        room[0] -= written
        return written

    with Writer.create(path) as writer:
        monkeypatch.setattr(os, "write", write)
        with pytest.raises(SystemRefused, match="No space left"):
            writer.write([HEADER, *records])
        monkeypatch.undo()
    trace = load(path)
    assert trace.torn is None
    assert 19 <= len(trace.records) <= 20


def test_records_are_frozen() -> None:
    """What is recorded cannot be changed afterwards."""
    record: Any = _read(WHOLE).records[0]
    with pytest.raises(AttributeError):
        record.time = 1
    assert msgspec.structs.replace(record, time=1).time == 1
