"""Options that several commands share, so that they are spelt and explained once."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from echotrace.commands import formats
from echotrace.views.texts import languages

_F = TypeVar("_F", bound=Callable[..., Any])


def _all(*options: Callable[[_F], _F]) -> Callable[[_F], _F]:
    def decorate(function: _F) -> _F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


class WholeNumber(click.IntRange):
    """Whole numbers in a range, by a name that is not one of programming."""

    name = "whole number"


class Number(click.FloatRange):
    """Numbers in a range."""

    name = "number"


def finite(_context: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    """Refuse nan, which no comparison with a range refuses."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is no time")
    return value


def _patience(context: click.Context, option: click.Parameter, value: float) -> float:
    """Let a timeout that is given count for the program's loading too; else that takes longer."""
    if context.get_parameter_source(str(option.name)) is not ParameterSource.DEFAULT:
        context.params["loading"] = finite(context, option, value)
    return value


language = click.option(
    "--lang", "language", default="en", show_default=True, metavar="CODE",
    help=f"The language of its words; there is {' and '.join(languages())}.",
)  # fmt: skip


def timeout(default: float, besides: str = "") -> Callable[[_F], _F]:
    """How long to wait for the program; `besides` is what else the option says."""
    return click.option(
        "--timeout", type=Number(0.01, 86_400), default=default, callback=_patience,
        show_default=True, metavar="SECONDS",
        help="How long the program may take until it listens (10 unless given, while it runs), and "
        f"a client step to become possible{besides}.",
    )  # fmt: skip


inject = click.option(
    "--inject", multiple=True, metavar="CALL:WHAT[:when=N]",
    help="Let calls of the server fail or fall short: accept:EINTR, recv:ECONNRESET, send:EPIPE "
    "(without its SIGPIPE), fork:EAGAIN, send:short=3. An error hits the first such call of the "
    "run, short=N each one that is longer; when=3 only the third, when=3+ also all later ones. "
    "CALL is a C function or a system call; send, recv and close count on sockets only. "
    "May be given several times.",
)  # fmt: skip

#: How much to record of each call, and of which calls.
detail = _all(
    click.option("--all", "everything", is_flag=True,
                 help="Record and show every system call, futex and mmap too."),
    click.option("--snaplen", type=WholeNumber(0, 65_536), default=64, show_default=True,
                 metavar="BYTES", help="How much of each payload to keep."),
    click.option("--no-lines", is_flag=True,
                 help="Do not look for the source line of each call: recording is some percent "
                 "faster, and begins 0.05 s earlier."),
)  # fmt: skip

#: What to record.
recording = _all(
    click.option("--clients", "-n", type=WholeNumber(1, 10_000), default=2, show_default=True,
                 metavar="N", help="How many clients a built-in script or a free run has."),
    click.option("--script", "-s", metavar="NAME|FILE",
                 help="What the clients do: interleaved (the default), sequential, burst, silent, "
                 "large, half-close, reset, idle (see echotrace servers --scripts), or a file with "
                 "a step a line: '1 send hello'. To a UDP server only send sends anything: one "
                 "datagram each."),
    click.option("--free-run", is_flag=True,
                 help="No script: all clients at the same time and at full speed, to see a server "
                 "under load. Each connects and has one echo; then all go on, and close."),
    click.option("--echoes", type=WholeNumber(1, 1_000_000), metavar="N",
                 help="With --free-run: how many echoes each client has, 10 unless given."),
    click.option("--payload", type=WholeNumber(1, 1 << 24), metavar="BYTES",
                 help="With --free-run: how many bytes an echo has, 64 unless given."),
    detail,
    timeout(5.0, "; under --free-run, how long it may be that no client gets anything back"),
    click.option("--no-seccomp", is_flag=True,
                 help="Stop at every system call instead of filtering; slower, the same trace."),
    inject,
)  # fmt: skip

#: What to record of every side of a comparison or a handout.
of_sides = _all(
    click.option("--clients", "-n", type=WholeNumber(1, 10_000), default=2, show_default=True,
                 metavar="N", help="How many clients a built-in script has."),
    click.option("--script", "-s", metavar="NAME|FILE",
                 help="What the clients of every server do; interleaved unless given."),
    timeout(5.0),
    inject,
)  # fmt: skip

lang = click.option(
    "--lang", type=click.Choice(["c", "python"]), default="c", show_default=True,
    help="Which twin of the server to run.",
)  # fmt: skip

#: Which server of the catalogue, and how to start it.
of_catalogue = _all(
    lang,
    click.option("--as-posted", is_flag=True,
                 help="Give the server no address: it takes any port, on every interface."),
)  # fmt: skip

by = click.option(
    "--by", type=click.Choice(["connection", "task"]), default="connection", show_default=True,
    help="What has a column of its own.",
)  # fmt: skip

#: How to show a timeline.
looking = _all(
    by,
    click.option("--explain", "explained", is_flag=True,
                 help="Say in a sentence what each event shown means."),
)  # fmt: skip

whole = click.option(
    "--whole", is_flag=True,
    help="Of a free run, show every connection and event, not only some.",
)  # fmt: skip


def _writing(what: str) -> Callable[[_F], _F]:
    return _all(
        click.option("--width", type=WholeNumber(60, 1000), metavar="COLUMNS",
                     help="Width of the text, or of a drawing in characters; the terminal's "
                          "unless given. Sentences of --explain use 120 at most."),
        click.option("-o", "output_", type=click.Path(path_type=Path, dir_okay=False),
                     metavar="FILE", help=what),
        click.option("-f", "--force", is_flag=True, help="Overwrite FILE."),
    )  # fmt: skip


#: Which rows of a comparison to show.
rows = _all(
    click.option("--connection", type=WholeNumber(1), metavar="N",
                 help="Only connection #N of the first side, and what is laid against it."),
    click.option("--only", multiple=True, metavar="NAME[,NAME]...",
                 help="Only such rows: system calls, C functions, logical events (recv, send, "
                 "spawn), or sections (see --ignore). May be given several times."),
    click.option("--ignore", multiple=True, metavar="NAME[,NAME]...",
                 help="Leave out such rows. The sections are setup, accept, hand-off, echo, end, "
                 "exit, between and teardown. May be given several times."),
)  # fmt: skip

#: Where to write a view.
writing = _writing("Write to FILE what would be printed.")
#: Where to write a view or the trace it is made from.
writing_trace = _writing(
    "Write to FILE: the trace when it ends in .jsonl, else what would be printed."
)

live = click.option(
    "--live", is_flag=True,
    help="Print the timeline as it grows, a row when something happens, instead of at the end.",
)  # fmt: skip

quiet = click.option("-q", "--quiet", is_flag=True, help="No progress and no hints on stderr.")

timeline_or_trace = formats.option("the timeline", or_trace=True)

#: What all commands that record a server offer for showing it.
showing = _all(looking, whole, live, timeline_or_trace, writing_trace, quiet)
