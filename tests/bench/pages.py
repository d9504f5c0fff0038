"""Measures the page of long traces: how large it is, and what it costs to make it.

    python tests/bench/pages.py TRACE…      a row each, and where the bytes go

Free runs give long traces: `echotrace fork --free-run --clients 1150 -q -o fork.jsonl` has 50,000
events, as has `--clients 2000 --echoes 1` with more zombies. Each page is made in a process of its
own, which has no other's memory. The table shows the events, seconds of a processor to load and
replay the trace and to make its page, the most memory resident in MB, and the bytes of the page,
without style and script also by part.

What we want of 50,000 events: a page under 12 MB in 30 s.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import click
import msgspec
from tabulate import tabulate

from echotrace.story.replay import replay
from echotrace.tracefile import load
from echotrace.views.page.page import page
from echotrace.views.page.side import side

_PARTS = ("patterns", "texts", "rows", "essential", "everything", "moments", "sources", "places",
          "trace")  # fmt: skip


@click.command()
@click.argument("traces", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--one", is_flag=True, hidden=True)
def main(traces: tuple[Path, ...], *, one: bool) -> None:
    """Print the table."""
    if one:
        click.echo(json.dumps(_measured(traces[0])))
        return
    rows = []
    for trace in traces:
        command = [sys.executable, __file__, "--one", str(trace)]
        rows.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))
    click.echo(tabulate(rows, headers="keys", floatfmt=".1f", intfmt=","))


def _measured(path: Path) -> dict[str, object]:
    began = time.process_time()
    story = replay(load(path))
    loaded = time.process_time()
    size = len(page({path.stem: story}).encode())
    made = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    data = side(path.stem, story, "connection")
    parts = {part: len(msgspec.json.encode(getattr(data, part))) for part in _PARTS}
    return {
        "trace": path.stem, "events": len(story.events), "load s": loaded - began,
        "page s": made - loaded, "peak MB": peak, "page": size, **parts,
    }  # fmt: skip


if __name__ == "__main__":
    main()
