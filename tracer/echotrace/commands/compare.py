"""`echotrace compare`: two to six servers, or traces, connection against connection."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from echotrace.cli import Entry
from echotrace.commands import expecting, formats, options, output, sides
from echotrace.commands.session import Delivery, say_kept, say_next
from echotrace.commands.target import Target
from echotrace.story.compare.choice import Choice, chosen
from echotrace.story.compare.compare import MOST_SIDES
from echotrace.story.compare.compare import compare as compared
from echotrace.story.nouns import Story
from echotrace.views.paint import Surface
from echotrace.views.rendering import render

#: Tells of sides, by their names: what to print, and whether the answer is yes.
_Tell = Callable[[Mapping[str, Story], Surface], tuple[str, bool]]
_TAKEN = sides.Taken("compare", 2, MOST_SIDES, "echotrace compare fork thread")
_TAKEN_BY_EXPECT = sides.Taken("compare", 1, MOST_SIDES, "echotrace compare --expect fork server.c")
_EXAMPLES = """\b
Examples:
  echotrace compare fork thread
  echotrace compare fork fork:python
  echotrace compare iterative fork thread epoll
  echotrace compare fork thread --only spawn,close,exit
  echotrace compare fork thread --connection 2 --ignore setup
  echotrace compare fork thread --inject send:short=3
  echotrace compare server.c broken/clean_fork
  echotrace compare ./server mine.run
  echotrace compare yesterday.jsonl today.jsonl --exit-code
  echotrace compare fork thread -o fork-thread.html
  echotrace compare fork thread -o fork-thread.svg --width 110
  echotrace compare --expect fork server.c      does it what fork does?
  echotrace compare --expect mine.expect server.c

\b
mine.run, a line a program; quotes are those of sh, # begins a comment:
  mine = server.c -- 8000
  "no threads" = --port 8080 ./server --single
  --until-exit -- python3 server.py

\b
mine.expect, a line a step, matches all connections of fork and fork:python:
  accept
  fork
  close conn in parent
  recv/send*
  recv = 0
  shutdown?
  close
  exit

A match proves these steps and, with 'send = all' for the send, how many bytes
come back; not which bytes they are, nor what clients of another script meet.
"""


def command(_entry: Entry) -> click.Command:
    """The command."""
    return compare


@click.command("compare", epilog=_EXAMPLES)
@click.argument("targets", metavar="TARGET TARGET...", nargs=-1)
@options.rows
@click.option("--expect", type=expecting.find, metavar="FILE|NAME",
              help="Compare one TARGET or more with the steps in FILE that every connection must "
              "take, one line a step, or with those of the teaching server NAME.")  # fmt: skip
@click.option("--exit-code", is_flag=True, help="Exit status 1 if there is a difference.")
@options.lang
@options.of_sides
@formats.option("the comparison")
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
    whole: bool,
    **further: Any,  # noqa: ANN401 -- expect, fields of Delivery, Choice and Wish
) -> None:
    """Lay two to six servers or traces side by side, and say why they differ.

    Each TARGET is a server's name (fork, fork:python, broken/closed_twice), a source file (.c, .py)
    or an executable of yours, which are recorded; a file that ends in .run and lists programs, each
    line as it would stand behind 'echotrace run', 'NAME =' in front if you like; a trace file; or
    - for a trace on standard input.

    Every TARGET is compared with the first one. With --expect FILE no two are compared, but each
    with the steps that FILE expects.

    Exit status 0; 1 if a connection does not take the steps of --expect, or under --exit-code if
    there is a difference; 2 if a recording ended early, a trace is cut off in a line, or something
    that was asked for cannot be; 3 if the system refuses.
    """
    delivery = Delivery.taken_from(further)
    delivery.check()
    only, ignore = (chosen(further.pop(name)) for name in ("only", "ignore"))
    choice = Choice(further.pop("connection"), only, ignore)
    expect: Path | None = further.pop("expect")
    if expect is None:
        form = formats.of_view(delivery.form, delivery.output_)
        tell: _Tell = partial(_against_each_other, choice=choice, form=form, whole=whole)
    else:
        tell = _against_steps(expect, choice, delivery, whole=whole)
    found = sides.find(targets, _TAKEN if expect is None else _TAKEN_BY_EXPECT)
    sides.refuse_faults(found, further["inject"])
    with sides.gathered(found, further) as gathered:
        surface = output.surface(delivery.width, to_file=delivery.output_ is not None)
        text, yes = tell(sides.named(gathered, found), surface)
        output.deliver(text, delivery.output_, overwrite=delivery.force)
    errors = sides.tell_of(gathered, found, "are compared")
    if not further["quiet"]:
        _take_leave(gathered, found, shown=delivery.output_ is not None or expect is not None)
    status = max((error.exit_status for error in errors), default=0)
    if expect is not None:
        context.exit(status if yes else 1)
    context.exit(status or int(exit_code and not yes))


def _against_each_other(
    stories: Mapping[str, Story], surface: Surface, *, choice: Choice, form: str, whole: bool
) -> tuple[str, bool]:
    """The comparison in a format, and whether all sides are the same."""
    result = compared(list(stories.values()), choice, list(stories))
    return render(result, form, surface, whole=whole), result.same


def _against_steps(path: Path, choice: Choice, delivery: Delivery, *, whole: bool) -> _Tell:
    """What tells whether sides take the steps in a file, which is read; UserError as it may be."""
    expectations = expecting.read(path)
    expecting.refuse_besides({"--only": choice.only, "--ignore": choice.ignore, "--whole": whole})
    if formats.of_view(delivery.form, delivery.output_) != "text":
        expecting.refuse_form(delivery.form, delivery.output_)
    return partial(expecting.against, expectations, path, connection=choice.connection)


def _take_leave(gathered: Sequence[Target], found: Sequence[sides.Side], *, shown: bool) -> None:
    """Say where new traces are kept, and what to try with them; `shown` is what was wanted."""
    kept = [target.path for target in gathered if target.path is not None]
    if not kept:
        return
    say_kept(kept)
    files = sides.files(gathered, found)
    if shown or not files:
        say_next("echotrace step {trace}", kept[0])
    else:
        say_next("echotrace compare {trace} -o comparison.html", *files)
