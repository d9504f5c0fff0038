"""The model against the kernel: /proc and ss, asked whenever a recorded server has come to rest."""

import os
import shutil
from collections.abc import Sequence

import pytest
import witness_proc
import witness_ss
from msgspec import Struct
from recordings import own_folders, server_plan, watched

from echotrace import servers
from echotrace.kernel.history import History
from echotrace.record.recorder import Plan
from echotrace.record.script import BUILT_IN
from echotrace.trace import ClientStep, Record, Syscall, Task

TWINS = [(name, language) for name in servers.NAMES for language in servers.languages(name)]


class Rest(Struct, frozen=True):
    """A moment of rest: what was written down until then, and what the witnesses saw."""

    time: int
    records: tuple[Record, ...]
    seen: witness_proc.Seen
    rows: tuple[witness_ss.Row, ...]


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def rests(plan: Plan) -> tuple[list[Rest], History]:
    """Record a server; all its moments of rest, and its history as it is known in the end."""
    found: list[Rest] = []

    def look(time: int, records: Sequence[Record]) -> None:
        processes = [record.pid for record in records if isinstance(record, Task)]
        ports = [
            int(end.local.rpartition(":")[2])
            for record in records
            if isinstance(record, Syscall) and record.name == "listen"
            for end in record.endpoints
            if end.local
        ]
        rows = [row for port in ports for row in witness_ss.look(port)]
        found.append(Rest(time, tuple(records), witness_proc.look(processes), tuple(rows)))

    return found, History(watched(plan, look).records)


def differences(rest: Rest, history: History) -> list[str]:
    """Where the model differs from the witnesses at a moment of rest.

    What was written down until then must do for tables and tree: the calls that are missing wait,
    and have done nothing. Not so for sockets: a client's step may be under way.
    """
    state, early = history.at(rest.time), History(rest.records).at(rest.time)
    return [
        *witness_proc.differences(state, rest.seen),
        *witness_proc.differences(early, rest.seen),
        *witness_ss.differences(state, rest.rows),
    ]


@pytest.mark.skipif(
    shutil.which("ss") is None and not os.environ.get("CI"), reason="needs ss (iproute2)"
)
@pytest.mark.parametrize("play", BUILT_IN)
@pytest.mark.parametrize(("name", "language"), TWINS)
def test_model_agrees_with_the_kernel(name: str, language: str, play: str) -> None:
    """Whenever the server rests, its tables, tree and sockets are those of /proc and ss."""
    plan = server_plan(name, play=play, language=language)
    found, history = rests(plan)
    assert {rest.time: differences(rest, history) for rest in found} == {
        rest.time: [] for rest in found
    }
    assert history.ledger.doubts == []
    steps = [r for r in found[-1].records if isinstance(r, ClientStep)]
    assert len(found) > len(steps) > 0
