"""`echotrace fork`, `echotrace select` …: record a teaching server and show its connections."""

from pathlib import Path
from typing import Any

import click

from echotrace import servers
from echotrace.cli import Entry, complain
from echotrace.commands import options, output
from echotrace.errors import SystemRefused
from echotrace.story.replay import replay
from echotrace.views.timeline import timeline
from echotrace.views.words import safe


def command(entry: Entry) -> click.Command:
    """The command that records the server called like the entry."""

    @click.command(entry.name, help=f"{entry.summary}\n\n{_HELP}", epilog=_examples(entry.name))
    @options.recording
    @options.looking
    @options.text_or_trace
    @options.writing_trace
    @options.quiet
    @click.pass_context
    def serve(context: click.Context, /, **chosen: Any) -> None:  # noqa: ANN401 -- click's
        context.exit(_serve(entry.name, **chosen))

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
  {f"echotrace {name} -o {Path(name).name}.jsonl":<40}keep the trace
"""


def _serve(
    name: str,
    *,
    by: str,
    explained: bool,
    form: str,
    width: int | None,
    output_: Path | None = None,
    force: bool,
    quiet: bool,
    **wished: Any,  # noqa: ANN401 -- the fields of Wish
) -> int:
    recording = recording_side()
    keeps_trace = output_ is not None and output_.suffix == ".jsonl"
    if output_ is not None:
        output.check(output_, overwrite=force)
    wish = recording.Wish(server=name, quiet=quiet, **wished)
    if output_ is not None and keeps_trace:
        recorded = recording.record(wish, output_, overwrite=force)
    else:
        recorded = recording.record_and_keep(wish)
    view = None if keeps_trace else output_
    if form == "jsonl":
        text = recorded.path.read_text(encoding="utf-8")
    else:
        surface = output.surface(width, to_file=view is not None)
        story = replay(recorded.trace)
        everything = wished["everything"]
        text = timeline(story, surface, by=by, everything=everything, explained=explained)
    output.deliver(text, view, overwrite=force)
    if recorded.error:
        complain(recorded.error)
    if not quiet:
        click.echo(f"trace kept in {safe(str(recorded.path))}", err=True)
        click.echo(f"next: {_next(name)}", err=True)
    return int(recorded.exit_status)


def _next(name: str) -> str:
    """The command that shows more: what the next server does differently, or where the bug is."""
    neighbour = servers.neighbour(name)
    return f"echotrace compare {name} {neighbour}" if neighbour else f"echotrace check {name}"


def recording_side() -> Any:  # noqa: ANN401 -- a module
    """The recording side, where there is one: it needs Linux, this module does not."""
    try:
        from echotrace.commands import recording  # noqa: PLC0415 -- as above
    except (ImportError, NotImplementedError) as error:
        raise SystemRefused(
            "recording needs Linux; 'echotrace show' and 'echotrace compare' with trace files "
            "work everywhere"
        ) from error
    return recording
