"""What a traced program can do to the terminal of its output, which is ours, and how to mend it."""

import contextlib
import sys
import termios
from collections.abc import Iterator


@contextlib.contextmanager
def terminal_restored() -> Iterator[None]:
    """Give the terminal of standard error, if it is one, its settings back at the end."""
    try:
        settings = termios.tcgetattr(sys.stderr)
    except (OSError, ValueError, termios.error):
        yield
        return
    try:
        yield
    finally:
        with contextlib.suppress(OSError, termios.error):  # it was closed meanwhile
            termios.tcsetattr(sys.stderr, termios.TCSANOW, settings)
