"""`echotrace compare`: two servers, or two traces, connection against connection."""

from pathlib import Path

import click

from echotrace import servers
from echotrace.cli import Entry
from echotrace.commands import options, output
from echotrace.commands.serve import recording_side
from echotrace.commands.show import load
from echotrace.errors import UserError, did_you_mean
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.views.comparison import comparison

_EXAMPLES = """\b
Examples:
  echotrace compare fork thread
  echotrace compare fork fork:python
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

    Each is a server's name (fork, fork:python), which is recorded, or a trace file.
    """
    if output_ is not None:
        output.check(output_, overwrite=force)
    one, other = (_story(target, clients, script, quiet=quiet) for target in (left, right))
    surface = output.surface(width, to_file=output_ is not None)
    output.deliver(comparison(one, other, surface), output_, overwrite=force)


def _story(target: str, clients: int, script: str, *, quiet: bool) -> Story:
    name, _, language = target.partition(":")
    if name not in servers.NAMES or language not in ("", "c", "python"):
        if target == "-" or Path(target).exists():
            return replay(load(target))
        hint = did_you_mean(name, servers.NAMES)
        raise UserError(f"'{target}' is neither a server nor a trace file{hint}")
    recording = recording_side()
    wish = recording.Wish(name, clients=clients, script=script, lang=language or "c", quiet=quiet)
    recorded = recording.record_and_keep(wish)
    if recorded.error:
        raise recorded.error
    if recorded.stopped_by is not None:
        raise KeyboardInterrupt
    return replay(recorded.trace)
