"""`echotrace run`: record a program of the user's own."""

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from echotrace import servers
from echotrace.cli import Entry
from echotrace.commands import options
from echotrace.commands.session import record_and_show

_EXAMPLES = """\b
Examples:
  echotrace run server.c                    compile it, with -g, and run it
  echotrace run server.c -- 8000            with an argument
  echotrace run --clients 3 server.py
  echotrace run --port 8080 -- node server.js
  echotrace run -s http.txt -- python3 -m http.server
  echotrace run --no-clients ./server       clients are yours, until Ctrl-C
  echotrace run --live --no-clients ./server
  echotrace run --until-exit ./server       goes on after the script
"""


def command(_entry: Entry) -> click.Command:
    """The command."""
    return run


@click.command("run", epilog=_EXAMPLES, context_settings={"allow_interspersed_args": False})
@click.argument("words", metavar="[--] COMMAND [ARGUMENTS]...", nargs=-1, required=True,
                type=click.UNPROCESSED)  # fmt: skip
@click.option("--port", "-p", type=options.WholeNumber(1, 65_535), metavar="N",
              help="Send the clients to this port. Without it, to the one port on which the "
              "program listens, or binds a UDP socket; else to its UNIX socket.")  # fmt: skip
@click.option("--no-clients", is_flag=True,
              help="Play no script: the clients are yours. Records until Ctrl-C, or until the "
              "program ends.")  # fmt: skip
@click.option("--until-exit", is_flag=True,
              help="Go on recording after the script, until the program ends by itself; Ctrl-C "
              "before that counts as an interruption.")  # fmt: skip
@options.recording
@options.showing
@click.pass_context
def run(context: click.Context, /, words: tuple[str, ...], **chosen: Any) -> None:  # noqa: ANN401, ARG001 -- click's; see program_of
    """Record a program of your own, in any language, and show its connections.

    COMMAND is a program and its arguments, or a source file: C is compiled with -g first, Python
    is run. It is started under ptrace, with its output shown on standard error, without input and
    without a terminal. When it listens, at a port that it chooses itself, the clients of a script
    come to it. The built-in scripts expect an echo; for other servers write one (--script FILE), or
    bring your own clients (--no-clients). At the end, the program is ended.
    """
    hint = "echotrace show {trace} --explain"
    context.exit(record_and_show(hint, command=program_of(context), heard=True, **chosen))


def program_of(context: click.Context) -> tuple[str, ...]:
    """The words that start the program; `--` may stand behind a source file too.

    UsageError for options that exclude each other, or that stand behind the source file.
    """
    if context.params["no_clients"]:
        for name in ("script", "clients"):
            if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
                raise click.UsageError(f"--no-clients plays no script: leave out --{name}", context)
    words: tuple[str, ...] = context.params["words"]
    first, *rest = words
    if Path(first).suffix not in servers.LANGUAGE_OF_SUFFIX or not rest:
        return words
    if rest[0] == "--":
        return first, *rest[1:]
    if rest[0].startswith("-"):
        raise click.UsageError(
            f"options of echotrace stand before {first}, those of the program behind --: "
            f"echotrace run [OPTIONS] {first} -- {' '.join(rest)}",
            context,
        )
    return words
