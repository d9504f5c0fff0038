"""The lines from which the tasks of a program make their calls, where Python runs them."""

from dataclasses import dataclass

from echotrace.record.python.frames import UNKNOWN, Interpreter
from echotrace.record.python.library import BY_NAME, Library
from echotrace.record.scatter import Reader, ScatterReader
from echotrace.trace import Site


@dataclass
class _Image:
    """The program that a process and its forks run, and its interpreter, once it is found."""

    calls: int = 0
    interpreter: Interpreter | None = None


class PythonSites:
    """Follows a program's tasks, and says where in its Python source a stopped one is.

    Sites have numbers, so that what is kept of a call stays small; `site` tells what they mean.
    `library` knows which files are not the program's own.
    """

    def __init__(self, reader: Reader | None = None, library: Library = BY_NAME) -> None:
        self._reader = reader or ScatterReader()
        self._library = library
        self._images: dict[int, _Image] = {}
        self._sites: list[Site | None] = [None]  # UNKNOWN
        self._numbers: dict[Site, int] = {}

    def number(self, tid: int) -> int:
        """The number of the site where a stopped task is; 0 when that is not known."""
        image = self._images.get(tid)
        if image is None:
            image = self._images[tid] = _Image()
        if image.interpreter is not None:
            return image.interpreter.number(tid)
        return self._try_to_find(image, tid)

    def site(self, number: int) -> Site | None:
        """The site of that number."""
        return self._sites[number]

    def born(self, child: int, parent: int, *, thread: bool) -> None:
        """A stopped task has made another: a thread of its process, or a process."""
        image = self._images.setdefault(parent, _Image())
        self._images[child] = image
        if image.interpreter is not None and not thread:
            image.interpreter.forked(child, parent)

    def replaced(self, tid: int) -> None:
        """A task has called exec."""
        self.gone(tid)

    def gone(self, tid: int) -> None:
        """A task has ended; its number may be used again."""
        image = self._images.pop(tid, None)
        if image is not None and image.interpreter is not None:
            image.interpreter.forget(tid)

    def _try_to_find(self, image: _Image, tid: int) -> int:
        """Look for an interpreter at the first call, the second, the fourth, the eighth and so on.

        It may be in a library that is mapped later; and a program that has none must not pay.
        """
        image.calls += 1
        if image.calls & (image.calls - 1):
            return UNKNOWN
        image.interpreter = Interpreter.of(tid, self._reader, self._book, self._library)
        return image.interpreter.number(tid) if image.interpreter is not None else UNKNOWN

    def _book(self, site: Site) -> int:
        number = self._numbers.setdefault(site, len(self._sites))
        if number == len(self._sites):
            self._sites.append(site)
        return number
