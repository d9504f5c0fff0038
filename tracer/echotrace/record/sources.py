"""Source files as users see them: under a short name, with their text where it is the program's.

A trace holds no paths of the machine it was recorded on. A file in the current directory is called
as it is called from there, one from elsewhere by its last name, with as many folders before it as
tell it from others.
"""

import os
import stat
from collections.abc import Collection, Sequence
from pathlib import Path, PurePath

from echotrace.record.origins import Origin
from echotrace.trace import Site, Source

#: The most bytes of a source that are kept.
LONGEST = 256 << 10


class Unusable(Exception):
    """Why the text of a source cannot be shown: the end of a sentence that begins with its name."""


class Sources:
    """Turns origins into sites, and keeps the sources that they name for the first time.

    `compiled_from` are files that are known to be what the program was made from: their times do
    not count, since a checkout makes them new.
    """

    def __init__(
        self, found: Sequence[Origin], compiled_from: Collection[Path], here: Path
    ) -> None:
        self._found = found
        self._compiled_from = {os.path.normpath(path) for path in compiled_from}
        self._here = here
        self._names: dict[str, str] = {}
        self._sites: dict[int, Site] = {}
        self._new: list[Source] = []

    def site(self, number: int) -> Site | None:
        """The site of a call, by the place of its origin in `found`."""
        if number < 0:
            return None
        if number not in self._sites:
            origin = self._found[number]
            name = self._name(origin)
            self._sites[number] = Site(name, origin.line, origin.function, origin.call)
        return self._sites[number]

    def take_new(self) -> list[Source]:
        """The sources named since the last time."""
        new, self._new = self._new, []
        return new

    def _name(self, origin: Origin) -> str:
        path = origin.path
        if path not in self._names:
            ours = path in self._compiled_from
            name = short_name(path, self._here, set(self._names.values()), by_itself=ours)
            self._names[path] = name
            self._new.append(_source(name, path, None if ours else origin.built))
        return self._names[path]


def short_name(path: str, here: Path, taken: Collection[str], *, by_itself: bool) -> str:
    """What to call a file: `by_itself` even where it is in the current directory, `here`."""
    whole = PurePath(path)
    if not by_itself and whole.is_relative_to(here):
        return str(whole.relative_to(here))
    parts = [part for part in whole.parts if part != whole.anchor]
    names = ["/".join(parts[-count:]) for count in range(1, len(parts) + 1)]
    return next((name for name in names if name not in taken), str(whole.name))


def _source(name: str, path: str, built: int | None) -> Source:
    try:
        return Source(name, text=_read(path, built))
    except Unusable as reason:
        return Source(name, problem=f"{name} {reason}")


def _read(path: str, built: int | None) -> str:
    """The text of a file, if it was not changed since the program was built."""
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe, for one, would have to be waited for
            raise Unusable("is no file any more")
        if built is not None and status.st_mtime_ns > built:
            raise Unusable("was changed after the program was compiled: its lines are not shown")
        if status.st_size > LONGEST:
            raise Unusable(f"is longer than {LONGEST >> 10} KiB: its lines are not kept")
        with Path(path).open("rb") as file:
            return file.read(LONGEST).decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        name = PurePath(path).name
        if name[:1] == "<" and name[-1:] == ">":  # as Python calls what it was given as text
            raise Unusable("never was a file: its lines are not known") from None
        raise Unusable("is not where it was when the program was compiled") from None
    except OSError as error:
        raise Unusable(f"cannot be read: {error.strerror}") from None
    except ValueError:  # a NUL in it
        raise Unusable("has a name that no file has") from None
