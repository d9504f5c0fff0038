"""Measures what it costs to compare two long traces: seconds and memory.

    python tests/bench/comparing.py                   the table; about two minutes
    python tests/bench/comparing.py --sizes 100000    with traces of so many events only

It records nothing: it makes the traces of servers that do what is said, and keeps them in files in
a temporary folder. The cases:

- `visits`: fork against fork, 1,000 connections;
- `series`: fork against fork, one connection;
- `flags`: the same, but one side sends with other flags, so that half of all steps are variants;
- `waits`: fork against a server that calls select before each recv, one connection: a third of its
  steps have no counterpart;
- `wait-visits`: the same with 1,000 connections;
- `orders`: one connection; one side sends and then receives, with a random number of further
  recvs: what no bound from below shows to be aligned at the least cost.

Each run is a process of its own, which has no other's memory. The table shows

- `events`: how many events each trace has;
- `unlike`: rows that are not the same on both sides;
- `load`: seconds of a processor to read both files and replay them;
- `compare`: the same for courses, alignments and differences;
- `peak`: the most memory that the process had resident, in MB.

What we want: load and compare together under 10 s and 1,000 MB for 100,000 events a side; `compare`
grows no faster than the events times the rows that are unlike.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import click
from tabulate import tabulate

from echotrace.story.compare.compare import compare
from echotrace.story.replay import replay
from echotrace.tracefile import Writer, load

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # where the tests build their traces
from tracebuilder import TraceBuilder

SIZES = (25_000, 50_000, 100_000)
VISITS = 1_000
SERVER, LISTENER, CONNECTION = 10, 3, 4


def _echo(b: TraceBuilder, task: int, *, flags: str = "0") -> None:
    b.call(task, "recvfrom", CONNECTION, None, 100, 0, None, None, result=5, data="hello")
    b.call(task, "sendto", CONNECTION, None, 5, flags, None, 0, result=5, data="hello")


def _flagged(b: TraceBuilder, task: int) -> None:
    _echo(b, task, flags="MSG_NOSIGNAL")


def _waited(b: TraceBuilder, task: int) -> None:
    ready = {"in": [CONNECTION], "ready": {"in": [CONNECTION]}}
    b.call(task, "pselect6", 8, ready, None, None, None, None, result=1)
    _echo(b, task)


def _disordered(b: TraceBuilder, task: int) -> None:
    for _ in range(random.randrange(3)):  # noqa: S311 -- no secret
        b.call(task, "recvfrom", CONNECTION, None, 100, 0, None, None, result=5, data="hello")
    b.call(task, "sendto", CONNECTION, None, 5, 0, None, 0, result=5, data="olleh")


_Serve = Callable[[TraceBuilder, int], None]


def _forking(echo: _Serve, visits: int, echoes: int) -> TraceBuilder:
    """A parent that forks for each visit; the child serves it."""
    b = TraceBuilder()
    b.server()
    for visit in range(visits):
        b.accept(SERVER, CONNECTION, port=10_000 + visit)
        b.fork(SERVER, 100 + visit)
        b.call(SERVER, "close", CONNECTION)
        _serve(b, 100 + visit, echo, echoes)
        b.exit(100 + visit)
    return b


def _alone(echo: _Serve, visits: int, echoes: int) -> TraceBuilder:
    """A server that serves each visit itself."""
    b = TraceBuilder()
    b.server()
    for visit in range(visits):
        b.accept(SERVER, CONNECTION, port=10_000 + visit)
        _serve(b, SERVER, echo, echoes)
    return b


def _serve(b: TraceBuilder, task: int, echo: _Serve, echoes: int) -> None:
    for _ in range(echoes):
        echo(b, task)
    b.call(task, "recvfrom", CONNECTION, None, 100, 0, None, None, result=0, data="")
    b.call(task, "close", CONNECTION)


class Case(NamedTuple):
    """Fork against another server: how that is made, its echo, events of one echo, visits."""

    other: Callable[[_Serve, int, int], TraceBuilder]
    echo: _Serve
    events: int
    visits: int


CASES = {
    "visits": Case(_forking, _echo, 2, VISITS),
    "series": Case(_forking, _echo, 2, 1),
    "flags": Case(_forking, _flagged, 2, 1),
    "waits": Case(_alone, _waited, 3, 1),
    "wait-visits": Case(_alone, _waited, 3, VISITS),
    "orders": Case(_forking, _disordered, 2, 1),
}


def write(case: Case, size: int, folder: Path) -> list[Path]:
    """The two traces of a case, as files; the longer one has about so many events."""
    echoes = size // case.visits // case.events
    sides = (
        _forking(_echo, case.visits, echoes),
        case.other(case.echo, case.visits, echoes),
    )
    paths = []
    for number, side in enumerate(sides):
        trace = side.trace()
        paths.append(folder / f"{size}-{number}.jsonl")
        with Writer.create(paths[-1], overwrite=True) as writer:
            writer.write([trace.header, *trace.records])
    return paths


def run(paths: Sequence[str]) -> None:
    """Compare two files, and print what that took, as JSON; for a process of its own."""
    began = time.process_time()
    stories = [replay(load(Path(path))) for path in paths]
    replayed = time.process_time()
    compared = compare(stories)
    done = time.process_time()
    figures = {
        "events": "/".join(f"{len(story.events):,}" for story in stories),
        "unlike": f"{sum(not row.same for each in compared.alignments for row in each.rows):,}",
        "load": f"{replayed - began:.1f}",
        "compare": f"{done - replayed:.1f}",
        "peak": f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:,.0f}",
    }
    click.echo(json.dumps(figures))


def measure(name: str, size: int, folder: Path) -> dict[str, str]:
    """The row of the table for a case and a size."""
    paths = [str(path) for path in write(CASES[name], size, folder)]
    command = [sys.executable, __file__, "--run", *paths]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    figures: dict[str, str] = json.loads(done.stdout)
    return {"case": name, **figures}


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default=SIZES, type=lambda told: told.split(","))
    parser.add_argument("--cases", default=",".join(CASES), help="default: %(default)s")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(options.run)
        return
    with tempfile.TemporaryDirectory(prefix="echotrace-bench-") as folder:
        rows = [
            measure(name, int(size), Path(folder))
            for name in options.cases.split(",")
            for size in options.sizes
        ]
    sides = ("left", *("right",) * (len(rows[0]) - 1))
    click.echo(tabulate(rows, "keys", colalign=sides, disable_numparse=True))


if __name__ == "__main__":
    main()
