"""`echotrace handout`: what a lecturer prints on the evening before the lecture."""

from pathlib import Path
from typing import Any

import click

from echotrace.cli import Entry
from echotrace.commands import options, output, sides
from echotrace.story.compare.names import names_of
from echotrace.views.formats.writing import WRITERS
from echotrace.views.handout.handout import handout as made
from echotrace.views.handout.nouns import Edition, Wish
from echotrace.views.texts import texts

_EXAMPLES = """\b
Examples:
  echotrace handout fork thread -o handout.pdf
"""


def command(_entry: Entry) -> click.Command:
    """The command."""
    return handout


@click.command("handout", epilog=_EXAMPLES)
@click.argument("targets", metavar="TARGET...", nargs=-1)
@click.option("--edition", type=click.Choice([each.value for each in Edition]), default="student",
              show_default=True, help="For students, or the key with all answers.")  # fmt: skip
@click.option("--lang", "language", default="en", show_default=True, help="Of the handout's words.")
@click.option("-o", "output_", type=click.Path(path_type=Path, dir_okay=False), required=True,
              metavar="FILE", help="Where to write it.")  # fmt: skip
@click.option("-f", "--force", is_flag=True, help="Overwrite FILE.")
@options.quiet
def handout(
    targets: tuple[str, ...],
    *,
    edition: str,
    language: str,
    output_: Path,
    force: bool,
    quiet: bool,
) -> None:
    """Make a handout of one to four servers or traces."""
    output.check(output_, overwrite=force)
    wished: dict[str, Any] = {"quiet": quiet}
    found = sides.find(targets, least=1)
    with sides.gathered(found, wished) as gathered:
        stories = [target.story for target in gathered]
        names = names_of(stories, [side.title for side in found])
        wish = Wish(texts(language), Edition(edition))
        document = made(dict(zip(names, stories, strict=True)), wish)
        output_.write_bytes(WRITERS["pdf"](document, output_.stem).content)
