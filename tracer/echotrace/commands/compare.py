"""`echotrace compare`: two servers, or two traces, connection against connection."""

from pathlib import Path

import click

from echotrace.cli import Entry
from echotrace.commands import options, output
from echotrace.commands.target import resolve
from echotrace.views.comparison import comparison

_EXAMPLES = """\b
Examples:
  echotrace compare fork thread
  echotrace compare fork fork:python
  echotrace compare server.c broken/clean_fork
  echotrace compare yesterday.jsonl today.jsonl
"""


def command(_entry: Entry) -> click.Command:
    """The command."""
    return compare


@click.command("compare", epilog=_EXAMPLES)
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@click.option("--clients", "-n", type=click.IntRange(1, 10_000), default=2, show_default=True,
              metavar="N", help="How many clients a built-in script has.")  # fmt: skip
@click.option("--script", "-s", default="interleaved", show_default=True, metavar="NAME|FILE",
              help="What the clients of both servers do.")  # fmt: skip
@options.writing
@options.quiet
def compare(
    left: str,
    right: str,
    clients: int,
    script: str,
    width: int | None,
    output_: Path | None,
    force: bool,
    quiet: bool,
) -> None:
    """Lay A against B, connection by connection, and say why they differ.

    Each is a server's name (fork, fork:python, broken/closed_twice) or a source file of yours (.c,
    .py), which are recorded; a trace file; or - for a trace on standard input.
    """
    if output_ is not None:
        output.check(output_, overwrite=force)
    one, other = (
        resolve(target, clients=clients, script=script, quiet=quiet).whole().story
        for target in (left, right)
    )
    surface = output.surface(width, to_file=output_ is not None)
    output.deliver(comparison(one, other, surface), output_, overwrite=force)
