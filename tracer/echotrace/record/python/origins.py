"""The origins of the calls of Python programs (origins.Origins): the line of the Python frame."""

from echotrace.record.origins import UNKNOWN, Origin
from echotrace.record.python.frames import UNKNOWN as NO_SITE
from echotrace.record.python.library import Library
from echotrace.record.python.sites import PythonSites


class PythonOrigins:
    """Reads, of each stopped task, which frame the interpreter is in.

    The stack of the C code says nothing of that, so nothing of it is wanted.
    """

    def __init__(self, library: Library) -> None:
        self.found: list[Origin] = []
        self._sites = PythonSites(library=library)
        self._running = False

    def reach(self, _tid: int, _instruction: int) -> int:
        """Nothing of the stack is wanted."""
        return 0

    def find(self, tid: int, _instruction: int, _stack: int, _words: memoryview | None) -> int:
        """The origin of the call in which a task stands."""
        number = self._sites.number(tid) if self._running else NO_SITE
        if number == NO_SITE:
            return UNKNOWN
        while len(self.found) < number:  # sites are numbered from 1
            site = self._sites.site(len(self.found) + 1)
            assert site is not None
            origin = Origin(site.file, site.line, site.function, site.call, None)
            self.found.append(origin)
        return number - 1

    def born(self, child: int, parent: int, *, thread: bool) -> None:
        """A stopped task has made another: a thread of its process, or a process."""
        self._sites.born(child, parent, thread=thread)

    def replaced(self, pid: int) -> None:
        """A process has a new program; what came before the first one was of us."""
        self._running = True
        self._sites.replaced(pid)

    def forget(self, pid: int) -> None:
        """A task has ended."""
        self._sites.gone(pid)

    def close(self) -> None:
        """Nothing was opened."""
