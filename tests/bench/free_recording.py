"""Records a server that nobody drives, until SIGINT: `free_recording.py SERVER TRACE [--no-lines]`.

What `echotrace SERVER` does, without scripted clients. Prints the server's own sentence when it
listens and, when the trace file is complete, one line of JSON: how many events are in it, the
moment (CLOCK_MONOTONIC), and the most memory this process ever had resident.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from echotrace.commands.recording import Wish, plan_of
from echotrace.record.recorder import Recorder
from echotrace.trace import Record
from echotrace.tracefile import Writer


def main(server: str, path: str, *options: str) -> None:
    """Record until a signal comes."""
    events = 0
    with Writer.create(Path(path), overwrite=True) as writer:

        def write(records: Sequence[Record]) -> None:
            nonlocal events
            events += len(records)
            writer.write(records)

        wish = Wish(server, quiet=True, no_lines="--no-lines" in options)
        with Recorder(plan_of(wish), write) as recorder:
            recorder.run_freely(lambda service: click.echo(f"listening on {service.local}"))
            recorder.finish("interrupted")
    click.echo(json.dumps({"events": events, "complete": time.monotonic_ns(), "peak": peak()}))


def peak() -> int:
    """Bytes of the largest resident set so far (VmHWM, proc(5))."""
    _, _, rest = Path("/proc/self/status").read_text().partition("VmHWM:")
    return int(rest.split()[0]) * 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
