"""strace and /proc as witnesses of what a server costs."""

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import witness_proc
from recordings import own_folders, played, server_plan, steps, watched
from stracing import Call, server_under_strace, taken_apart, whole_lines

from echotrace.record.clients import Client
from echotrace.record.plan import Plan
from echotrace.servers import NAMES
from echotrace.story.costs.blocked import lanes
from echotrace.story.costs.costs import Costs, costs
from echotrace.story.replay import replay
from echotrace.syscalls import ROWS, Effect
from echotrace.trace import Record, Task

#: Two clients, one after the other, each with two echoes.
ECHOES = "; ".join(
    f"{n} connect; {n} send one; {n} expect one; {n} send two; {n} expect two; {n} close"
    for n in (1, 2)
)
AFTER_CLOSE, AFTER_SECOND_CLOSE = 6, 12
AFTER_ECHO, AFTER_SECOND_ECHO = 9, 11
SPAWNS = {row.name for row in ROWS.values() if row.effect is Effect.SPAWNS}
EXITS = {row.name for row in ROWS.values() if row.effect is Effect.EXITS}


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def _plan(name: str) -> Plan:
    return replace(server_plan(name), script=steps(ECHOES))


def _recorded(plan: Plan) -> tuple[Costs, list[int]]:
    """The costs of a recording; how many descriptors the fullest process had at each rest."""
    most: list[int] = []

    def look(_time: int, records: Sequence[Record]) -> None:
        seen = witness_proc.look([record.pid for record in records if isinstance(record, Task)])
        most.append(max((len(table) for table in seen.tables.values()), default=0))

    return costs(replay(watched(plan, look))), most


def _calls(log: str) -> list[Call]:
    """The calls that strace has seen to their end, those on the standard streams aside.

    strace writes a line's first part when the call begins, and a further line when a signal makes
    the kernel begin it again (signal(7)).
    """
    lines = (line for _, line in whole_lines(log) if re.match(r"\w+\(.* = ", line))
    return [
        call
        for call in map(taken_apart, lines)
        if call.name in EXITS or not call.result.startswith(("?", "ERESTART"))
        if call.arguments[:1] not in (["1"], ["2"])
    ]


@pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CI"), reason="needs strace"
)
@pytest.mark.parametrize("name", NAMES)
def test_counts_of_strace(name: str, tmp_path: Path) -> None:
    """strace logs as many more calls for a further connection, and a further echo, as are told."""
    plan, log = _plan(name), tmp_path / "strace.log"
    counted: list[int] = []
    with server_under_strace(plan, log) as server:
        clients: dict[int, Client] = {}
        service = server.service()
        for step in plan.script.steps:
            (number,) = step.clients
            client = clients.setdefault(number, Client(number, service))
            assert client.act(step)
            server.wait_until_idle()
            counted.append(len(_calls(log.read_text())))
    found, _ = _recorded(plan)
    a_connection = counted[AFTER_SECOND_CLOSE - 1] - counted[AFTER_CLOSE - 1]
    an_echo = counted[AFTER_SECOND_ECHO - 1] - counted[AFTER_ECHO - 1]
    assert found.calls_per_connection is not None
    assert found.calls_per_connection.median == found.calls_per_connection.most == a_connection
    assert (found.echoes, found.calls_per_echo) == (4, an_echo)
    spawns = [call for call in _calls(log.read_text()) if call.name in SPAWNS]
    spawned = [" ".join(call.arguments) for call in spawns]
    threads = sum("CLONE_THREAD" in arguments for arguments in spawned)
    made = (found.made_before, found.made_serving)
    assert sum(each.threads for each in made) == threads
    assert sum(each.processes for each in made) == len(spawned) - threads


@pytest.mark.parametrize("name", NAMES)
def test_descriptors_of_proc(name: str) -> None:
    """/proc shows in the fullest process, whenever the server rests, the most that is told."""
    found, most = _recorded(server_plan(name))
    assert found.most_open is not None
    assert found.most_open.in_one == max(most)


@pytest.mark.parametrize("name", ["pool", "prefork"])
def test_two_workers_for_three_clients(name: str) -> None:
    """With two workers, one for the silent C1, the third client waits until C1 has closed."""
    plan = server_plan(name, clients=3, play="silent")
    found = lanes(replay(played(plan)))
    waits = {lane.client: [wait.held_by for wait in lane.held_up] for lane in found}
    assert waits == {1: [], 2: [], 3: [("C1",)]}
