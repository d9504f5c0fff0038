"""What select answered, as the recorder tells it: apart from the sets it was called with."""

import pytest
from recordings import own_folders, played, server_plan

from echotrace.kernel.model import run
from echotrace.trace import Syscall
from tracebuilder import TraceBuilder


def ready_of(b: TraceBuilder, seq: int) -> list[int]:
    """The descriptors that the model takes for ready."""
    touch = run(b.records).ledger.touches.get(seq)
    return [fd for fd, _ in touch.ready] if touch else []


def test_only_the_answer_is_ready() -> None:
    """Sets asked for are no answer; a descriptor in two answers is told once."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.accept(10, 5, port=2)
    asked = b.begin(10, "select", 6, [3, 4, 5], [4], None, None)
    seq = b.end(asked, 2, readable=[4, 5], writable=[4])
    assert ready_of(b, seq) == [4, 5]
    without = b.call(10, "select", 6, [3, 4, 5], [4], None, None, result=1)
    assert ready_of(b, without) == []


def test_recorded_select_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each select of a real server: what is ready are as many as it returned, of those it asked."""
    own_folders(monkeypatch, tmp_path_factory)
    trace = played(server_plan("broken/clean_select"))
    ledger = run(trace.records).ledger
    calls = [
        record
        for record in trace.records
        if isinstance(record, Syscall) and record.name in ("select", "pselect6") and record.result
    ]
    assert calls
    fewer = 0
    for call in calls:
        ready = {fd for fd, _ in ledger.touches[call.seq].ready}
        answers = [call.args.get(name) or [] for name in ("readable", "writable", "exceptional")]
        assert ready == {fd for answer in answers for fd in answer}
        assert sum(map(len, answers)) == call.result
        fewer += len(ready) < len(call.args["readfds"])
    assert fewer
