"""Records servers with the kernel's witnesses at hand, and says where a model differs from them."""

import os
import shutil
from collections.abc import Sequence

import pytest
import witness_proc
import witness_ss
from msgspec import Struct
from recordings import watched

from echotrace.kernel.history import History
from echotrace.record.plan import Plan
from echotrace.trace import Record, Syscall, Task

NEEDS_SS = pytest.mark.skipif(
    shutil.which("ss") is None and not os.environ.get("CI"), reason="needs ss (iproute2)"
)


class Rest(Struct, frozen=True):
    """A moment of rest: what was written down until then, and what the witnesses saw.

    `rows` are the server's ends of all connections, `clients` the others.
    """

    time: int
    records: tuple[Record, ...]
    seen: witness_proc.Seen
    rows: tuple[witness_ss.Row, ...]
    clients: tuple[witness_ss.Row, ...]


def rests(plan: Plan) -> tuple[list[Rest], History]:
    """Record a server; all its moments of rest, and its history as it is known in the end."""
    found: list[Rest] = []

    def look(time: int, records: Sequence[Record]) -> None:
        processes = [record.pid for record in records if isinstance(record, Task)]
        rows = [row for port in sorted(_ports(records)) for row in witness_ss.look(port)]
        own = tuple(row for port, row in rows if row.local.endswith(f":{port}"))
        clients = tuple(row for port, row in rows if row.peer.endswith(f":{port}"))
        found.append(Rest(time, tuple(records), witness_proc.look(processes), own, clients))

    return found, History(watched(plan, look).records)


def _ports(records: Sequence[Record]) -> set[int]:
    return {
        int(end.local.rpartition(":")[2])
        for record in records
        if isinstance(record, Syscall) and record.name in ("listen", "bind")
        for end in record.endpoints
        if end.local and not end.local.startswith("unix:")
    }


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


def agree(found: Sequence[Rest], history: History) -> None:
    """Fail if the model differs from the witnesses at any moment of rest, or doubts anything."""
    different = {rest.time: differences(rest, history) for rest in found}
    assert {time: told for time, told in different.items() if told} == {}
    assert history.ledger.doubts == []
