"""`echotrace fork`, `echotrace select` …: record a teaching server and show its connections."""

from pathlib import Path
from typing import Any

import click

from echotrace import servers
from echotrace.cli import Entry
from echotrace.commands import options
from echotrace.commands.session import record_and_show


def command(entry: Entry) -> click.Command:
    """The command that records the server called like the entry."""

    @click.command(entry.name, help=f"{entry.summary}\n\n{_HELP}", epilog=_examples(entry.name))
    @options.recording
    @options.of_catalogue
    @options.showing
    @click.pass_context
    def serve(context: click.Context, /, **chosen: Any) -> None:  # noqa: ANN401 -- click's
        hint = _next(entry.name)
        context.exit(record_and_show(hint, server=entry.name, **chosen))

    return serve


_HELP = """Starts the server under ptrace, plays a client script to it, and prints the connections
side by side: who made which system call, when, and what it waited for."""


def _examples(name: str) -> str:
    twin = f"\n  echotrace {name} --lang python" if "python" in servers.languages(name) else ""
    return f"""\b
Examples:
  echotrace {name} --clients 3
  echotrace {name} --script half-close --by task{twin}
  {f"echotrace {name} --explain":<40}a sentence for every event
  {f"echotrace {name} --inject send:short=3":<40}the bytes that never come back
  {f"echotrace {name} --free-run -n 1000":<40}under load, at full speed
  {f"echotrace {name} -o {Path(name).name}.jsonl":<40}keep the trace
"""


def _next(name: str) -> str:
    """The command that shows more: what its neighbour does differently, or where the bug is."""
    neighbour = servers.find(name).neighbour
    return f"echotrace compare {name} {neighbour}" if neighbour else f"echotrace check {name}"
