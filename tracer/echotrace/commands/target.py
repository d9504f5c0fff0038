"""What a TARGET on the command line names: a server to record, a source file, or a trace.

In this order: `-` is a trace on standard input; a name of the catalogue, as `fork`, `fork:python`
or `broken/closed_twice`, is recorded; so is a source file of the user, by its ending, and a program
that the kernel can execute; every other file is read as a trace. `./fork` is a file even where
`fork` is a server.
"""

import contextlib
import os
import shlex
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Self

from echotrace import servers
from echotrace.commands.session import recording_side, trace_kept
from echotrace.commands.show import load
from echotrace.errors import EchotraceError, TraceFileError, UserError, did_you_mean
from echotrace.record import interpreter
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import Trace

_SUFFIXES = (*servers.LANGUAGE_OF_SUFFIX, ".jsonl")
_MOST_NAMES = 1000  # of a directory, to look for similar ones
#: How files begin that execve(2) can start: ELF, and a script with its interpreter.
_PROGRAMS = (b"\x7fELF", b"#!")
#: How the names of lists of programs end (see `commands.programs`).
LIST = ".run"


@dataclass(frozen=True)
class Target:
    """What a TARGET led to: its trace, and what ended the recording early, if anything did.

    A server with a bug often leaves a client without an answer: `error` says so, and what happened
    until then is in the trace all the same. `path` is where a new recording is kept.
    """

    trace: Trace
    error: EchotraceError | None = None
    path: Path | None = None

    @cached_property
    def story(self) -> Story:
        """What the trace means."""
        return replay(self.trace)

    def whole(self) -> Self:
        """The target itself; raises what ended its recording early."""
        if self.error:
            raise self.error
        return self


def resolve(target: str, **wished: Any) -> Target:  # noqa: ANN401 -- the fields of Wish
    """Find what `target` names, and record it unless it is a trace; `wished` says how.

    UserError with the nearest names when there is no such thing; TraceFileError and the errors of
    compiling and recording; KeyboardInterrupt when the user stopped the recording.
    """
    named = server_named(target)
    return Target(trace_of(target)) if named is None else record(**(wished | named))


def trace_of(target: str) -> Trace:
    """The trace of that name; UserError for a program that has to be recorded first."""
    try:
        return load(target)
    except TraceFileError as error:
        path = Path(target)
        runs = interpreter.command(path)
        if runs is None and not _is_executable(path):
            raise
        runs = runs or shlex.quote(target if "/" in target else f"./{target}")
        raise UserError(
            f"'{target}' is neither C nor Python nor a trace: "
            f"'echotrace run -o t.jsonl -- {runs}' records it, and t.jsonl may stand in its place"
        ) from error


def server_named(target: str) -> dict[str, Any] | None:
    """The fields of a Wish that say which program `target` is; None if it is a trace."""
    name, colon, language = target.partition(":")
    if target == "-":
        return None
    if name in servers.ALL_NAMES:
        return {"server": name} | ({"lang": _twin(name, language)} if colon else {})
    path = Path(target)
    if not target or not exists(path):
        raise UserError(f"'{target}' is neither a server nor a file{_nearest(path)}")
    if path.is_dir():
        raise UserError(f"'{target}' is a directory; name a source file or a trace in it")
    if path.suffix == LIST:
        raise UserError(f"'{target}' lists programs to compare; name one program, server or trace")
    if path.suffix in servers.LANGUAGE_OF_SUFFIX:
        _check_readable(path)
        return {"command": (target,)}
    if _is_executable(path) and _begins_as_program(path):
        return {"command": (target if "/" in target else f"./{target}",)}
    return None


def _is_executable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _begins_as_program(path: Path) -> bool:
    """Whether the kernel could start a file; one that may be executed and not read is a program."""
    try:
        with path.open("rb") as file:
            return file.read(4).startswith(_PROGRAMS)
    except OSError:
        return True


def record(**wished: Any) -> Target:  # noqa: ANN401 -- the fields of Wish
    """Record as wished, and keep the trace; what is raised is said at `resolve`."""
    recording = recording_side()
    recorded = recording.record_and_keep(recording.Wish(**wished))
    if recorded.stopped_by is not None:
        with trace_kept(recorded.path):
            raise KeyboardInterrupt
    return Target(recorded.trace, recorded.error, recorded.path)


def _twin(name: str, language: str) -> str:
    installed = servers.languages(name)
    if not language:
        which = " or ".join(f"{name}:{each}" for each in installed)
        raise UserError(f"'{name}:' has nothing behind the colon: write {which}, or {name} alone")
    if language not in installed:
        raise UserError(f"'{name}' comes in {' and '.join(installed)}, not in '{language}'")
    return language


def exists(path: Path) -> bool:
    """Whether there is such a file; UserError where that cannot be told."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _unreadable(path, error) from error
    return True


def _check_readable(path: Path) -> None:
    if not path.is_file():
        raise UserError(f"'{path}' is no file that could be compiled or run")
    try:
        path.open("rb").close()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> UserError:
    return UserError(f"cannot read '{path}': {error.strerror}")


def _nearest(path: Path) -> str:
    """The servers, sources and traces with names like this, as the end of a sentence."""
    files: list[str] = []
    with contextlib.suppress(OSError):
        folder = islice(path.parent.iterdir(), _MOST_NAMES)
        files = [str(file) for file in folder if file.suffix in _SUFFIXES]
    return did_you_mean(str(path), (*servers.ALL_NAMES, *files)) or "; echotrace servers lists them"
