"""`echotrace compare`: two servers, or two traces, connection against connection."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from echotrace.cli import Entry, complain
from echotrace.commands import options, output
from echotrace.commands.target import Target, resolve
from echotrace.errors import UserError
from echotrace.story.compare.compare import compare as compared
from echotrace.views.comparison import comparison

_EXAMPLES = """\b
Examples:
  echotrace compare fork thread
  echotrace compare fork fork:python
  echotrace compare fork thread --inject send:short=3
  echotrace compare server.c broken/clean_fork
  echotrace compare yesterday.jsonl today.jsonl
"""


def command(_entry: Entry) -> click.Command:
    """The command."""
    return compare


@click.command("compare", epilog=_EXAMPLES)
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@click.option("--clients", "-n", type=options.WholeNumber(1, 10_000), default=2, show_default=True,
              metavar="N", help="How many clients a built-in script has.")  # fmt: skip
@click.option("--script", "-s", default="interleaved", show_default=True, metavar="NAME|FILE",
              help="What the clients of both servers do.")  # fmt: skip
@options.inject
@options.writing
@options.quiet
@click.pass_context
def compare(
    context: click.Context,
    /,
    left: str,
    right: str,
    *,
    width: int | None,
    output_: Path | None,
    force: bool,
    **wished: Any,  # noqa: ANN401 -- fields of Wish
) -> None:
    """Lay A against B, connection by connection, and say why they differ.

    Each is a server's name (fork, fork:python, broken/closed_twice) or a source file of yours (.c,
    .py), which are recorded; a trace file; or - for a trace on standard input.
    """
    if output_ is not None:
        output.check(output_, overwrite=force)
    one, other = (_side(target, wished) for target in (left, right))
    if wished["inject"] and one.path is None and other.path is None:
        raise UserError("--inject needs a server to record, and both sides are traces")
    surface = output.surface(width, to_file=output_ is not None)
    text = comparison(compared((one.story, other.story)), surface)
    output.deliver(text, output_, overwrite=force)
    errors = [side.error for side in (one, other) if side.error]
    for error in errors:
        complain(error)
    context.exit(max((error.exit_status for error in errors), default=0))


def _side(target: str, wished: Mapping[str, Any]) -> Target:
    """A side's story. With faults injected a script that fails early is what there is to see."""
    side = resolve(target, **wished)
    return side if wished["inject"] else side.whole()
