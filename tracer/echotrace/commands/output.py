"""Where results go: standard output or a file, as wide and as colourful as the reader can take."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import click

from echotrace.errors import SystemRefused, UserError
from echotrace.views.paint import Surface
from echotrace.views.timeline import LEAST_WIDTH

_WIDTH_OF_A_FILE = 100


def surface(width: int | None, *, to_file: bool) -> Surface:
    """What standard output, or a file, can show.

    A file takes Unicode. Standard output does when it is a terminal that says UTF-8; colour only
    there, and never with NO_COLOR set (no-color.org).
    """
    if to_file:
        return Surface(width or _WIDTH_OF_A_FILE, unicode=True, colour=False)
    terminal = sys.stdout.isatty()
    unicode = terminal and (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    found = shutil.get_terminal_size((_WIDTH_OF_A_FILE, 24)).columns
    return Surface(max(width or found, LEAST_WIDTH), unicode=unicode, colour=colour)


def deliver(text: str, path: Path | None, *, overwrite: bool) -> None:
    """Print a result, or write it to a file as a whole."""
    if path is None:
        click.echo(text, nl=False, color=True)
        return
    refuse_to_overwrite(path, overwrite=overwrite)
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            whole = Path(file.name)
            try:
                file.write(text)
                file.flush()
                whole.chmod(0o666 & ~_umask())
                whole.replace(path)
            except BaseException:
                whole.unlink(missing_ok=True)
                raise
    except OSError as error:
        kind = (
            UserError if isinstance(error, FileNotFoundError | PermissionError) else SystemRefused
        )
        raise kind(f"cannot write '{path}': {error.strerror}") from error


def refuse_to_overwrite(path: Path, *, overwrite: bool) -> None:
    """Raise UserError when a file is there and shall not be overwritten."""
    if path.exists() and not overwrite:
        raise UserError(f"'{path}' exists; -f overwrites it")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
