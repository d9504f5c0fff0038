"""Which source files are a program's own, and which belong to Python or were installed."""

import re
from dataclasses import dataclass

#: How the name of a module that is built into the interpreter begins.
FROZEN = "<frozen "
_LIBRARY = re.compile(
    r"/lib(64)?/python3(\.\d+t?)?/|/(site|dist)-packages/|/python3\d+\.zip/|^" + FROZEN
)


@dataclass(frozen=True)
class Library:
    """The files that are not a program's own.

    Their names tell them, but for `stand_ins`, which stand in for a library. What lies by the
    program's script, in `folder`, is its own wherever that is: the program may be installed itself.
    """

    stand_ins: frozenset[str] = frozenset()
    folder: str | None = None

    def has(self, file: str) -> bool:
        """Whether the file of that name is not the program's own."""
        inside = f"{self.folder}/" if self.folder else ""
        return file in self.stand_ins or _LIBRARY.search(file.removeprefix(inside)) is not None


#: What is known without knowing the program.
BY_NAME = Library()
