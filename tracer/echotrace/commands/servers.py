"""`echotrace servers`: the teaching servers that can be recorded."""

import textwrap
from collections.abc import Iterator

import click
from tabulate import tabulate

from echotrace import gallery, lessons, servers
from echotrace.cli import Entry
from echotrace.record import script


def command(_entry: Entry) -> click.Command:
    """The command."""
    return show


@click.command("servers")
@click.option("--broken", is_flag=True, help="List the find-the-bug gallery, with its answers.")
@click.option("--scripts", is_flag=True,
              help="List the client scripts, and what each shows of which server.")  # fmt: skip
def show(broken: bool, scripts: bool) -> None:
    """List the teaching servers: name, the languages they come in, the idea each teaches."""
    parts = [_scripts()] * scripts + [_gallery()] * broken
    click.echo("\n\n".join(parts) or _servers())


def _servers() -> str:
    rows = []
    for server in servers.SERVERS:
        installed = servers.languages(server.name)
        has = ["yes" if language in installed else "-" for language in ("c", "python")]
        rows.append([server.name, *has, server.idea])
    table = tabulate(rows, headers=["name", "C", "Python", "idea"], tablefmt="plain")
    return (
        f"{table}\n\nWhat the clients do, and what it shows: echotrace servers --scripts\n"
        "Servers to find a bug in: echotrace servers --broken"
    )


def _scripts() -> str:
    """Each script with what the clients do, then the lesson of each server, alike ones together."""
    return "\n\n".join(
        "\n".join([f"{name}: {script.describe(name)}", *_lessons(name)]) for name in script.BUILT_IN
    )


def _lessons(name: str) -> Iterator[str]:
    sayings: dict[str, list[str]] = {}
    for server in servers.NAMES:
        sayings.setdefault(lessons.lesson(server, name), []).append(server)
    for sentence, who in sayings.items():
        yield _indented(f"{', '.join(who)}: {sentence}")


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
