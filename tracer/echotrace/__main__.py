"""The entry point: a request to end is heeded even while the command line is still being loaded."""

import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line and exit with its status."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # else nohup(1), say, started us
            signal.signal(number, _end)
    try:
        from echotrace import cli  # noqa: PLC0415 -- loading it is what may be interrupted

        sys.exit(cli.run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)


def _end(number: int, _frame: FrameType | None) -> None:
    """End like at Ctrl-C: unfinished files and processes of ours are cleared away."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
