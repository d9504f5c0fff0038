"""`echotrace page`: one HTML file that plays what the kernel did."""

from pathlib import Path
from typing import Any

import click

from echotrace.cli import Entry
from echotrace.commands import options, output, sides
from echotrace.commands.session import say_kept
from echotrace.views.page.page import page as made

_TAKEN = sides.Taken("page", 1, 4, "echotrace page fork thread -o page.html")
_EXAMPLES = """\b
Examples:
  echotrace page fork thread                 page.html
"""


def command(_entry: Entry) -> click.Command:
    """The command."""
    return page


@click.command("page", epilog=_EXAMPLES)
@click.argument("targets", metavar="TARGET...", nargs=-1)
@click.option("-o", "output_", type=click.Path(path_type=Path, dir_okay=False),
              default=Path("page.html"), show_default=True, metavar="FILE",
              help="Where to write it.")  # fmt: skip
@click.option("-f", "--force", is_flag=True, help="Overwrite FILE.")
@options.of_sides
@options.quiet
@click.pass_context
def page(
    context: click.Context,
    /,
    targets: tuple[str, ...],
    *,
    output_: Path,
    force: bool,
    **further: Any,  # noqa: ANN401 -- fields of the recordings' Wish
) -> None:
    """Make an interactive page of one to four servers: one file that needs no network.

    Each TARGET is a server's name (fork, fork:python), a source file (.c, .py) or an executable of
    yours, which are recorded; a file that ends in .run and lists programs; a trace file; or - for a
    trace on standard input.
    """
    output.check(output_, overwrite=force)
    found = sides.find(targets, _TAKEN)
    sides.refuse_faults(found, further["inject"])
    with sides.gathered(found, further | {"lasting": True}) as gathered:
        told = sides.named(gathered, found)
        output.deliver(made(told), output_, overwrite=force)
    errors = sides.tell_of(gathered, found, "are in the page")
    if not further["quiet"]:
        click.echo(f"wrote {output_}", err=True)
        say_kept([target.path for target in gathered if target.path is not None])
    context.exit(max((error.exit_status for error in errors), default=0))
