"""The command line: finds the command, and turns errors into one line and an exit status.

This is the one place where errors become exit codes: 0 done, 1 the answer is no, 2 the user can
mend it, 3 the system refused, 130 interrupted. Commands are imported only when they run, so that
`--help` is quick and looking at traces needs nothing of what records them.
"""

import importlib
import os
import sys
from typing import NamedTuple

import click

from echotrace import __version__
from echotrace.errors import EchotraceError, SystemRefused, UserError, did_you_mean
from echotrace.views.words import safe_lines

_INTERRUPTED = 130
#: What click raises for a group without a command, since its version 8.2.
_ASKS_FOR_HELP = getattr(click.exceptions, "NoArgsIsHelpError", ())


class Entry(NamedTuple):
    """A command: its name, the module that has it, and what it does, in a few words."""

    name: str
    module: str
    summary: str


ENTRIES = (
    Entry("iterative", "serve", "Record the server that serves one connection at a time."),
    Entry("fork", "serve", "Record the server that forks a process per connection."),
    Entry("thread", "serve", "Record the server that starts a thread per connection."),
    Entry("select", "serve", "Record the server that waits for all its connections with select."),
    Entry("poll", "serve", "Record the server that does so with poll."),
    Entry("epoll", "serve", "Record the server that does so with epoll."),
    Entry("kqueue", "serve", "Record the server that waits with kevent for all connections."),
    Entry("prefork", "serve", "Record the server whose processes accept on one socket."),
    Entry("pool", "serve", "Record the server that queues connections for its threads."),
    Entry("udp", "serve", "Record the server that has no connections, only datagrams."),
    Entry("run", "run", "Record a program of your own, in any language."),
    Entry("attach", "attach", "Record a server that runs already, and leave it running."),
    Entry("show", "show", "Show a recorded trace."),
    Entry("compare", "compare", "Lay two to six servers or traces side by side."),
    Entry(
        "handout", "handout", "Make a handout for a lecture: PDF, HTML, Markdown, LaTeX, slides."
    ),
    Entry("page", "page", "Make one HTML file that plays what the kernel did."),
    Entry("quiz", "quiz", "Ask questions about a server or a trace, and tell the answers."),
    Entry("check", "check", "Say what is wrong with a server, and prove it."),
    Entry("step", "step", "Step through a server or a trace in the terminal."),
    Entry("servers", "servers", "List the teaching servers."),
    Entry("doctor", "doctor", "Say what this machine can record, and what would help."),
)

_EXAMPLES = """\b
Examples:
  echotrace fork                          record and show two clients
  echotrace thread --clients 3 --by task  a column per thread
  echotrace compare fork thread           what differs, and why
  echotrace run server.c                  your own server, in any language
  echotrace check server.c                what is wrong with a server of yours
  echotrace step fork                     step through it, with explanations
  echotrace quiz fork                     what do you know of it?
  echotrace attach 1234                   a server that runs already, until Ctrl-C
  echotrace fork -o fork.jsonl            keep the trace
  echotrace show fork.jsonl               look again, on any system
"""


def _gallery() -> dict[str, str]:
    """The servers of the find-the-bug gallery: name and idea. They are no commands of `--help`."""
    from echotrace import servers  # noqa: PLC0415 -- not needed for --help

    return {server.name: server.idea for server in servers.GALLERY}


def _entry(name: str) -> Entry | None:
    """The command called `name`; a server of the gallery is recorded like the others."""
    known = {entry.name: entry for entry in ENTRIES}
    if name in known:
        return known[name]
    idea = _gallery().get(name)
    return Entry(name, "serve", f"Record {name}. {idea}") if idea else None


class Commands(click.Group):
    """The group of all commands; a mistyped one gets the nearest names."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """The names, in the order of the help text."""
        return [entry.name for entry in ENTRIES]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command called `cmd_name`, from the module that has it."""
        entry = _entry(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"echotrace.commands.{entry.module}")
        command: click.Command = module.command(entry)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the words name; UsageError with the nearest names."""
        name = args[0]
        if _entry(name) is None:
            hint = did_you_mean(name, (*self.list_commands(ctx), *_gallery()))
            if name.endswith((".c", ".py")):
                hint = f"; for a source file of yours: echotrace run {name}, or check {name}"
            raise click.UsageError(f"there is no server or command {name!r}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, without importing them."""
        servers = [entry for entry in ENTRIES if entry.module == "serve"]
        others = [entry for entry in ENTRIES if entry.module != "serve"]
        for title, entries in (("Teaching servers", servers), ("Commands", others)):
            with formatter.section(title):
                formatter.write_dl([(entry.name, entry.summary) for entry in entries])


@click.group(
    cls=Commands, epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="echotrace")
def cli() -> None:
    """Shows what a network server asks of the kernel, connection by connection.

    Starts a teaching server or one of yours under ptrace, drives it with scripted clients, records
    its system calls, works out which connection each one served, and prints the connections side by
    side.
    """


def complain(error: EchotraceError) -> None:
    """Tell an error on stderr; what it quotes from outside cannot steer the terminal."""
    click.echo(f"echotrace: {safe_lines(str(error))}", err=True)


def _in_one_sentence(error: click.ClickException) -> str:
    """What click has to say, as the other errors are said, and where to read on."""
    said = " ".join(error.format_message().split()).rstrip(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "echotrace"
    see = " See" if said.endswith("?") else "; see"
    return f"{said[:1].lower()}{said[1:]}{see} {path} --help"


def run(words: list[str]) -> int:
    """Run a command line; its exit status."""
    _open_standard_streams()
    try:
        status = cli.main(words, prog_name="echotrace", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        if isinstance(error, _ASKS_FOR_HELP):
            error.show()
        else:
            complain(UserError(_in_one_sentence(error)))
        return error.exit_code
    except EchotraceError as error:
        complain(error)
        return error.exit_status
    except (KeyboardInterrupt, click.Abort):
        click.echo("echotrace: interrupted", err=True)
        return _INTERRUPTED
    except BrokenPipeError:  # the reader of our output has left: that is its right
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # no descriptors left, standard output on a full disk
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        complain(SystemRefused(error.strerror or str(error)))
        return SystemRefused.exit_status
    return status if isinstance(status, int) else 0


def _open_standard_streams() -> None:
    """Give a stream that our caller closed a place to go, so that no file takes its number."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            setattr(sys, name, os.fdopen(number, mode))
