"""`echotrace doctor`: what this machine lets echotrace do."""

from collections.abc import Iterable
from textwrap import wrap

import click
from tabulate import tabulate

from echotrace import doctor
from echotrace.cli import Entry
from echotrace.doctor import Check
from echotrace.errors import SystemRefused

_TEXT_WIDTH = 60  # with the columns before it, a line stays below 80


def command(_entry: Entry) -> click.Command:
    """The command."""
    return examine


@click.command("doctor")
@click.pass_context
def examine(context: click.Context) -> None:
    """Say what this machine lets echotrace do, and what would mend the rest."""
    checks = doctor.examine()
    click.echo(table(checks))
    if any(check.status == "bad" for check in checks):
        context.exit(SystemRefused.exit_status)


def table(checks: Iterable[Check]) -> str:
    """One line a check, with the advice on lines of its own below it."""
    rows: list[tuple[str, str, str]] = []
    for check in checks:
        lines = [
            line
            for text in (check.found, check.advice or "")
            for line in wrap(text, _TEXT_WIDTH, break_long_words=False, break_on_hyphens=False)
        ]
        rows.append((check.status, check.name, lines[0]))
        rows.extend(("", "", line) for line in lines[1:])
    return tabulate(rows, tablefmt="plain", disable_numparse=True)
