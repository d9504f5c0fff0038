"""`echotrace compare`: two to six servers, or traces, connection against connection."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from echotrace.cli import Entry, complain
from echotrace.commands import options, output, sides
from echotrace.commands.target import Target
from echotrace.errors import EchotraceError, TraceFileError, UserError
from echotrace.story.compare.choice import Choice, chosen
from echotrace.story.compare.compare import compare as compared
from echotrace.story.compare.names import names_of
from echotrace.views.rendering import FORMATS, render

#: The format that the ending of a file's name stands for.
_OF_ENDING: Mapping[str, str] = {
    ".txt": "text", ".md": "markdown", ".html": "html", ".json": "json",
}  # fmt: skip
_EXAMPLES = """\b
Examples:
  echotrace compare fork thread
  echotrace compare fork fork:python
  echotrace compare iterative fork thread epoll
  echotrace compare fork thread --only spawn,close,exit
  echotrace compare fork thread --connection 2 --ignore setup
  echotrace compare fork thread --inject send:short=3
  echotrace compare server.c broken/clean_fork
  echotrace compare ./server mine.run           programs, one a line
  echotrace compare yesterday.jsonl today.jsonl --exit-code
  echotrace compare fork thread -o fork-thread.html
"""


def command(_entry: Entry) -> click.Command:
    """The command."""
    return compare


@click.command("compare", epilog=_EXAMPLES)
@click.argument("targets", metavar="TARGET TARGET...", nargs=-1)
@options.rows
@click.option("--exit-code", is_flag=True, help="Exit status 1 if there is a difference.")
@click.option("--clients", "-n", type=options.WholeNumber(1, 10_000), default=2, show_default=True,
              metavar="N", help="How many clients a built-in script has.")  # fmt: skip
@click.option("--script", "-s", metavar="NAME|FILE",
              help="What the clients of every server do; interleaved unless given.")  # fmt: skip
@options.lang
@options.inject
@click.option("--format", "form", type=click.Choice(FORMATS),
              help="How to print the comparison; text unless the ending of FILE says otherwise: "
              ".md, .html or .json.")  # fmt: skip
@click.option("--whole", is_flag=True, help="Show every row: fold nothing.")
@options.writing
@options.quiet
@click.pass_context
def compare(
    context: click.Context,
    /,
    targets: tuple[str, ...],
    *,
    exit_code: bool,
    form: str | None,
    whole: bool,
    width: int | None,
    output_: Path | None,
    force: bool,
    **further: Any,  # noqa: ANN401 -- fields of Choice and Wish
) -> None:
    """Lay two to six servers or traces side by side, and say why they differ.

    Each TARGET is a server's name (fork, fork:python, broken/closed_twice), a source file (.c, .py)
    or an executable of yours, which are recorded; a file that ends in .run and lists programs, each
    line as it would stand behind 'echotrace run', 'NAME =' in front if you like; a trace file; or
    - for a trace on standard input.

    Every TARGET is compared with the first one. Exit status 0, with --exit-code 1 if there is a
    difference; 2 if a recording ended early or a trace is cut off in a line.
    """
    if output_ is not None:
        output.check(output_, overwrite=force)
    form = form or _form_of(output_)
    only, ignore = (chosen(further.pop(name)) for name in ("only", "ignore"))
    choice = Choice(further.pop("connection"), only, ignore)
    found = sides.find(targets)
    if further["inject"] and all(side.is_trace for side in found):
        which = "both" if len(found) == 2 else "all"
        raise UserError(f"--inject needs a server to record, and {which} sides are traces")
    with sides.gathered(found, further) as gathered:
        stories = [target.story for target in gathered]
        names = names_of(stories, [side.title for side in found])
        result = compared(stories, choice, names)
        surface = output.surface(width, to_file=output_ is not None)
        output.deliver(render(result, form, surface, whole=whole), output_, overwrite=force)
    errors = _told(gathered, found)
    status = max((error.exit_status for error in errors), default=0)
    context.exit(status or int(exit_code and not result.same))


def _form_of(path: Path | None) -> str:
    """The format for a file, by the ending of its name; UserError for that of a trace."""
    if path is None:
        return "text"
    if path.suffix == ".jsonl":
        raise UserError(
            f"'{path}' would be a trace, and compare writes none; "
            f"-o takes {', '.join(_OF_ENDING)} or another text file"
        )
    return _OF_ENDING.get(path.suffix, "text")


def _told(gathered: Sequence[Target], found: Sequence[sides.Side]) -> list[EchotraceError]:
    """Tell what ended recordings early, and which traces are cut off."""
    errors: list[EchotraceError] = []
    for target, side in zip(gathered, found, strict=True):
        trace = target.trace
        if target.error is not None:
            errors.append(type(target.error)(f"{side.title}: {target.error}"))
        if trace.torn is not None:
            errors.append(
                TraceFileError(
                    f"'{side.title}' is cut off in line {trace.torn}; "
                    f"the {len(trace.records)} records before it are compared"
                )
            )
    for error in errors:
        complain(error)
    return errors
