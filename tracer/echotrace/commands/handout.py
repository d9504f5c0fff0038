"""`echotrace handout`: what a lecturer prints on the evening before the lecture."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from echotrace.cli import Entry, complain
from echotrace.commands import (
    documents,
    editions,
    formats,
    handout_gallery,
    options,
    output,
    sides,
)
from echotrace.commands.again import options_given
from echotrace.commands.session import say_kept, say_next
from echotrace.commands.target import Target
from echotrace.errors import UserError
from echotrace.views.formats.writing import WRITERS
from echotrace.views.handout.handout import handout as made
from echotrace.views.handout.nouns import MOST_SIDES, Edition, Wish
from echotrace.views.handout.sources import problems
from echotrace.views.paper import A4, SLIDE
from echotrace.views.quiz import own
from echotrace.views.texts import texts
from echotrace.views.words import safe

_TAKEN = sides.Taken("handout", 1, MOST_SIDES, "echotrace handout fork thread -o handout.pdf")
#: What both editions have in common has to be asked for again for the other one.
_IN_COMMON = ("title", "course", "language", "connection", "max_rows", "seed", "questions", "form")
_EXAMPLES = """\b
Examples:
  echotrace handout fork thread                          handout.pdf
  echotrace handout fork thread --edition both           handout.pdf and
                                                         handout-key.pdf
  echotrace handout select poll epoll --clients 3 -o readiness.pdf
  echotrace handout fork fork:python -o twins.html
  echotrace handout fork.jsonl thread.jsonl -o fork-thread.md
  echotrace handout server.c broken/clean_fork --course "Operating systems"
  echotrace handout fork thread --format slides -o slides.pdf
  echotrace handout --gallery handouts

\b
Both editions of the same traces have the same numbers. To make the other one
later, use the traces that are kept, as 'next:' says: no later recording takes
their names.
"""


def command(_entry: Entry) -> click.Command:
    """The command."""
    return handout


@click.command("handout", epilog=f"{_EXAMPLES}\n{own.EPILOG}")
@click.argument("targets", metavar="TARGET...", nargs=-1)
@click.option("--edition", "edition", type=click.Choice(list(editions.CHOICES)), default="student",
              show_default=True, help="For students, the key with all answers, or both: FILE and "
              "FILE-key.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(list(formats.ENDINGS)),
              help="What to make; as the ending of FILE says unless given: .pdf, .html, .md or "
              ".tex. Slides are PDF too.")  # fmt: skip
@click.option("-o", "output_", type=click.Path(path_type=Path, dir_okay=False),
              metavar="FILE",
              help="Where to write it; handout.pdf, or handout-key.pdf, unless given.")  # fmt: skip
@click.option("-f", "--force", is_flag=True, help="Overwrite FILE.")
@click.option("--title", default="", metavar="TEXT", help="Its title, in place of a question.")
@click.option("--course", default="", metavar="TEXT", help="A course, for the head of each page.")
@options.language
@click.option("--connection", type=options.WholeNumber(1), metavar="N",
              help="Only connection #N of the first side, and what is laid against "
              "it.")  # fmt: skip
@click.option("--max-rows", type=options.WholeNumber(10), metavar="N",
              help="How many rows the timeline has at most; it says what it leaves "
              "out.")  # fmt: skip
@click.option("--seed", type=options.WholeNumber(0), default=1, show_default=True, metavar="N",
              help="Chooses among the questions.")  # fmt: skip
@click.option("--questions", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Questions of your own, in TOML: see below.")  # fmt: skip
@click.option("--gallery", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
              help="Make the handouts that a lecture begins with from stored traces, in both "
              "editions, with pictures of their first pages, in FOLDER: no TARGET.")  # fmt: skip
@options.of_sides
@options.quiet
@click.pass_context
def handout(
    context: click.Context,
    /,
    targets: tuple[str, ...],
    *,
    form: str | None,
    output_: Path | None,
    force: bool,
    gallery: Path | None,
    edition: str,
    **further: Any,  # noqa: ANN401 -- fields of the handout's Wish, and of the recordings'
) -> None:
    """Make a handout of one to four servers: a question, their calls side by side, and a quiz.

    Each TARGET is a server's name (fork, fork:python), a source file (.c, .py) or an executable of
    yours, which are recorded; a file that ends in .run and lists programs; a trace file; or - for a
    trace on standard input.

    Exit status 0; 2 if a recording ended early, a trace is cut off in a line, or something that was
    asked for cannot be; 3 if the system refuses.
    """
    form = formats.chosen(form, output_, formats.DOCUMENTS, default="pdf")
    wish = _wish(further, form)
    if gallery is not None:
        _check_alone(targets, output_)
        both = [replace(wish, edition=each) for each in Edition]
        files = handout_gallery.write(gallery, both, overwrite=force)
        if not further["quiet"]:
            click.echo(f"wrote {len(files)} files into {safe(str(gallery))}", err=True)
        return
    paths = editions.paths(edition, output_, formats.ENDINGS[form])
    for path in paths.values():
        output.check(path, overwrite=force)
    found = sides.find(targets, _TAKEN)
    sides.refuse_faults(found, further["inject"])
    with sides.gathered(found, further | {"lasting": True}) as gathered:
        told = sides.named(gathered, found)
        written = [
            documents.write(
                WRITERS[form](made(told, replace(wish, edition=each)), path.stem), path,
                overwrite=force,
            )
            for each, path in paths.items()
        ]  # fmt: skip
    errors = sides.tell_of(gathered, found, "are in the handout")
    for problem in problems(told, wish.texts):
        complain(UserError(problem))
    if not further["quiet"]:
        _say_written(written)
        _take_leave(context, gathered, found, paths)
    context.exit(max((error.exit_status for error in errors), default=0))


def _check_alone(targets: Sequence[str], path: Path | None) -> None:
    if targets or path is not None:
        raise UserError(
            "--gallery makes handouts of its own, and names them: leave out "
            f"{'-o' if path else f'{safe(targets[0])!r}'}"
        )


def _wish(further: dict[str, Any], form: str) -> Wish:
    """What kind of handout is wished; its options are taken out of all that were chosen."""
    questions: Path | None = further.pop("questions")
    names = ("title", "course", "connection", "max_rows", "seed")
    return Wish(
        texts=texts(further.pop("language")),
        paper=SLIDE if form == "slides" else A4,
        own=own.read(questions) if questions is not None else (),
        **{name: further.pop(name) for name in names},
    )


def _say_written(written: Sequence[Sequence[Path]]) -> None:
    """Say where each edition is, and how many files stand beside it."""
    for path, *beside in written:
        further = f", and {len(beside)} files beside it" if beside else ""
        click.echo(f"wrote {safe(str(path))}{further}", err=True)


def _take_leave(
    context: click.Context,
    gathered: Sequence[Target],
    found: Sequence[sides.Side],
    paths: Mapping[Edition, Path],
) -> None:
    """Say where new traces are, and what else to make of them: the other edition, or a quiz."""
    say_kept(target.path for target in gathered if target.path is not None)
    traces = sides.files(gathered, found)
    others = [each for each in Edition if each not in paths]
    if traces and not others:
        say_next("echotrace quiz {trace}", *traces)
    for other in others if traces else ():
        (path,) = paths.values()
        further = _other_edition(context, other, editions.beside(path, other))
        say_next(f"echotrace handout {{trace}} {shlex.join(further)}", *traces)


def _other_edition(context: click.Context, other: Edition, path: Path) -> Iterator[str]:
    """The options of the other edition: all that shape this one stay."""
    yield from options_given(context, _IN_COMMON)
    if other is Edition.KEY:
        yield from ("--edition", str(other))
    yield from ("-o", str(path))
