"""`echotrace compare`: two servers, or two traces, connection against connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from echotrace import servers
from echotrace.cli import Entry, complain
from echotrace.commands import options, output
from echotrace.commands.serve import recording_side
from echotrace.commands.show import load
from echotrace.errors import EchotraceError, UserError, did_you_mean
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.views.comparison import comparison

_EXAMPLES = """\b
Examples:
  echotrace compare fork thread
  echotrace compare fork fork:python
  echotrace compare fork thread --inject send:short=3
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

    Each is a server's name (fork, fork:python), which is recorded, or a trace file.
    """
    if output_ is not None:
        output.check(output_, overwrite=force)
    if wished["inject"] and not any(map(_is_server, (left, right))):
        raise UserError("--inject needs a server to record, and both sides are traces")
    one, other = (_side(target, wished) for target in (left, right))
    surface = output.surface(width, to_file=output_ is not None)
    output.deliver(comparison(one.story, other.story, surface), output_, overwrite=force)
    errors = [side.error for side in (one, other) if side.error]
    for error in errors:
        complain(error)
    context.exit(max((error.exit_status for error in errors), default=0))


@dataclass(frozen=True)
class _Side:
    story: Story
    error: EchotraceError | None = None


def _is_server(target: str) -> bool:
    name, _, language = target.partition(":")
    return name in servers.NAMES and language in ("", "c", "python")


def _side(target: str, wished: Mapping[str, Any]) -> _Side:
    """A side's story. With faults injected a script that fails early is what there is to see."""
    name, _, language = target.partition(":")
    if not _is_server(target):
        if target == "-" or Path(target).exists():
            return _Side(replay(load(target)))
        hint = did_you_mean(name, servers.NAMES)
        raise UserError(f"'{target}' is neither a server nor a trace file{hint}")
    recording = recording_side()
    wish = recording.Wish(name, lang=language or "c", **wished)
    recorded = recording.record_and_keep(wish)
    if recorded.error and not wish.inject:
        raise recorded.error
    if recorded.stopped_by is not None:
        raise KeyboardInterrupt
    return _Side(replay(recorded.trace), recorded.error)
