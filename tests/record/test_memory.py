"""How much memory a recording takes: it does not depend on how much is recorded."""

import subprocess
import sys
from pathlib import Path

import pytest
from recordings import PATIENCE, own_folders, program

from echotrace.trace import End
from echotrace.tracefile import load

#: Records a program in a process of its own, whose greatest size it prints in KiB (proc(5)).
_PROBE = """
import sys
from pathlib import Path
from echotrace.record.plan import Plan
from echotrace.record.recorder import Recorder
from echotrace.record.script import Script
from echotrace.tracefile import Writer

trace, *argv = sys.argv[1:]
plan = Plan(server="test", language="c", argv=argv, script=Script("none", ()))
with Writer.create(Path(trace)) as writer, Recorder(plan, writer.write) as recorder:
    recorder.run_freely()
    recorder.finish()
status = Path("/proc/self/status").read_text()
print(status.partition("VmHWM:")[2].split()[0])
"""
MEBIBYTE = 1 << 20


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def greatest_size(calls: int, trace: Path) -> int:
    """The most bytes that were resident in a process that recorded so many calls."""
    probe = [sys.executable, "-c", _PROBE, str(trace), program("many_calls"), str(calls)]
    done = subprocess.run(probe, capture_output=True, text=True, check=True, timeout=2 * PATIENCE)
    return int(done.stdout) * 1024


def test_memory_does_not_grow_with_the_number_of_events(tmp_path: Path) -> None:
    """200,000 calls take no more memory than 2,000, though their trace takes much more disk."""
    few, many = tmp_path / "few.jsonl", tmp_path / "many.jsonl"
    small, great = greatest_size(2_000, few), greatest_size(200_000, many)
    assert many.stat().st_size > few.stat().st_size + 20 * MEBIBYTE
    assert great < small + 16 * MEBIBYTE
    assert great < 120 * MEBIBYTE


def test_spooled_events_are_all_written_in_their_order(tmp_path: Path) -> None:
    """What was put aside while there was no time is in the trace, whole and in order."""
    trace_file = tmp_path / "many.jsonl"
    greatest_size(40_000, trace_file)
    trace = load(trace_file)
    own = [call.name for call in trace.syscalls()]
    first = own.index("write")
    assert own[first:-1] == ["write", "read", "dup2", "close"] * 10_000
    assert [event.seq for event in trace.events()] == list(range(1, len(own) + 2))
    assert trace.end == End(len(own), trace.end.time if trace.end else 0)
