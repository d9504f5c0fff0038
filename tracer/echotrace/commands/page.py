"""`echotrace page`: one HTML file that plays what the kernel did."""

import shlex
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from echotrace.cli import Entry, complain
from echotrace.commands import formats, options, output, sides
from echotrace.commands.session import say_kept, say_next
from echotrace.commands.target import Target
from echotrace.errors import SystemRefused, UserError
from echotrace.views.page.page import page as made
from echotrace.views.words import safe

_TAKEN = sides.Taken("page", 1, 4, "echotrace page fork thread -o page.html")
_FORMS = {ending: form for ending, form in formats.VIEWS.items() if form == "html"}
_EXAMPLES = """\b
Examples:
  echotrace page fork thread                 page.html, to open in a browser
  echotrace page fork thread --open          and it opens there at once
  echotrace page select poll epoll --clients 3 -o readiness.html
  echotrace page server.c --script half-close -o mine.html
  echotrace page fork.jsonl -o fork.html     of a trace; show --format html
                                             is the same
\b
The file needs no network and no other file: it can be mailed, or put beside
the slides. In it ? shows the keys, and the address names each step: a link to
page.html#tab=fork&event=26 opens there.
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
@click.option("--open", "opens", is_flag=True, help="Open it in the browser.")
@click.option("--title", default="", metavar="TEXT", help="Its title, in place of the names.")
@options.by
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
    opens: bool,
    title: str,
    by: str,
    **further: Any,  # noqa: ANN401 -- fields of the recordings' Wish
) -> None:
    """Make an interactive page of one to four servers: one file that needs no network.

    Step by step it shows the source, the connections side by side, and what the kernel keeps:
    tasks, descriptor tables, open file descriptions and sockets. Of several servers each two stand
    beside each other, too, and step together.

    Each TARGET is a server's name (fork, fork:python), a source file (.c, .py) or an executable of
    yours, which are recorded; a file that ends in .run and lists programs; a trace file; or - for a
    trace on standard input.

    Exit status 0; 2 if a recording ended early, a trace is cut off in a line, or something that was
    asked for cannot be; 3 if the system refuses.
    """
    if output_.suffix.lower() not in _FORMS:
        raise UserError(f"a page is HTML: end the name '{output_}' in .html")
    output.check(output_, overwrite=force)
    found = sides.find(targets, _TAKEN)
    sides.refuse_faults(found, further["inject"])
    with sides.gathered(found, further | {"lasting": True}) as gathered:
        told = sides.named(gathered, found)
        output.deliver(made(told, title=title, by=by), output_, overwrite=force)
    errors = sides.tell_of(gathered, found, "are in the page")
    if not further["quiet"]:
        _take_leave(gathered, found, output_)
    if opens:
        _open(output_)
    context.exit(max((error.exit_status for error in errors), default=0))


def _take_leave(gathered: Sequence[Target], found: Sequence[sides.Side], path: Path) -> None:
    """Say where page and traces are, and what else to make of these."""
    click.echo(f"wrote {safe(str(path))}", err=True)
    say_kept(target.path for target in gathered if target.path is not None)
    if traces := sides.files(gathered, found):
        handout = shlex.quote(str(path.with_suffix(".pdf").name))
        say_next(f"echotrace handout {{trace}} -o {handout}", *traces)


def _open(path: Path) -> None:
    """Open the page in the browser; a page that cannot be is there all the same."""
    if not webbrowser.open(path.resolve().as_uri()):
        complain(SystemRefused(f"no browser was found: open '{path}' in one yourself"))
