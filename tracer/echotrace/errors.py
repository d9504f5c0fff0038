"""The errors a user can meet: each message says what failed and what to try."""

import difflib
from collections.abc import Iterable
from typing import ClassVar


class EchotraceError(Exception):
    """Base of all errors that end a command; `cli` turns it into one line and an exit status."""

    exit_status: ClassVar[int] = 2


class UserError(EchotraceError):
    """Something the user can mend: a name, a file, a script, an option."""


class TraceFileError(UserError):
    """A trace file that cannot be read, with the file, the line and the field at fault."""


class ScriptError(UserError):
    """A client script with a line that cannot be understood."""


class StepTimeout(UserError):
    """A client step never became possible; what was recorded until then is kept."""


class EchoLost(UserError):
    """A client of a free run did not get back what it had sent; the recording itself is whole."""


class NotReachable(StepTimeout):
    """No client can be sent to a program: it does not listen, or nobody said on which port."""


class CutShort(EchotraceError):
    """A signal ended the work on a recording before all of it was in the trace."""

    exit_status = 130  # as of SIGINT, in sh


class SystemRefused(EchotraceError):
    """The kernel or the machine said no: ptrace denied, disk full, no such facility."""

    exit_status = 3


#: The least similarity of names worth a suggestion, of 1 (difflib): endings alone are none.
_ALIKE = 0.65


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest ones, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=_ALIKE)
    return f"; did you mean {' or '.join(near)}?" if near else ""
