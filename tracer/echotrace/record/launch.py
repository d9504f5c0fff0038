"""Starts a program under trace: seized before its first instruction, the filter set before exec."""

import contextlib
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from echotrace.record import procfs, ptrace

#: Exit status of a child that did not come to its exec; one whose exec failed exits with the errno.
FAILED = 127


@dataclass(frozen=True)
class Launch:
    """How to start a program: its path, its arguments with argv[0], a seccomp program or None.

    `mute` throws away what it writes to standard error; what it writes to standard output is thrown
    away too, unless it is `heard`: then it goes where standard error goes, for our own standard
    output is for results.
    """

    program: str
    argv: Sequence[str]
    filter: bytes | None = None
    mute: bool = False
    heard: bool = False


@contextlib.contextmanager
def one_processor() -> Iterator[None]:
    """Keep this thread and what it starts on the processor it is on (sched_setaffinity(2))."""
    former = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {procfs.processor()} & former or {min(former)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, former)


def start(launch: Launch) -> tuple[int, int]:
    """Fork a child that waits to be released; its pid and the descriptor that releases it.

    Seize the child, then `release` it: it sets the filter and calls exec. The child leads a session
    of its own, so that a terminal's Ctrl-C reaches only us.
    """
    gate_out, gate_in = os.pipe()
    pid = os.fork()
    if pid:
        os.close(gate_out)
        return pid, gate_in
    status = FAILED
    try:  # the child: from here on nothing may return into the caller's frames
        os.close(gate_in)
        if os.read(gate_out, 1):  # nothing: our tracer died before it could trace us
            status = _become(launch)
    finally:
        os._exit(status)


def release(gate: int) -> None:
    """Let a started and seized child go on to its exec."""
    os.write(gate, b"x")
    os.close(gate)


def _become(launch: Launch) -> int:
    """Be the program; if that fails, the error number for the exit status."""
    os.setsid()
    for name in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGALRM):
        signal.signal(name, signal.SIG_DFL)  # Python ignores two of them, and exec would keep that
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    if launch.mute:
        os.dup2(null, 2)
    os.dup2(2 if launch.heard else null, 1)
    # What our own caller left open (terminals of editors do) must not shift the program's numbers.
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    if launch.filter is not None and not ptrace.set_seccomp_filter(launch.filter):
        _say("the kernel refused the filter; try --no-seccomp")
        return FAILED
    try:
        os.execv(launch.program, list(launch.argv))  # noqa: S606 -- no shell is wanted
    except OSError as error:
        return error.errno or FAILED


def _say(text: str) -> None:
    """Say it on standard error itself: what Python had in its place may be closed by now."""
    os.write(2, os.fsencode(f"echotrace: {text}\n"))


def abandon(pid: int, gate: int) -> None:
    """End and reap a child that was started and cannot be traced."""
    os.kill(pid, signal.SIGKILL)
    os.close(gate)
    os.waitpid(pid, 0)
