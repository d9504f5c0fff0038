"""`echotrace step`: a stepper in the terminal; textual is loaded when it runs, not before."""

import contextlib
import gc
import os
import sys
from collections.abc import Iterator
from typing import Any

import click

from echotrace.cli import Entry, complain
from echotrace.commands import options, output
from echotrace.commands.target import resolve, server_named
from echotrace.errors import TraceFileError, UserError

_EXAMPLES = """\b
Examples:
  echotrace step fork                record two clients, and step through it
  echotrace step thread:python --script half-close
  echotrace step fork.jsonl --at 26  begin at event 26
  echotrace thread --format jsonl | echotrace step -
"""


def command(_entry: Entry) -> click.Command:
    """The command."""
    return step


@click.command("step", epilog=_EXAMPLES)
@click.argument("target", metavar="TARGET")
@click.option("--at", type=options.WholeNumber(1), metavar="EVENT", help="Begin at this event.")
@options.by
@options.recording
@options.quiet
@click.pass_context
def step(context: click.Context, /, target: str, at: int | None, by: str, **wished: Any) -> None:  # noqa: ANN401 -- the fields of Wish
    """Step through what a server does, in the terminal.

    Source, connections, descriptor tables and process tree at every step, each with a sentence
    that explains it; ? shows the keys. TARGET is a server's name (fork, fork:python) or
    a source file of yours, which is recorded as the options say; a trace file; or - for a trace on
    standard input.
    """
    _check_terminal(target)
    found = resolve(target, **wished)
    story = found.story
    if at is not None and at not in story.by_seq:
        raise UserError(f"there is no event {at} in '{target}'")
    from echotrace.views.stepper.app import stepper  # noqa: PLC0415 -- textual, for this only

    surface = output.surface(None, to_file=False)
    with _standard_streams_on_terminal():
        gc.freeze()  # the story stays; to look for garbage in it would take long, again and again
        app = stepper(story, surface, by=by, everything=wished["everything"], at=at)
        app.run()
    if found.error:
        complain(found.error)
        context.exit(found.error.exit_status)
    if found.trace.torn is not None:
        context.exit(TraceFileError.exit_status)  # the stepper itself says why
    context.exit(app.return_code or 0)


def _check_terminal(target: str) -> None:
    """Raise UserError unless standard output is a terminal that can be drawn on."""
    dumb = os.environ.get("TERM", "dumb") == "dumb"
    if sys.stdout.isatty() and not dumb:
        return
    trace = "TRACE" if server_named(target) else target
    what = "TERM says that it cannot" if sys.stdout.isatty() else "standard output is none"
    raise UserError(
        f"step draws on a terminal, and {what}; "
        f"'echotrace show --explain {trace}' prints the steps as text"
    )


@contextlib.contextmanager
def _standard_streams_on_terminal() -> Iterator[None]:
    """Let standard input and standard error be the terminal too, as textual needs them.

    Standard input is not when the trace came from there, standard error not with `2>FILE`.
    """
    away = [number for number in (0, 2) if not os.isatty(number)]
    former = {number: os.dup(number) for number in away}
    try:
        terminal = os.open(os.ttyname(sys.stdout.fileno()), os.O_RDWR | os.O_NOCTTY)
    except OSError as error:
        raise UserError(f"step cannot read keys from the terminal: {error.strerror}") from error
    for number in away:
        os.dup2(terminal, number)
    os.close(terminal)
    try:
        yield
    finally:
        for number, file in former.items():
            os.dup2(file, number)
            os.close(file)
