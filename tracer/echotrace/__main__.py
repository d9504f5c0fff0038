"""The entry point: Ctrl-C ends quietly even while the command line is still being loaded."""

import sys


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        from echotrace import cli  # noqa: PLC0415 -- loading it is what may be interrupted

        sys.exit(cli.run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
