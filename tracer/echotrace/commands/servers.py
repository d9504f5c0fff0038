"""`echotrace servers`: the teaching servers that can be recorded."""

import click
from tabulate import tabulate

from echotrace import servers
from echotrace.cli import Entry


def command(_entry: Entry) -> click.Command:
    """The command."""
    return show


@click.command("servers")
def show() -> None:
    """List the teaching servers: name, the languages they come in, the idea each teaches."""
    rows = []
    for server in servers.SERVERS:
        installed = servers.languages(server.name)
        has = ["yes" if language in installed else "-" for language in ("c", "python")]
        rows.append([server.name, *has, server.idea])
    click.echo(tabulate(rows, headers=["name", "C", "Python", "idea"], tablefmt="plain"))
