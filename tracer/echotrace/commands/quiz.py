"""`echotrace quiz`: questions about a server or a trace, in the terminal or on paper."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from echotrace.cli import Entry, complain
from echotrace.commands import documents, formats, options, output, sides
from echotrace.commands.again import options_given
from echotrace.commands.quizzing import Console, Outcome, Played, play
from echotrace.commands.session import Delivery, say_kept, say_next
from echotrace.commands.target import Target
from echotrace.errors import EchotraceError, UserError
from echotrace.story.quiz.kinds import KINDS
from echotrace.story.quiz.nouns import Asked
from echotrace.views.formats.writing import WRITERS, Written
from echotrace.views.handout.nouns import MOST_SIDES
from echotrace.views.paint import Surface
from echotrace.views.quiz.data import data
from echotrace.views.quiz.lines import text
from echotrace.views.quiz.quiz import Quiz, quiz_of
from echotrace.views.quiz.sheet import document
from echotrace.views.texts import texts

_INTERRUPTED = 130
_TAKEN = sides.Taken("quiz", 1, MOST_SIDES, "echotrace quiz fork")
#: What a quiz can be besides a document.
_PLAIN: Mapping[str, str] = {".txt": "text", ".json": "json"}
#: Formats that are no text, and go to a file only.
_BINARY = frozenset({"pdf", "slides"})
#: What makes it the same quiz again.
_SAME = ("count", "kinds", "language")
_EXAMPLES = """\b
Examples:
  echotrace quiz fork                    record it, and answer in the terminal
  echotrace quiz fork.jsonl -s 7         other questions, of a trace
  echotrace quiz fork.jsonl -s 7 -c      their answers, and why
  echotrace quiz fork thread:python      about both of them
  echotrace quiz epoll --kind result -n 3
  echotrace quiz server.c --script reset --clients 3
  echotrace quiz fork.jsonl -o quiz.pdf  for a sheet of paper; with -c the key
  echotrace quiz fork.jsonl --format json
"""


def command(_entry: Entry) -> click.Command:
    """The command."""
    return quiz


@click.command("quiz", epilog=_EXAMPLES)
@click.argument("targets", metavar="TARGET...", nargs=-1)
@click.option("--seed", "-s", type=options.WholeNumber(0), default=1, show_default=True,
              metavar="SEED", help="Chooses the questions: the same trace and seed have the same "
              "ones.")  # fmt: skip
@click.option("--answers", "-c", is_flag=True,
              help="Show the answers, and why they are right; the questions stay the "
              "same.")  # fmt: skip
@click.option("--count", "-n", type=options.WholeNumber(1, 1000), metavar="COUNT",
              help="How many questions; one of each kind, and six at least, unless "
              "given.")  # fmt: skip
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), metavar="KIND",
              help=f"Only questions of this kind: {', '.join(KINDS)}. May be given several "
              "times.")  # fmt: skip
@options.language
@click.option("--clients", type=options.WholeNumber(1, 10_000), default=2, show_default=True,
              metavar="N", help="How many clients a built-in script has.")  # fmt: skip
@click.option("--script", metavar="NAME|FILE",
              help="What the clients of every server do; interleaved unless given.")  # fmt: skip
@options.timeout(5.0)
@options.inject
@click.option("--format", "form", type=click.Choice([*_PLAIN.values(), *formats.ENDINGS]),
              help="What to make of it; text unless the ending of FILE says otherwise: .json, .md, "
              ".html, .tex or .pdf. Slides are PDF too.")  # fmt: skip
@options.writing
@options.quiet
@click.pass_context
def quiz(
    context: click.Context,
    /,
    targets: tuple[str, ...],
    *,
    seed: int,
    answers: bool,
    count: int | None,
    kinds: tuple[str, ...],
    language: str,
    **further: Any,  # noqa: ANN401 -- fields of Delivery, and of the recordings' Wish
) -> None:
    """Ask questions about a server or a trace: every answer is what the kernel did.

    In a terminal the questions come one after the other: answer with a letter or in words; ? helps,
    an empty line skips, q ends. Otherwise, and with -c, -o or --format, they are all written out.

    Each TARGET, up to four, is a server's name (fork, fork:python), a source file (.c, .py) or an
    executable of yours, which are recorded; a trace file; or - for a trace on standard input.

    Exit status 0, however the questions are answered; 2 if there is nothing to ask, a recording
    ended early or a trace is cut off in a line; 3 if the system refuses; 130 if Ctrl-C ended it.
    """
    delivery = Delivery.taken_from(further)
    words = texts(language)
    form = formats.chosen(delivery.form, delivery.output_, {**formats.DOCUMENTS, **_PLAIN}, "text")
    _check(delivery, form)
    found = sides.find(targets, _TAKEN)
    sides.refuse_faults(found, further["inject"])
    played = None
    with sides.gathered(found, further | {"lasting": True}) as gathered:
        made = quiz_of(sides.named(gathered, found), words, seed, kinds, count)
        surface = output.surface(delivery.width, to_file=delivery.output_ is not None)
        if made.asked and not answers and _is_conversation(delivery):
            played = play(made, Console(_typed, _say, surface))
        else:
            _deliver(made, form, delivery, surface, key=answers)
    errors: list[EchotraceError] = sides.tell_of(gathered, found, "are asked about")
    if made.lacks:
        errors.append(UserError(made.lacks.rstrip(".")))
        complain(errors[-1])
    if not further["quiet"]:
        _take_leave(context, made, played, gathered, found)
    if played is not None and played.interrupted:
        context.exit(_INTERRUPTED)
    context.exit(max((error.exit_status for error in errors), default=0))


def _check(delivery: Delivery, form: str) -> None:
    """Refuse at once what could not be written in the end; UserError."""
    if form in _BINARY and delivery.output_ is None:
        raise UserError(f"--format {form} makes a PDF, which needs a file: add -o quiz.pdf")
    delivery.check()


def _is_conversation(delivery: Delivery) -> bool:
    """Whether somebody is there to answer, and wants to."""
    wanted = delivery.output_ is None and delivery.form is None
    return wanted and sys.stdin.isatty() and sys.stdout.isatty()


def _typed() -> str | None:
    """The next line, as it was typed; None at the end of input."""
    line = sys.stdin.buffer.readline()
    if not line:
        _say("\n")
        return None
    return line.decode(errors="replace")


def _say(words: str) -> None:
    sys.stdout.buffer.write(words.encode())
    sys.stdout.flush()


def _deliver(made: Quiz, form: str, delivery: Delivery, surface: Surface, *, key: bool) -> None:
    """Print the whole quiz, or write it to a file."""
    path = delivery.output_
    if form in _PLAIN.values():
        content = data(made, key=key) if form == "json" else text(made, surface, key=key)
        written = Written(content.encode())
    else:
        written = WRITERS[form](document(made, key=key), path.stem if path else "quiz")
    if path is None:
        output.deliver(written.content.decode(), None, overwrite=False)
    else:
        documents.write(written, path, overwrite=delivery.force)


def _take_leave(
    context: click.Context,
    made: Quiz,
    played: Played | None,
    gathered: Sequence[Target],
    found: Sequence[sides.Side],
) -> None:
    """Say where new traces are, and what to try with them."""
    say_kept(target.path for target in gathered if target.path is not None)
    traces = sides.files(gathered, found)
    if not made.asked or not traces:
        return
    if played is not None or context.params["answers"]:
        first = _first_missed(made, played)
        if first is not None:
            say_next(f"echotrace step {{trace}} --at {first.event}", traces[first.side])
    if not context.params["answers"]:
        again = shlex.join([*options_given(context, _SAME, always=["seed"]), "-c"])
        say_next(f"echotrace quiz {{trace}} {again}", *traces)


def _first_missed(made: Quiz, played: Played | None) -> Asked | None:
    """What to look at: the first question that was not answered rightly, or the first of all.

    None about a broken variant, whose trace is not among the user's.
    """
    missed = played.numbers(Outcome.WRONG) + played.numbers(Outcome.SKIPPED) if played else []
    asked = [made.asked[number - 1] for number in sorted(missed)] or list(made.asked)
    return next((each for each in asked if each.variant is None), None)
