"""Signals to us while a recording runs: those that end it, and a timer that lets us look up."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

#: How often a waiting recorder looks up, in seconds; nothing depends on it but patience.
TICK = 0.02


@contextlib.contextmanager
def attention(end: Callable[[int], None]) -> Iterator[bool]:
    """Let SIGINT, SIGTERM and SIGHUP call `end`, and a timer interrupt all waiting.

    A SIGHUP that our caller lets us ignore stays ignored (nohup(1)). Gives whether there is such a
    timer: signals can be handled in the main thread only; elsewhere the caller ends the recording.
    """
    if threading.current_thread() is not threading.main_thread():
        yield False
        return

    def told(number: int, _frame: FrameType | None) -> None:
        end(number)

    former = {number: signal.signal(number, told) for number in _ending()}
    former[signal.SIGALRM] = signal.signal(signal.SIGALRM, lambda _number, _frame: None)
    signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
    try:
        yield True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in former.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def postponed() -> Iterator[None]:
    """Let what would end us wait until the block is over: for a process that is being started.

    Whoever is interrupted there does not know the process yet, and leaves it behind.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def noted(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    former = {number: signal.signal(number, noted) for number in _ending()}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
    for each in came:
        signal.raise_signal(each)


def _ending() -> list[signal.Signals]:
    """The signals that end us; not a SIGHUP that nohup(1) lets us ignore."""
    ignores = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([] if ignores else [signal.SIGHUP])]
