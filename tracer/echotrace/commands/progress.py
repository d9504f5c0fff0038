"""A counter on stderr for what takes longer than a moment."""

import sys
import time
from typing import Self

import click

_PATIENCE = 1.0  # seconds before progress is told


class Progress:
    """Shows `what DONE of ALL` on a terminal, and wipes it away at the end."""

    def __init__(self, what: str, *, quiet: bool) -> None:
        self._what = what
        self._shown = False
        self._silent = quiet or not sys.stderr.isatty()
        self._next = time.monotonic() + _PATIENCE

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)

    def tell(self, done: int, steps: int) -> None:
        """So many of so many steps are done."""
        if self._silent or time.monotonic() < self._next:
            return
        self._shown = True
        self._next = time.monotonic() + 0.1
        click.echo(f"\r{self._what} {done:,} of {steps:,}", nl=False, err=True)
