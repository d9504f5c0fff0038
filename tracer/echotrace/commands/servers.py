"""`echotrace servers`: the teaching servers that can be recorded."""

import textwrap

import click
from tabulate import tabulate

from echotrace import gallery, servers
from echotrace.cli import Entry


def command(_entry: Entry) -> click.Command:
    """The command."""
    return show


@click.command("servers")
@click.option("--broken", is_flag=True, help="List the find-the-bug gallery, with its answers.")
def show(broken: bool) -> None:
    """List the teaching servers: name, the languages they come in, the idea each teaches."""
    click.echo(_gallery() if broken else _servers())


def _servers() -> str:
    rows = []
    for server in servers.SERVERS:
        installed = servers.languages(server.name)
        has = ["yes" if language in installed else "-" for language in ("c", "python")]
        rows.append([server.name, *has, server.idea])
    table = tabulate(rows, headers=["name", "C", "Python", "idea"], tablefmt="plain")
    return f"{table}\n\nServers to find a bug in: echotrace servers --broken"


def _gallery() -> str:
    """The clean servers, then each bug: the command that shows it, and what its trace shows."""
    clean = [[f"broken/{server.name}", server.idea] for server in gallery.CLEAN]
    bugs = [
        f"{mutant.command}   (from {mutant.counterpart})\n{_indented(mutant.shows)}"
        for mutant in gallery.MUTANTS
    ]
    table = tabulate(clean, headers=["clean server", "idea"], tablefmt="plain")
    return "\n\n".join([table, "With one bug each:", *bugs])


def _indented(text: str) -> str:
    return textwrap.fill(text, 96, initial_indent="    ", subsequent_indent="    ")
