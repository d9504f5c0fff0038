"""Which interpreter runs a script: its #! line says so, or else the ending of its name."""

import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from echotrace.errors import UserError

_LINE_LENGTH = 256  # of a #! line, at most (execve(2))
#: The command that runs a file with such an ending; C and Python files need none.
OF_SUFFIX: Mapping[str, str] = {
    ".js": "node",
    ".mjs": "node",
    ".cjs": "node",
    ".ts": "npx tsx",
    ".rb": "ruby",
    ".pl": "perl",
    ".php": "php",
    ".lua": "lua",
    ".tcl": "tclsh",
    ".sh": "sh",
    ".bash": "bash",
    ".jar": "java -jar",
    ".java": "java",
    ".go": "go run",
}


def command(path: Path) -> str | None:
    """The command line that runs a script, by the ending of its name; None where that is unknown.

    A name with a hyphen in front stays the name of a file.
    """
    runs = OF_SUFFIX.get(path.suffix)
    name = f"./{path}" if str(path).startswith("-") else str(path)
    return f"{runs} {shlex.quote(name)}" if runs else None


def check_suffix(path: Path) -> None:
    """Raise UserError for a file whose ending tells which interpreter runs it."""
    if (runs := command(path)) and path.is_file():
        raise UserError(f"'{path}' is run by an interpreter: echotrace run -- {runs}")


def of(path: Path) -> str | None:
    """The interpreter that a script's #! line names; None for what the kernel runs itself.

    UserError for a text without such a line, and for one whose interpreter is not there.
    """
    try:
        with path.open("rb") as file:
            line = file.read(_LINE_LENGTH).partition(b"\n")[0]
    except OSError:  # a program that may be executed and not read
        return None
    if not line.startswith(b"#!"):
        if _is_text(line):
            check_suffix(path)
            raise UserError(
                f"'{path}' has no #! line that says what runs it; name the interpreter, "
                f"as for a shell script: echotrace run -- sh {shlex.quote(str(path))}"
            )
        return None
    words = _of_shebang(os.fsdecode(line[2:]))
    interpreter = next(words, "")
    if not Path(interpreter).is_file():
        raise UserError(f"'{path}' is to be run by '{interpreter}', which is not there")
    return next(words, interpreter) if Path(interpreter).name == "env" else interpreter


def _of_shebang(line: str) -> Iterator[str]:
    """The words of a #! line but for options and settings, as `-S` and `A=1` for env(1)."""
    return (word for word in line.split() if not word.startswith("-") and "=" not in word)


def _is_text(line: bytes) -> bool:
    return all(byte in b"\t\r" or 32 <= byte < 127 for byte in line)
