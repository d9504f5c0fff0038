"""Where results go: standard output or a file, as wide and as colourful as the reader can take."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

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
    """Print a result, or write it to a file: whole or not at all."""
    if path is None:
        sys.stdout.buffer.write(text.encode())  # ASCII, but for a terminal that reads UTF-8
        sys.stdout.flush()
        return
    write(text.encode(), path, overwrite=overwrite)


def write(content: bytes, path: Path, *, overwrite: bool) -> None:
    """Write a file: whole or not at all."""
    write_all({path: content}, overwrite=overwrite)


def write_all(files: Mapping[Path, bytes], *, overwrite: bool) -> None:
    """Write files that belong together, in their order: all of them whole, or none at all.

    UserError, before anything is written, for one that must stay; SystemRefused for one that the
    system does not take.
    """
    for path in files:
        check(path, overwrite=overwrite)
    path = Path()
    try:
        with ExitStack() as drafts:
            drafted = []
            for path, content in files.items():
                if _is_no_file(path):
                    path.write_bytes(content)
                else:
                    place = path.resolve()  # a link stays one, /dev/stdout too
                    drafted.append((place, drafts.enter_context(_drafted(place, content))))
            for path, draft in drafted:
                draft.replace(path)
    except OSError as error:
        raise SystemRefused(f"cannot write '{path}': {error.strerror}") from error


def check(path: Path, *, overwrite: bool) -> None:
    """Raise UserError when a file must not be overwritten or its directory cannot be written."""
    if str(path) == "-":
        raise UserError("-o takes the name of a file, and - is none; /dev/stdout is, with -f")
    if path.exists() and not overwrite:
        raise UserError(f"'{path}' exists; -f overwrites it")
    if not path.parent.is_dir():
        raise UserError(f"cannot write '{path}': there is no directory '{path.parent}'")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UserError(f"cannot write '{path}': the directory '{path.parent}' is not writable")


def _is_no_file(path: Path) -> bool:
    """Whether it is a device or a pipe: there is nothing to put in its place."""
    return path.exists() and not path.is_file()


@contextmanager
def _drafted(path: Path, content: bytes) -> Iterator[Path]:
    """A whole file beside `path`, which is empty or as it was until that replaces it."""
    made, name = tempfile.mkstemp(dir=path.parent, prefix=".echotrace-")
    draft = Path(name)
    try:
        with os.fdopen(made, "wb") as file:
            file.write(content)
        draft.chmod(0o666 & ~_umask())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
