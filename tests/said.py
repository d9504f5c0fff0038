"""What a command line says that runs in the process of the test."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Said:
    """Its exit status, and what stands on which stream."""

    status: int
    output: str
    errors: str

    @property
    def notes(self) -> list[str]:
        """What stands between the title and the first blank line, a sentence each."""
        return self.output.partition("\n\n")[0].replace("\n  ", " ").splitlines()[1:]


#: Takes the words behind the name of the program, or of its command.
Command: TypeAlias = Callable[..., Said]
