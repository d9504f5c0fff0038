"""`echotrace show`: the views of a recorded trace, on any system."""

import sys
from pathlib import Path
from typing import Any

import click

from echotrace import tracefile
from echotrace.cli import Entry, complain
from echotrace.commands import formats, options, output
from echotrace.commands.session import shown
from echotrace.errors import TraceFileError
from echotrace.story.replay import replay
from echotrace.trace import Trace
from echotrace.views.words import safe

_LONG = 16 << 20  # bytes that take more than a moment to read and replay
_EXAMPLES = """\b
Examples:
  echotrace show fork.jsonl --by task
  echotrace show fork.jsonl --explain
  echotrace show epoll.jsonl -o epoll.svg --width 110
  echotrace fork --format jsonl | echotrace show -
"""


def command(_entry: Entry) -> click.Command:
    """The command."""
    return show


@click.command("show", epilog=_EXAMPLES)
@click.argument("trace", metavar="TRACE")
@options.looking
@options.whole
@formats.option("the timeline")
@click.option("--all", "everything", is_flag=True, help="Show files, streams and signals too.")
@options.writing
@click.pass_context
def show(
    context: click.Context,
    /,
    trace: str,
    *,
    width: int | None,
    output_: Path | None,
    form: str | None,
    force: bool,
    **look: Any,  # noqa: ANN401 -- click's; how to look
) -> None:
    """Show a recorded trace: a file, or - for standard input."""
    form = formats.of_view(form, output_)
    formats.refuse_explained(form, explained=look["explained"])
    found = load(trace)
    surface = output.surface(width, to_file=output_ is not None)
    output.deliver(shown(replay(found), form, surface, **look), output_, overwrite=force)
    if found.torn is not None:
        complain(
            TraceFileError(
                f"'{trace}' is cut off in line {found.torn}; "
                f"the {len(found.records)} records before it are shown"
            )
        )
        context.exit(TraceFileError.exit_status)


def load(name: str) -> Trace:
    """Read a trace from a file, or from standard input when it is called `-`."""
    if name == "-":
        return tracefile.read(sys.stdin.buffer, "standard input")
    path = Path(name)
    if path.is_file():
        tell_if_long(path.stat().st_size, name)
    return tracefile.load(path)


def tell_if_long(size: int, name: str) -> None:
    """Say that a file is read, if its size (bytes) lets that take more than a moment."""
    if size > _LONG and sys.stderr.isatty():
        click.echo(f"echotrace: reading {safe(name)}, {size >> 20} MB …", err=True)
